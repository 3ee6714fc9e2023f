using System.Runtime.InteropServices;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>One source interval of a symbol: the candles of all held buckets, shared by the timeframes that are made of them. Immutable.</summary>
internal sealed class SourceState(Interval interval, Bar[] bars, SeriesState[] series)
{
    public Interval Interval { get; } = interval;

    /// <summary>Sorted by open time.</summary>
    public Bar[] Bars { get; } = bars;

    /// <summary>Shortest window first.</summary>
    public SeriesState[] Series { get; } = series;

    /// <summary>Changes at or after this instant can be applied: every bucket that they touch or make lies after every base.</summary>
    public long HeldFrom => Series.Max(s => s.Base.LastEnd);

    /// <summary>End of the last folded bucket that only the watermark made final.</summary>
    public long LastPartialEnd => Series.Max(s => s.Base.LastPartialEnd);

    /// <summary>Folds a whole history; the state of an interval without candles is the same with nothing in it.</summary>
    public static SourceState Build(Symbol symbol, Interval interval, ReadOnlySpan<Bar> bars, SignalContext context, int finalHeld)
    {
        IReadOnlyList<Timeframe> timeframes = context.Settings.TimeframesOf(interval);
        long watermark = context.Watermarks.MicrosOf(interval);
        long limit = long.MaxValue;
        SeriesState[] series = new SeriesState[timeframes.Count];
        for (int i = 0; i < series.Length; i++)
        {
            int split = FoldPoint.Of(bars, timeframes[i], watermark, limit, finalHeld);
            SeriesState folded = new(timeframes[i], Fold(symbol, bars[..split], timeframes[i], context), []);
            series[i] = folded.Advance(symbol, bars, context, ref limit, finalHeld, delta: null);
        }

        SourceState whole = new(interval, [], series);
        return new SourceState(interval, whole.StillNeeded(bars).ToArray(), series);
    }

    /// <summary>The state after the candles became <paramref name="bars"/> and the context <paramref name="context"/>.</summary>
    public SourceState Advance(Symbol symbol, Bar[] bars, SignalContext context, int finalHeld, DeltaBuilder delta)
    {
        SeriesState[] next = new SeriesState[Series.Length];
        long limit = long.MaxValue;
        for (int i = 0; i < next.Length; i++)
        {
            next[i] = Series[i].Advance(symbol, bars, context, ref limit, finalHeld, delta);
        }

        SourceState whole = new(Interval, bars, next);
        ReadOnlySpan<Bar> needed = whole.StillNeeded(bars);
        return needed.Length == bars.Length ? whole : new SourceState(Interval, needed.ToArray(), next);
    }

    /// <summary>The held candles after these changes; the same array if nothing changed.</summary>
    public Bar[] Merge(ReadOnlySpan<CandleChange> changes)
    {
        List<Bar> merged = BarMerge.Of(Interval, Bars, changes);
        ReadOnlySpan<Bar> result = CollectionsMarshal.AsSpan(merged);
        return Bar.AreSame(result, Bars) ? Bars : result.ToArray();
    }

    private static SeriesBase Fold(Symbol symbol, ReadOnlySpan<Bar> bars, Timeframe timeframe, SignalContext context)
    {
        SeriesFold fold = new(symbol, timeframe, context, SeriesBase.Empty);
        BucketSum bucket = default;
        long firstEnd = long.MaxValue, partialEnd = long.MinValue;
        for (int i = 0; i < bars.Length;)
        {
            BucketSum.Next(bars, ref i, timeframe, ref bucket);
            firstEnd = Math.Min(firstEnd, bucket.End);
            partialEnd = bucket.IsComplete ? partialEnd : bucket.End;
            fold.Skip(in bucket);
        }

        return fold.Freeze(firstEnd, bucket.End, partialEnd);
    }

    // Candles of the buckets that no base has folded, for the timeframe that reaches back the farthest.
    private ReadOnlySpan<Bar> StillNeeded(ReadOnlySpan<Bar> bars) => bars[Bar.LowerBound(bars, Series.Min(s => s.Base.LastEnd))..];
}
