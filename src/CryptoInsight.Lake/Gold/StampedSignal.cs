using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Lake.Gold;

/// <summary>A signal as it lies in Gold: with the time of the commit that wrote it, which no logic reads.</summary>
public sealed record StampedSignal(SignalRow Row, UnixMicros UpdatedAt);
