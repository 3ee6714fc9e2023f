using CryptoInsight.Domain.Continuity;
using CryptoInsight.Domain.Market;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Continuity;

/// <summary>The ledger of gaps against a naive model: one word for every open time.</summary>
public sealed class GapTransitionsProperties
{
    private const int Length = 40;
    private static readonly Symbol s_symbol = Symbol.Parse("BTCUSDT");
    private static readonly Interval s_minute = Interval.Parse("1m");
    private static readonly UnixMicros s_start = UnixMicros.FromSeconds(1_735_689_600);

    private enum Word
    {
        Unknown,
        Open,
        Present,
        Absent,
    }

    [Fact]
    public void Whatever_comes_in_whatever_order_the_rows_say_of_every_candle_what_is_true()
    {
        var step = Gen.Select(Gen.Bool, Gen.Int[0, Length - 1], Gen.Int[1, 12], Gen.Int[0, 1 << 12], (isMissing, from, length, holes) => (isMissing, from, to: Math.Min(Length, from + length), holes));
        step.Array[1, 25].Sample(steps =>
        {
            var words = new Word[Length];
            var rows = new Dictionary<UnixMicros, Gap>();
            var series = new SeriesGaps(s_symbol, s_minute);
            int at = 0;
            foreach ((bool isMissing, int from, int to, int holes) in steps)
            {
                var evidence = new GapEvidence(s_start + ++at, "step");
                GapChanges changes;
                if (isMissing)
                {
                    // Only what is not known yet can be missing: a follower never loses what it had.
                    int end = Enumerable.Range(from, to - from).TakeWhile(i => words[i] is Word.Unknown or Word.Open).Count() + from;
                    (series, changes) = GapTransitions.Missing(series, Range(from, end), evidence);
                    Array.Fill(words, Word.Open, from, end - from);
                }
                else
                {
                    // What is present once is in every later answer.
                    bool[] isAbsent = [.. Enumerable.Range(from, to - from).Select(i => (holes >> (i - from) & 1) == 1 && words[i] != Word.Present)];
                    (series, changes) = GapTransitions.Settled(series, Range(from, to), Runs(isAbsent, from), evidence);
                    for (int i = from; i < to; i++)
                    {
                        words[i] = isAbsent[i - from] ? Word.Absent : Word.Present;
                    }
                }

                foreach (IReadOnlyList<Gap> list in (IReadOnlyList<Gap>[])[changes.First, changes.Then])
                {
                    Assert.Equal(list.Count, list.Select(g => g.Range.From).Distinct().Count());
                    foreach (Gap gap in list)
                    {
                        rows[gap.Range.From] = gap;
                    }
                }

                AssertTrue(words, rows, series);
                series = at % 5 == 0 ? Reloaded(series, rows) : series; // a restart
            }
        }, iter: 5_000);
    }

    [Fact]
    public void A_gap_that_is_filled_page_by_page_is_one_row()
    {
        var series = new SeriesGaps(s_symbol, s_minute);
        (series, GapChanges opened) = GapTransitions.Missing(series, Range(0, 30), new GapEvidence(s_start, "the connection was lost"));
        Assert.Equal(GapState.Open, Assert.Single(opened.First).State);
        (series, GapChanges some) = GapTransitions.Settled(series, Range(0, 10), [], new GapEvidence(s_start + 1, "asked"));
        Assert.Same(GapChanges.None, some);
        (series, some) = GapTransitions.Settled(series, Range(20, 30), [], new GapEvidence(s_start + 2, "asked"));
        Assert.Same(GapChanges.None, some);
        (series, GapChanges done) = GapTransitions.Settled(series, Range(10, 20), [], new GapEvidence(s_start + 3, "asked"));
        Gap filled = Assert.Single(done.Then);
        Assert.Equal((GapState.Filled, Range(0, 30), s_start, s_start + 3), (filled.State, filled.Range, filled.FoundAt, filled.SettledAt!.Value));
        Assert.Equal(["the connection was lost", "asked"], filled.Evidence.Select(e => e.What));
        Assert.True(series.IsEmpty);
    }

    [Fact]
    public void An_outage_is_declared_absent_before_the_rest_is_filled()
    {
        var series = new SeriesGaps(s_symbol, s_minute);
        (series, _) = GapTransitions.Missing(series, Range(0, 10), new GapEvidence(s_start, "backfill"));
        (_, GapChanges changes) = GapTransitions.Settled(series, Range(0, 10), [Range(0, 2), Range(5, 6)], new GapEvidence(s_start + 1, "asked"));
        Assert.Equal([(Range(0, 2), GapState.Absent), (Range(5, 6), GapState.Absent)], changes.First.Select(g => (g.Range, g.State)));
        Assert.Equal([(Range(2, 10), GapState.Filled)], changes.Then.Select(g => (g.Range, g.State)));
    }

    [Fact]
    public void Evidence_is_bounded_and_keeps_how_it_began()
    {
        var series = new SeriesGaps(s_symbol, s_minute);
        for (int i = 1; i < 40; i++)
        {
            (series, _) = GapTransitions.Missing(series, Range(0, i), new GapEvidence(s_start + i, $"step {i}"));
        }

        Gap gap = Assert.Single(series.OpenGaps);
        Assert.Equal(8, gap.Evidence.Length);
        Assert.Equal(("step 1", "step 39"), (gap.Evidence[0].What, gap.Evidence[^1].What));
    }

    private static void AssertTrue(Word[] words, Dictionary<UnixMicros, Gap> rows, SeriesGaps series)
    {
        for (int i = 0; i < Length; i++)
        {
            UnixMicros t = At(i);
            bool isOpen = rows.Values.Any(g => g.State == GapState.Open && Holds(g, t));
            bool isAbsent = rows.Values.Any(g => g.State == GapState.Absent && Holds(g, t));
            Assert.Equal(words[i] == Word.Absent, isAbsent);
            Assert.True(words[i] != Word.Open || isOpen, $"{i} is missing and in no open gap");
        }

        Assert.Equal(rows.Values.Where(g => g.State == GapState.Open).OrderBy(g => g.Range.From).Select(g => g.Range), series.OpenGaps.Select(g => g.Range));
        Assert.All(rows, r => Assert.Equal(r.Key, r.Value.Range.From));
        Assert.All(rows.Values, g => Assert.Equal(g.State == GapState.Open, g.SettledAt is null));
    }

    // What a restart forgets is how far an open gap was settled: the follower asks for that again.
    private static SeriesGaps Reloaded(SeriesGaps series, Dictionary<UnixMicros, Gap> rows) => new SeriesGaps(series.Symbol, series.Interval).Load(rows.Values);

    private static bool Holds(Gap gap, UnixMicros t) => gap.Range.From <= t && t < gap.Range.To;

    private static UnixMicros At(int i) => s_start + i * 60 * UnixMicros.PerSecond;

    private static OpenTimeRange Range(int from, int to) => new(At(from), At(to));

    private static List<OpenTimeRange> Runs(bool[] flags, int from)
    {
        List<OpenTimeRange> runs = [];
        for (int i = 0; i < flags.Length; i++)
        {
            if (flags[i])
            {
                int begin = i;
                while (i < flags.Length && flags[i])
                {
                    i++;
                }

                runs.Add(Range(from + begin, from + i));
            }
        }

        return runs;
    }
}
