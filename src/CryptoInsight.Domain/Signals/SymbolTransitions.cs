using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>Gold as a function: of a symbol's whole history (<see cref="Rows(Symbol, CandleHistory, SignalContext)"/>), and step by step with the same result (<see cref="Apply"/>).</summary>
/// <remarks>INV-5 lives here. Pure: no clock, no I/O; equal inputs give equal bits, whatever the order and batching of the changes.</remarks>
public static class SymbolTransitions
{
    /// <summary>All Gold rows of a symbol.</summary>
    public static IReadOnlyList<SignalRow> Rows(Symbol symbol, IReadOnlyList<(Interval Interval, Candle Candle)> history, SignalContext context) =>
        Rows(symbol, CandleHistory.Of(history), context);

    /// <summary>All Gold rows of a symbol, by timeframe and bucket start.</summary>
    public static IReadOnlyList<SignalRow> Rows(Symbol symbol, CandleHistory history, SignalContext context) => [.. EnumerateRows(symbol, history, context)];

    /// <summary>The same rows one by one, for a reader that does not keep them: a long history then costs no memory.</summary>
    /// <remarks>The history must not be added to meanwhile.</remarks>
    public static IEnumerable<SignalRow> EnumerateRows(Symbol symbol, CandleHistory history, SignalContext context)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(context);
        return Enumerate(symbol, history, context);
    }

    private static IEnumerable<SignalRow> Enumerate(Symbol symbol, CandleHistory history, SignalContext context)
    {
        foreach (Timeframe timeframe in context.Settings.Timeframes)
        {
            int count = history.Sorted(symbol, timeframe.Source).Length;
            SeriesFold fold = new(symbol, timeframe, context, SeriesBase.Empty);
            BucketSum bucket = default;
            for (int i = 0; i < count;)
            {
                BucketSum.Next(history.Bars(timeframe.Source), ref i, timeframe, ref bucket);
                yield return fold.Next(in bucket);
            }
        }
    }

    /// <summary>The state of a symbol with this history.</summary>
    public static SymbolState Build(Symbol symbol, IEnumerable<(Interval Interval, Candle Candle)> history, SignalContext context) =>
        Build(symbol, CandleHistory.Of(history), context);

    /// <summary>The state of a symbol with this history, holding that many final buckets of each interval's shortest timeframe.</summary>
    public static SymbolState Build(
        Symbol symbol, CandleHistory history, SignalContext context, int finalBucketsHeld = SymbolState.FinalBucketsHeldDefault)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(context);
        ArgumentOutOfRangeException.ThrowIfNegative(finalBucketsHeld);
        IEnumerable<Interval> used = Interval.All.Where(i => context.Settings.TimeframesOf(i).Count > 0);
        SourceState[] sources = [.. used.Select(i => SourceState.Build(symbol, i, history.Sorted(symbol, i), context, finalBucketsHeld))];
        return new SymbolState(symbol, context, finalBucketsHeld, sources);
    }

    /// <summary>The state after these net row changes and at another context, with exactly rows(to) - rows(from); or what makes history necessary.</summary>
    /// <remarks>A candle that Silver's expectations would have refused throws <see cref="InvalidDataException"/>: Silver is corrupt.</remarks>
    public static SymbolStep Apply(SymbolState state, IReadOnlyList<CandleChange> changes, SignalContext to)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(to);
        SignalContext from = state.Context;
        if (!from.Settings.HasSameTimeframes(to.Settings))
        {
            return new SymbolStep.NeedsHistory("The configured timeframes changed.");
        }

        (long From, long To)? indexDifference = FearGreedIndex.Difference(from.Index, to.Index);
        DeltaBuilder delta = new();
        SourceState[] next = new SourceState[state.Sources.Length];
        for (int i = 0; i < next.Length; i++)
        {
            SourceState source = state.Sources[i];
            CandleChange[] own = OwnChanges(changes, source.Interval);
            if (WhyHistory(source, own, to.Watermarks, indexDifference) is { } why)
            {
                return new SymbolStep.NeedsHistory(why);
            }

            Bar[] bars = own.Length == 0 ? source.Bars : source.Merge(own);
            bool moved = bars != source.Bars || indexDifference is not null
                || from.Watermarks.MicrosOf(source.Interval) != to.Watermarks.MicrosOf(source.Interval);
            next[i] = moved ? source.Advance(state.Symbol, bars, to, state.FinalBucketsHeld, delta) : source;
        }

        return new SymbolStep.Applied(new SymbolState(state.Symbol, to, state.FinalBucketsHeld, next), delta.Build());
    }

    /// <summary>The answer to <see cref="SymbolStep.NeedsHistory"/>: state and rows(to) - rows(from), from the history at <paramref name="from"/> and the changes since.</summary>
    /// <remarks>Reads the history once and keeps no row that did not change.</remarks>
    public static SymbolStep.Applied Recompute(
        Symbol symbol, CandleHistory history, SignalContext from, IReadOnlyList<CandleChange> changes, SignalContext to,
        int finalBucketsHeld = SymbolState.FinalBucketsHeldDefault)
    {
        ArgumentNullException.ThrowIfNull(history);
        CandleHistory after = history.With(symbol, changes);
        SignalDelta delta = DeltaBuilder.BetweenSorted(EnumerateRows(symbol, history, from), EnumerateRows(symbol, after, to));
        return new SymbolStep.Applied(Build(symbol, after, to, finalBucketsHeld), delta);
    }

    private static CandleChange[] OwnChanges(IReadOnlyList<CandleChange> changes, Interval interval)
    {
        List<CandleChange>? own = null;
        for (int i = 0; i < changes.Count; i++)
        {
            if (changes[i].Interval == interval)
            {
                (own ??= new List<CandleChange>(changes.Count)).Add(changes[i]);
            }
        }

        return own is null ? [] : [.. own];
    }

    private static string? WhyHistory(SourceState source, CandleChange[] changes, Watermarks to, (long From, long To)? indexDifference)
    {
        long heldFrom = source.HeldFrom;
        foreach (CandleChange change in changes)
        {
            if (change.OpenTime.Value < heldFrom)
            {
                return $"The {source.Interval} candle at {change.OpenTime} changed; held are only those since {new UnixMicros(heldFrom)}.";
            }
        }

        if (to.MicrosOf(source.Interval) < source.LastPartialEnd)
        {
            return $"The watermark of {source.Interval} went back below {new UnixMicros(source.LastPartialEnd)}, where a folded bucket becomes open again.";
        }

        return indexDifference is { } reach && source.Series.Any(s => s.IsReachedBy(reach))
            ? $"The Fear and Greed index changed as of {new UnixMicros(reach.From)}, which folded {source.Interval} buckets look up."
            : null;
    }
}
