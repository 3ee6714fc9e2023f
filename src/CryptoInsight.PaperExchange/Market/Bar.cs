using System.Runtime.CompilerServices;

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

    /// <summary>Stretches that follow each other as one; at least one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Bar Sum(ReadOnlySpan<Bar> bars)
    {
        ref readonly Bar first = ref bars[0];
        (long high, long low, Int128 volume, Int128 quote, long trades, Int128 takerBase, Int128 takerQuote) =
            (first.High, first.Low, first.Volume, first.QuoteVolume, first.Trades, first.TakerBase, first.TakerQuote);
        for (int i = 1; i < bars.Length; i++)
        {
            ref readonly Bar bar = ref bars[i];
            high = Math.Max(high, bar.High);
            low = Math.Min(low, bar.Low);
            volume += bar.Volume;
            quote += bar.QuoteVolume;
            trades += bar.Trades;
            takerBase += bar.TakerBase;
            takerQuote += bar.TakerQuote;
        }

        return new Bar(first.Open, high, low, bars[^1].Close, volume, quote, trades, takerBase, takerQuote);
    }

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
