namespace CryptoInsight.Sources.Binance;

/// <summary>What was asked of the exchange about a range, and what it answered: the evidence behind a filled or absent gap.</summary>
/// <param name="Endpoint">The path that was asked.</param>
/// <param name="From">The first open time asked for.</param>
/// <param name="To">The open time asked up to, exclusive.</param>
/// <param name="At">When the answer was there, by the exchange's clock.</param>
/// <param name="Rows">How many closed candles it held.</param>
public sealed record RangeAnswer(string Endpoint, UnixMicros From, UnixMicros To, UnixMicros At, int Rows);
