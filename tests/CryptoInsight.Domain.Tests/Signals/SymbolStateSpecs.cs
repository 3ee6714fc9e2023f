using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using static CryptoInsight.Domain.Tests.Candles;

namespace CryptoInsight.Domain.Tests.Signals;

public sealed class SymbolStateSpecs
{
    private static readonly Interval s_minute = Of("1m");

    private static (Interval, Candle)[] Minutes(int count) => Series("1m", [.. Enumerable.Range(0, count).Select(i => 100.0 + (i % 17))]);

    private static UnixMicros Minute(int n) => Monday + TimeSpan.FromMinutes(n);

    private static Watermarks Mark(int minute) => Watermarks.None.With(s_minute, Minute(minute));

    private static SymbolStep Step(SymbolState state, SignalContext to, params CandleChange[] changes) => SymbolTransitions.Apply(state, changes, to);

    private static SymbolStep.Applied Applied(SymbolStep step) => Assert.IsType<SymbolStep.Applied>(step);

    [Fact]
    public void A_state_holds_the_open_buckets_and_three_final_ones()
    {
        SymbolState state = SymbolTransitions.Build(Btc, Minutes(1_003), Context("1m=[5m]", Mark(993)));
        Assert.Equal(4, state.HeldBucketCount);
        Assert.Equal(18, state.HeldCandleCount);
        Assert.Equal([true, true, true, false], state.HeldRows.Select(r => r.IsFinal));
        Assert.Equal(Minute(985), state.HeldFrom(s_minute));
        Assert.Null(state.HeldFrom(Of("4h")));
    }

    [Fact]
    public void Longer_timeframes_hold_only_as_far_as_the_shortest_reaches()
    {
        SymbolState state = SymbolTransitions.Build(Btc, Minutes(60 * 30 + 3), Context("1m=[5m,1h,1d]", Mark((60 * 30) - 7)));
        Assert.Equal(["5m", "5m", "5m", "5m", "1h", "1h", "1d"], state.HeldRows.Select(r => r.Timeframe.Code));
        Assert.Equal((6 * 60) + 3, state.HeldCandleCount);
    }

    [Fact]
    public void A_new_candle_writes_its_bucket_and_nothing_else()
    {
        SymbolState state = SymbolTransitions.Build(Btc, Minutes(1_003), Context("1m=[5m]", Mark(993)));
        SymbolStep.Applied step = Applied(Step(state, state.Context, new CandleChange.Put(s_minute, At(Minute(1_003), 7))));
        SignalRow row = Assert.Single(step.Delta.Upserts);
        Assert.Equal((Minute(1_000), 4, 7.0, false), (row.BucketStart, row.Candles, row.Close, row.IsFinal));
        Assert.Empty(step.Delta.Deletes);
    }

    [Fact]
    public void The_same_candle_again_and_a_drop_of_none_write_nothing()
    {
        (Interval, Candle)[] minutes = Minutes(1_003);
        SymbolState state = SymbolTransitions.Build(Btc, minutes, Context("1m=[5m]", Mark(993)));
        Assert.True(Applied(Step(state, state.Context, new CandleChange.Put(s_minute, minutes[^1].Item2))).Delta.IsEmpty);
        Assert.True(Applied(Step(state, state.Context, new CandleChange.Drop(s_minute, Minute(1_003)))).Delta.IsEmpty);
        Assert.True(Applied(Step(state, state.Context, new CandleChange.Put(s_minute, At(Minute(1_003), 7)), new CandleChange.Drop(s_minute, Minute(1_003)))).Delta.IsEmpty);
    }

    [Fact]
    public void Dropping_all_candles_of_a_bucket_deletes_its_row_and_changes_those_after_it()
    {
        SymbolState state = SymbolTransitions.Build(Btc, Minutes(1_003), Context("1m=[5m]", Mark(993)));
        SymbolStep.Applied step = Applied(Step(state, state.Context, [.. Enumerable.Range(990, 5).Select(i => new CandleChange.Drop(s_minute, Minute(i)))]));
        Assert.Equal([new SignalKey(Btc, Of("5m"), Minute(990))], step.Delta.Deletes);
        Assert.Equal([Minute(995), Minute(1_000)], step.Delta.Upserts.Select(r => r.BucketStart));
    }

    [Fact]
    public void The_watermark_makes_a_gappy_bucket_final_and_open_again()
    {
        (Interval, Candle)[] minutes = [.. Minutes(1_003).Where((_, i) => i != 996)];
        SymbolState state = SymbolTransitions.Build(Btc, minutes, Context("1m=[5m]", Mark(993)));
        SymbolStep.Applied closed = Applied(Step(state, state.Context with { Watermarks = Mark(1_000) }));
        Assert.Equal([(Minute(995), true)], closed.Delta.Upserts.Select(r => (r.BucketStart, r.IsFinal)));
        SymbolStep.Applied open = Applied(Step(closed.Next, state.Context));
        Assert.Equal([(Minute(995), false)], open.Delta.Upserts.Select(r => (r.BucketStart, r.IsFinal)));
    }

    [Fact]
    public void A_change_of_a_folded_bucket_needs_history()
    {
        SymbolState state = SymbolTransitions.Build(Btc, Minutes(1_003), Context("1m=[5m]", Mark(993)));
        Assert.IsType<SymbolStep.NeedsHistory>(Step(state, state.Context, new CandleChange.Put(s_minute, At(Minute(984), 7))));
        Assert.IsType<SymbolStep.NeedsHistory>(Step(state, state.Context, new CandleChange.Drop(s_minute, Minute(984))));
        Applied(Step(state, state.Context, new CandleChange.Put(s_minute, At(Minute(985), 7))));
    }

    [Fact]
    public void A_watermark_that_goes_back_needs_history_only_if_a_folded_bucket_opens_again()
    {
        SymbolState full = SymbolTransitions.Build(Btc, Minutes(1_003), Context("1m=[5m]", Mark(993)));
        Applied(Step(full, full.Context with { Watermarks = Watermarks.None }));
        SymbolState gappy = SymbolTransitions.Build(Btc, Minutes(1_003).Where((_, i) => i != 501), Context("1m=[5m]", Mark(993)));
        Applied(Step(gappy, gappy.Context with { Watermarks = Mark(505) }));
        Assert.IsType<SymbolStep.NeedsHistory>(Step(gappy, gappy.Context with { Watermarks = Mark(504) }));
        Assert.IsType<SymbolStep.NeedsHistory>(Step(gappy, gappy.Context with { Watermarks = Watermarks.None }));
    }

    [Fact]
    public void An_index_change_needs_history_only_if_folded_buckets_look_it_up()
    {
        SymbolState state = SymbolTransitions.Build(Btc, Minutes(1_003), Context("1m=[5m]", Mark(993)));
        SymbolStep At_(UnixMicros time) => Step(state, state.Context with { Index = FearGreedIndex.Of([new(time, 50, "Neutral")]) });
        Assert.IsType<SymbolStep.NeedsHistory>(At_(Minute(985)));
        Assert.Equal(4, Applied(At_(Minute(986))).Delta.Upserts.Count);
        Assert.True(Applied(At_(Minute(2_000))).Delta.IsEmpty);
        Assert.IsType<SymbolStep.NeedsHistory>(At_(Minute(5) - TimeSpan.FromHours(72)));
        Assert.True(Applied(At_(Minute(5) - TimeSpan.FromHours(72) + -1L)).Delta.IsEmpty);
    }

    [Fact]
    public void Other_timeframes_need_history_and_another_delay_does_not()
    {
        SymbolState state = SymbolTransitions.Build(Btc, Minutes(20), Context("1m=[5m]"));
        Assert.IsType<SymbolStep.NeedsHistory>(Step(state, Context("1m=[15m]")));
        Assert.True(Applied(Step(state, state.Context with { Settings = state.Context.Settings.WithWatermarkDelay(TimeSpan.Zero) })).Delta.IsEmpty);
    }

    [Fact]
    public void A_change_of_an_interval_without_a_timeframe_changes_nothing()
    {
        SymbolState state = SymbolTransitions.Build(Btc, Minutes(20), Context("1m=[5m]"));
        Assert.True(Applied(Step(state, state.Context, new CandleChange.Put(Of("4h"), At(Monday, 7)))).Delta.IsEmpty);
    }

    [Fact]
    public void A_candle_late_by_a_gap_makes_its_bucket_where_nothing_is_folded()
    {
        // Minutes 0 to 999, nothing for an hour, then ten more: the gap lies after every folded bucket.
        (Interval, Candle)[] minutes = [.. Minutes(1_000), .. Enumerable.Range(1_060, 10).Select(i => (s_minute, At(Minute(i), 9)))];
        SymbolState state = SymbolTransitions.Build(Btc, minutes, Context("1m=[5m]", Mark(1_060)));
        SymbolStep.Applied step = Applied(Step(state, state.Context, new CandleChange.Put(s_minute, At(Minute(1_030), 8))));
        Assert.Equal([Minute(1_030), Minute(1_060), Minute(1_065)], step.Delta.Upserts.Select(r => r.BucketStart));
    }

    [Fact]
    public void A_symbol_without_candles_has_an_empty_state_that_grows()
    {
        SymbolState empty = SymbolTransitions.Build(Btc, [], Context("1m=[5m]"));
        Assert.Empty(empty.HeldRows);
        SymbolStep.Applied step = Applied(Step(empty, empty.Context, new CandleChange.Put(s_minute, At(Minute(3), 7))));
        Assert.Equal(step.Delta.Upserts, step.Next.HeldRows);
        Assert.Equal(step.Delta.Upserts[0].Key, Assert.Single(Applied(Step(step.Next, empty.Context, new CandleChange.Drop(s_minute, Minute(3)))).Delta.Deletes));
    }

    [Fact]
    public void Other_timeframes_are_recomputed_with_deletes_of_the_old_and_rows_of_the_new()
    {
        CandleHistory history = CandleHistory.Of(Minutes(30));
        SymbolStep.Applied step = SymbolTransitions.Recompute(Btc, history, Context("1m=[5m,15m]"), [], Context("1m=[15m,30m]"));
        Assert.Equal(6, step.Delta.Deletes.Count(k => k.Timeframe.Code == "5m"));
        Assert.Equal(["30m"], step.Delta.Upserts.Select(r => r.Timeframe.Code));
        Assert.Equal(6, step.Delta.Deletes.Count);
    }

    [Fact]
    public void A_history_with_changes_leaves_the_old_one_alone()
    {
        CandleHistory history = CandleHistory.Of(Minutes(30));
        CandleHistory next = history.With(Btc, [new CandleChange.Drop(s_minute, Minute(3)), new CandleChange.Put(Of("4h"), At(Monday, 7))]);
        Assert.Equal((30, 30), (history.Count, next.Count));
        Assert.Equal(5, SymbolTransitions.Rows(Btc, history, Context("1m=[5m]"))[0].Candles);
        Assert.Equal(4, SymbolTransitions.Rows(Btc, next, Context("1m=[5m]"))[0].Candles);
    }
}
