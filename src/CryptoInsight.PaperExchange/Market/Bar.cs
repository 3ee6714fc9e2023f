namespace CryptoInsight.PaperExchange.Market;

/// <summary>What happened in one stretch of time, in exact decimals: everything is counted in units of 1e-8.</summary>
/// <remarks>Sums are 128 bits wide, so a month of the busiest market adds up without loss; prices are below 9.2e10.</remarks>
internal readonly record struct Bar(
    long Open,
    long High,
    long Low,
    long Close,
    Int128 Volume,
    Int128 QuoteVolume,
    long Trades,
    Int128 TakerBase,
    Int128 TakerQuote)
{
    /// <summary>How many units make one: 10 to the 8th.</summary>
    public const long One = 100_000_000;

    /// <summary>A stretch without a trade: flat at the last price.</summary>
    public static Bar Flat(long price) => new(price, price, price, price, 0, 0, 0, 0, 0);

    /// <summary>This stretch and the one right after it as one.</summary>
    public Bar Then(in Bar next) => new(
        Open,
        Math.Max(High, next.High),
        Math.Min(Low, next.Low),
        next.Close,
        Volume + next.Volume,
        QuoteVolume + next.QuoteVolume,
        Trades + next.Trades,
        TakerBase + next.TakerBase,
        TakerQuote + next.TakerQuote);
}
