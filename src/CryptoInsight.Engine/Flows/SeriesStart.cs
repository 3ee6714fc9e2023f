using CryptoInsight.Domain.Market;

namespace CryptoInsight.Engine.Flows;

/// <summary>A series to follow, and where to begin if nothing of it is there yet.</summary>
public sealed record SeriesStart(Symbol Symbol, Interval Interval, UnixMicros Since);
