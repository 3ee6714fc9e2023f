namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>The newest price of a symbol: for people's eyes, never for a table.</summary>
public readonly record struct LivePrice(Symbol Symbol, double Price, UnixMicros EventTime);
