using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;

namespace CryptoInsight.Lake.Positions;

/// <summary>A summary row as it lies in Gold: with the time of the commit that wrote it, which no logic reads.</summary>
public sealed record StampedSummary(PositionSummary Row, UnixMicros UpdatedAt);
