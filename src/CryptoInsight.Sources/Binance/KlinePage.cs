namespace CryptoInsight.Sources.Binance;

/// <summary>One page of klines as the exchange gave it, without the candle that is still open.</summary>
/// <param name="Rows">The closed candles, in the exchange's order, and rows without a readable open time.</param>
/// <param name="IsFull">True if the exchange stopped because of the limit: more may follow.</param>
/// <param name="OpenRowsDropped">How many rows were left out because their candle was not closed for certain.</param>
/// <param name="IngestTime">When the bytes had arrived, by the exchange's clock.</param>
public sealed record KlinePage(IReadOnlyList<RawCandle> Rows, bool IsFull, int OpenRowsDropped, UnixMicros IngestTime);
