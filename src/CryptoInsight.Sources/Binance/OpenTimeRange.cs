namespace CryptoInsight.Sources.Binance;

/// <summary>Open times from <paramref name="From"/> up to <paramref name="To"/>, exclusive.</summary>
public readonly record struct OpenTimeRange(UnixMicros From, UnixMicros To);
