using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Domain.Signals;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Sentiment;

public sealed class FearGreedTrendProperties
{
    private static readonly string[] s_classes = ["Extreme Fear", "Fear", "Neutral", "Greed", "Extreme Greed"];

    /// <summary>Up to 120 days with holes; few distinct values at times, so that the deviation is zero and streaks are long.</summary>
    private static readonly Gen<FearGreedPoint[]> s_points =
        Gen.Select(Gen.Int[0, 100], Gen.Int[0, 100], Gen.Int[1, 3]).SelectMany((low, high, holes) =>
            Gen.Select(Gen.Int[Math.Min(low, high), Math.Max(low, high)], Gen.Int[0, 4], Gen.Int[1, holes]).Array[0, 120].Select(days =>
            {
                int day = 17_563;
                return days.Select(d => new FearGreedPoint(new UnixMicros((day += d.Item3) * UnixMicros.PerDay), d.Item1, s_classes[d.Item2])).ToArray();
            }));

    [Fact]
    public void Every_row_is_what_the_definition_says_of_the_rows_before_it() =>
        s_points.Sample(points =>
        {
            IReadOnlyList<FearGreedDay> days = FearGreedTrend.Of(FearGreedIndex.Of(points));
            Assert.Equal(points.Length, days.Count);
            for (int i = 0; i < points.Length; i++)
            {
                AssertIsNaive(points, i, days[i]);
            }
        });

    [Fact]
    public void A_changed_point_changes_nothing_before_it_and_nothing_beyond_its_reach() =>
        Gen.Select(s_points.Where(p => p.Length > 0), Gen.Int[0, 119], Gen.Int[0, 100]).Sample((points, position, value) =>
        {
            int at = position % points.Length;
            IReadOnlyList<FearGreedDay> before = FearGreedTrend.Of(FearGreedIndex.Of(points));
            FearGreedPoint[] changed = [.. points];
            changed[at] = changed[at] with { Value = value };
            IReadOnlyList<FearGreedDay> after = FearGreedTrend.Of(FearGreedIndex.Of(changed));
            for (int i = 0; i < points.Length; i++)
            {
                if (i < at || i >= at + FearGreedTrend.Month)
                {
                    Assert.Equal(before[i], after[i]);
                }
            }
        });

    [Fact]
    public void A_longer_past_is_the_same_as_computing_it_at_once() =>
        Gen.Select(s_points, Gen.Int[0, 120]).Sample((points, cut) =>
        {
            int count = Math.Min(cut, points.Length);
            Assert.Equal(
                FearGreedTrend.Of(FearGreedIndex.Of(points)).Take(count),
                FearGreedTrend.Of(FearGreedIndex.Of(points[..count])));
        });

    [Fact]
    public void One_day_has_no_deviation_and_thirty_equal_days_have_none_either()
    {
        FearGreedPoint[] points = [.. Enumerable.Range(0, 31).Select(d => new FearGreedPoint(new UnixMicros((17_563 + d) * UnixMicros.PerDay), d == 0 ? 10 : 50, "Neutral"))];
        IReadOnlyList<FearGreedDay> days = FearGreedTrend.Of(FearGreedIndex.Of(points));
        Assert.Null(days[0].Z30);
        Assert.NotNull(days[29].Z30);
        Assert.Null(days[30].Z30); // the first day has left the window
        Assert.Equal(31, days[30].StreakDays);
        Assert.Equal(40, days[7].D7Change);
    }

    private static void AssertIsNaive(FearGreedPoint[] points, int i, FearGreedDay day)
    {
        double[] week = [.. points[Math.Max(0, i - 6)..(i + 1)].Select(p => (double)p.Value)], month = [.. points[Math.Max(0, i - 29)..(i + 1)].Select(p => (double)p.Value)];
        Assert.Equal((points[i].Time, points[i].Value, points[i].Label), (day.Time, day.Value, day.ValueClass));
        Assert.Equal(week.Average(), day.Ma7, 1e-12);
        Assert.Equal(month.Average(), day.Ma30, 1e-12);
        double deviation = month.Length < 2 ? 0 : Math.Sqrt(month.Sum(x => Math.Pow(x - month.Average(), 2)) / (month.Length - 1));
        if (month.Length < 2 || month.Distinct().Count() == 1)
        {
            Assert.Null(day.Z30);
        }
        else
        {
            Assert.Equal((points[i].Value - month.Average()) / deviation, day.Z30!.Value, 1e-9);
        }

        Assert.Equal(i >= 1 ? points[i].Value - points[i - 1].Value : null, day.D1Change);
        Assert.Equal(i >= 7 ? points[i].Value - points[i - 7].Value : null, day.D7Change);
        Assert.Equal(points[..(i + 1)].Reverse().TakeWhile(p => p.Label == points[i].Label).Count(), day.StreakDays);
    }
}
