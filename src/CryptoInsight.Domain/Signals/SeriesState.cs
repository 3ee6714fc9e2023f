using System.Runtime.InteropServices;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>One timeframe of a symbol: folded up to a base, and the rows of the buckets after it. Immutable.</summary>
internal sealed class SeriesState(Timeframe timeframe, SeriesBase start, SignalRow[] rows)
{
    public Timeframe Timeframe { get; } = timeframe;

    public SeriesBase Base { get; } = start;

    /// <summary>The held rows, in order.</summary>
    public SignalRow[] Rows { get; } = rows;

    /// <summary>Computes the held rows anew and folds those that need not be held any more.</summary>
    /// <param name="symbol">Whose series.</param>
    /// <param name="bars">The held candles of the source interval.</param>
    /// <param name="context">What the rows are a function of besides.</param>
    /// <param name="limit">In: buckets that end after this time stay held. Out: the same for the longer timeframes of the source.</param>
    /// <param name="finalHeld">How many final buckets the shortest timeframe holds before its first open one; longer ones hold those that reach as far.</param>
    /// <param name="delta">Receives what changed.</param>
    public SeriesState Advance(Symbol symbol, ReadOnlySpan<Bar> bars, SignalContext context, ref long limit, int finalHeld, DeltaBuilder? delta)
    {
        List<BucketSum> list = BucketSum.All(bars[Bar.LowerBound(bars, Base.LastEnd)..], Timeframe);
        ReadOnlySpan<BucketSum> buckets = CollectionsMarshal.AsSpan(list);
        int folded = Foldable(buckets, context.Watermarks.MicrosOf(Timeframe.Source), ref limit, finalHeld);

        SeriesFold fold = new(symbol, Timeframe, context, Base, buckets.Length);
        SignalRow[] rows = new SignalRow[buckets.Length];
        IndicatorState indicators = Base.Indicators;
        int old = 0;
        for (int i = 0; i < buckets.Length; i++)
        {
            SignalRow row = fold.Next(in buckets[i]);
            while (old < Rows.Length && Rows[old].BucketStart < row.BucketStart)
            {
                old++;
            }

            // An equal row keeps its identity: it is held anyway, and the new one dies young.
            rows[i] = old < Rows.Length && Rows[old].Equals(row) ? Rows[old] : row;
            if (i == folded - 1)
            {
                indicators = fold.Indicators;
            }
        }

        delta?.Add(Rows, rows);
        return new SeriesState(Timeframe, Base.After(buckets[..folded], indicators), rows[folded..]);
    }

    /// <summary>True if an index that differs in the look-ups [from, to] can change a folded row.</summary>
    public bool IsReachedBy((long From, long To) indexDifference) => Base.LastEnd >= indexDifference.From && Base.FirstEnd <= indexDifference.To;

    // How many of the first buckets may be folded: none that is open, none that ends after the limit.
    private static int Foldable(ReadOnlySpan<BucketSum> buckets, long watermark, ref long limit, int finalHeld)
    {
        int open = 0;
        while (open < buckets.Length && SeriesFold.IsFinal(in buckets[open], watermark))
        {
            open++;
        }

        int folded = open;
        if (limit == long.MaxValue)
        {
            folded = Math.Max(0, open - finalHeld);
            limit = folded < buckets.Length ? buckets[folded].Start : limit;
        }
        else
        {
            while (folded > 0 && buckets[folded - 1].End > limit)
            {
                folded--;
            }
        }

        return folded;
    }
}
