using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Signals;

/// <summary>INV-5: whatever arrives in whatever order, the written rows are those of the pure function, which are those of the definitions.</summary>
public sealed class SymbolTransitionsProperties
{
    private enum Restart
    {
        Never,
        FromSilver,
        FromSnapshot,
    }

    public static TheoryData<string, int, int> Markets => new()
    {
        { "1m=[5m]", 60, 8 },
        { "1m=[5m,15m]; 4h=[4h]", 40, 9 },
        { "1m=[1m]", 230, 10 },
        { "1h=[1h]", 60, 9 },
        { "1h=[1h,4h,1d]", 80, 9 },
        { "1d=[1d,1w,1M]", 40, 9 },
        { "12h=[3d]; 1M=[1M]; 1w=[1w]", 12, 8 },
        { "1s=[1m]; 15m=[1h,4h]", 70, 7 },
    };

    [Theory]
    [MemberData(nameof(Markets))]
    public void Rows_are_those_of_the_definitions(string settings, int slots, int density) =>
        GoldScenario.Over(settings, slots, density).Sample(
            scenario =>
            {
                SignalContext context = new(scenario.Settings, scenario.WatermarksAt(scenario.WatermarkSlots), FearGreedIndex.Of(scenario.Steps[0].Index ?? []));
                AssertSameRows(NaiveGold.Rows(GoldScenario.Symbol, scenario.Start, context), SymbolTransitions.Rows(GoldScenario.Symbol, scenario.Start, context));
            },
            iter: 20);

    [Theory]
    [MemberData(nameof(Markets))]
    public void Order_of_the_history_does_not_matter(string settings, int slots, int density) =>
        Gen.Select(GoldScenario.Over(settings, slots, density), Gen.Int).Sample(
            (scenario, seed) =>
            {
                SignalContext context = new(scenario.Settings, scenario.WatermarksAt(scenario.WatermarkSlots), FearGreedIndex.Empty);
                (Interval, Candle)[] shuffled = [.. scenario.Start];
                new Random(seed).Shuffle(shuffled);
                AssertSameRows(SymbolTransitions.Rows(GoldScenario.Symbol, scenario.Start, context), SymbolTransitions.Rows(GoldScenario.Symbol, shuffled, context));
            },
            iter: 20);

    [Theory]
    [MemberData(nameof(Markets))]
    public void Steps_write_exactly_the_difference_of_the_rows(string settings, int slots, int density) =>
        GoldScenario.Over(settings, slots, density).Sample(scenario => { Walk(scenario, Restart.Never); }, iter: 40);

    [Fact]
    public void Steps_that_look_back_over_hundreds_of_buckets_write_exactly_the_difference() =>
        GoldScenario.Over("1m=[1m,5m]; 15m=[15m]", 320, 10).Sample(scenario => { Walk(scenario, Restart.Never); }, iter: 20);

    [Fact]
    public void Steps_that_look_back_over_two_hundred_long_buckets_write_exactly_the_difference() =>
        GoldScenario.Over("4h=[4h]; 1d=[1d]", 225, 10).Sample(scenario => { Walk(scenario, Restart.Never); }, iter: 20);

    [Theory]
    [InlineData("1m=[1m]", 40)]
    [InlineData("4h=[4h]", 230)]
    public void A_state_serves_any_number_of_futures(string settings, int slots) =>
        GoldScenario.Over(settings, slots, 10).Sample(
            scenario =>
            {
                SignalContext context = new(scenario.Settings, scenario.WatermarksAt(slots), FearGreedIndex.Empty);
                SymbolState start = SymbolTransitions.Build(GoldScenario.Symbol, scenario.Start, context);

                // Two futures of one state take turns: the second writes its closes where the first one wrote, if it may.
                SymbolState[] futures = [start, start];
                List<(Interval, Candle)>[] histories = [[.. scenario.Start], [.. scenario.Start]];
                for (int slot = slots; slot < slots + 40; slot++)
                {
                    for (int f = 0; f < futures.Length; f++)
                    {
                        Interval source = scenario.Settings.Timeframes[0].Source;
                        UnixMicros openTime = GoldScenario.At(source, slot);
                        double close = 100 + (f * 50) + (slot % 7);
                        Candle candle = new(openTime, close, close, close, close, 1, openTime, null, null, null, null);
                        histories[f].Add((source, candle));
                        SignalContext to = context with { Watermarks = scenario.WatermarksAt(slot) };
                        futures[f] = Assert.IsType<SymbolStep.Applied>(SymbolTransitions.Apply(futures[f], [new CandleChange.Put(source, candle)], to)).Next;
                        HashSet<SignalRow> rows = [.. SymbolTransitions.Rows(GoldScenario.Symbol, histories[f], to)];
                        Assert.Subset(rows, futures[f].HeldRows.ToHashSet());
                    }
                }
            },
            iter: 4);

    [Fact]
    public void Steps_that_look_back_over_a_day_of_buckets_write_exactly_the_difference() =>
        GoldScenario.Over("1m=[5m,1h]", 1_700, 9).Sample(scenario => { Walk(scenario, Restart.Never); }, iter: 6);

    [Theory]
    [MemberData(nameof(Markets))]
    public void A_state_built_anew_steps_like_the_one_that_walked(string settings, int slots, int density) =>
        GoldScenario.Over(settings, slots, density).Sample(scenario => { Walk(scenario, Restart.FromSilver); }, iter: 25);

    [Theory]
    [MemberData(nameof(Markets))]
    public void A_state_read_from_its_snapshot_steps_like_the_one_that_walked(string settings, int slots, int density) =>
        GoldScenario.Over(settings, slots, density).Sample(scenario => { Walk(scenario, Restart.FromSnapshot); }, iter: 20);

    [Theory]
    [MemberData(nameof(Markets))]
    public void Most_steps_need_no_history_and_some_do(string settings, int slots, int density)
    {
        int applied = 0, all = 0;
        GoldScenario.Over(settings, slots, density).Sample(
            scenario =>
            {
                Interlocked.Add(ref applied, Walk(scenario, Restart.Never));
                Interlocked.Add(ref all, scenario.Steps.Count);
            },
            iter: 40, seed: "0000Xr0o4zS4");
        Assert.InRange((double)applied / all, 0.4, 0.97);
    }

    /// <returns>How many steps needed no history.</returns>
    private static int Walk(GoldScenario scenario, Restart restart)
    {
        int appliedCount = 0;
        Symbol symbol = GoldScenario.Symbol;
        SortedDictionary<(Interval, UnixMicros), Candle> silver = [];
        foreach ((Interval interval, Candle candle) in scenario.Start)
        {
            silver[(interval, candle.OpenTime)] = candle;
        }

        List<(Interval, Candle)> History() => [.. silver.Select(c => (c.Key.Item1, c.Value))];
        SignalContext context = new(scenario.Settings, scenario.WatermarksAt(scenario.WatermarkSlots), FearGreedIndex.Empty);
        SymbolState state = SymbolTransitions.Build(symbol, CandleHistory.Of(scenario.Start), context, scenario.FinalBucketsHeld);
        IReadOnlyList<SignalRow> rows = SymbolTransitions.Rows(symbol, History(), context);
        Dictionary<SignalKey, SignalRow> gold = rows.ToDictionary(r => r.Key);
        foreach (GoldStep step in scenario.Steps)
        {
            SignalContext to = context with
            {
                Watermarks = scenario.WatermarksAt(step.WatermarkSlots),
                Index = step.Index is null ? context.Index : FearGreedIndex.Of(step.Index),
            };
            SymbolStep outcome = SymbolTransitions.Apply(state, step.Changes, to);
            SymbolStep.Applied recomputed = SymbolTransitions.Recompute(symbol, CandleHistory.Of(History()), context, step.Changes, to, scenario.FinalBucketsHeld);
            foreach (CandleChange change in step.Changes)
            {
                change.Match(put => silver[(put.Interval, put.OpenTime)] = put.Candle, drop => silver.Remove((drop.Interval, drop.OpenTime), out Candle was) ? was : default);
            }

            IReadOnlyList<SignalRow> after = SymbolTransitions.Rows(symbol, History(), to);
            SignalDelta expected = SignalDelta.Between(rows, after);
            SignalDelta delta = outcome.Match(applied => applied.Delta, _ => recomputed.Delta);
            AssertSameDelta(expected, delta);
            AssertSameDelta(expected, recomputed.Delta);
            foreach (SignalKey key in delta.Deletes)
            {
                Assert.True(gold.Remove(key));
            }

            foreach (SignalRow row in delta.Upserts)
            {
                gold[row.Key] = row;
            }

            appliedCount += outcome is SymbolStep.Applied ? 1 : 0;
            state = outcome.Match(
                applied => restart == Restart.FromSilver ? SymbolTransitions.Build(symbol, CandleHistory.Of(History()), to, scenario.FinalBucketsHeld) : applied.Next,
                _ => recomputed.Next);
            if (restart == Restart.FromSnapshot)
            {
                state = SymbolStateCodec.TryRead(SymbolStateCodec.Write(state), symbol, to) ?? throw new InvalidOperationException("The snapshot was refused.");
            }

            AssertHolds(state, after);
            (context, rows) = (to, after);
        }

        AssertSameRows(NaiveGold.Rows(symbol, History(), context), rows);
        Assert.Equal(rows.Count, gold.Count);
        Assert.All(rows, row => Assert.Equal(row, gold[row.Key]));
        return appliedCount;
    }

    // What is held is a suffix of every series and has every row that is still open.
    private static void AssertHolds(SymbolState state, IReadOnlyList<SignalRow> rows)
    {
        HashSet<SignalRow> held = [.. state.HeldRows];
        Assert.Subset(rows.ToHashSet(), held);
        Assert.All(rows.Where(r => !r.IsFinal), row => Assert.Contains(row, held));
    }

    private static void AssertSameDelta(SignalDelta expected, SignalDelta actual)
    {
        Assert.Equal(expected.Upserts.OrderBy(r => r.Timeframe).ThenBy(r => r.BucketStart), actual.Upserts.OrderBy(r => r.Timeframe).ThenBy(r => r.BucketStart));
        Assert.Equal(expected.Deletes.OrderBy(k => k.Timeframe).ThenBy(k => k.BucketStart), actual.Deletes.OrderBy(k => k.Timeframe).ThenBy(k => k.BucketStart));
    }

    private static void AssertSameRows(IReadOnlyList<SignalRow> expected, IReadOnlyList<SignalRow> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i], actual[i]);
        }
    }
}
