using CryptoInsight.Domain.Market;

namespace CryptoInsight.Engine.Flows;

/// <summary>A series to follow.</summary>
/// <param name="Since">Where to begin if nothing of it is there yet.</param>
/// <param name="LiveFrom">The candle that was open when the node started: from here on it is polled, before it is backfilled.</param>
public sealed record SeriesStart(Symbol Symbol, Interval Interval, UnixMicros Since, UnixMicros LiveFrom);
