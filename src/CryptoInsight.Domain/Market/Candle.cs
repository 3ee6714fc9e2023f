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
    double? TakerBuyQuote)
{
    /// <summary>The greatest magnitude of a price or volume: far above any market, and small enough that every sum of Gold is exact in 128 bits.</summary>
    public const double MagnitudeMax = 1e20;

    /// <summary>The greatest count of trades: above any market, and small enough that a month of seconds cannot overflow.</summary>
    public const long TradesMax = 1_000_000_000_000;
}
