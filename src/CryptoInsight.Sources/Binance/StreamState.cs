namespace CryptoInsight.Sources.Binance;

/// <summary>Whether a stream is connected.</summary>
/// <param name="IsUp">True while it is.</param>
/// <param name="Since">Since when, by the exchange's clock.</param>
/// <param name="Why">What happened last, bounded and printable.</param>
public sealed record StreamState(bool IsUp, UnixMicros Since, string Why);
