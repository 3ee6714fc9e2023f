namespace CryptoInsight.Domain.Market;

/// <summary>One closed candle of one symbol and interval, parsed and judged: a row of Silver without its provenance.</summary>
/// <remarks>Prices and volumes are the venue's decimals as the nearest doubles. The last four are null where the source lacks them (OHLCV-only files).</remarks>
public readonly record struct Candle(
    UnixMicros OpenTime,
    double Open,
    double High,
    double Low,
    double Close,
    double Volume,
    UnixMicros CloseTime,
    double? QuoteVolume,
    long? Trades,
    double? TakerBuyBase,
    double? TakerBuyQuote);
