namespace CryptoInsight.Sources.Binance;

/// <summary>A series to poll, and the first open time that is still wanted: its bookmark.</summary>
public sealed record PollSeries(Symbol Symbol, Interval Interval, UnixMicros From);
