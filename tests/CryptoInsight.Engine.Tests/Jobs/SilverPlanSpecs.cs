using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Jobs;
using CsCheck;

namespace CryptoInsight.Engine.Tests.Jobs;

public sealed class SilverPlanSpecs
{
    private static readonly IReadOnlyDictionary<CandleKey, SilverCandle> s_nothing = new Dictionary<CandleKey, SilverCandle>();

    [Fact]
    public void A_key_that_silver_lacks_is_inserted()
    {
        SilverPlan plan = PlanOf([Sample.Silver(Sample.Btc, 0, 100)], s_nothing);
        Assert.Single(plan.Inserts);
        Assert.Empty(plan.Replacements);
    }

    [Fact]
    public void A_later_row_replaces_and_an_earlier_one_is_superseded()
    {
        SilverCandle there = Sample.Silver(Sample.Btc, 0, 100);
        SilverCandle later = there with { IngestTime = there.IngestTime + 1L };
        SilverCandle earlier = there with { IngestTime = there.IngestTime + -1L };
        var existing = new Dictionary<CandleKey, SilverCandle> { [there.Key] = there };
        Assert.Equal(later, Assert.Single(PlanOf([later], existing).Replacements));
        Assert.Equal(1, PlanOf([earlier], existing).Superseded);
        Assert.Equal(1, PlanOf([there], existing).Unchanged);
    }

    [Fact]
    public void Every_candidate_is_counted_once_and_the_greatest_wins_in_any_order()
    {
        Gen<SilverCandle> candidate = Gen.Select(Gen.Int[0, 3], Gen.Int[1, 3], Gen.Int[0, 2], Gen.Bool)
            .Select((minute, close, later, isA) => Sample.Silver(Sample.Btc, minute, close, Sample.IngestTime + later, isA ? "a" : "b"));
        Gen.Select(candidate.List[0, 30], candidate.List[0, 3], Gen.Int[0, int.MaxValue]).Sample((candidates, there, seed) =>
        {
            Dictionary<CandleKey, SilverCandle> existing = there.GroupBy(c => c.Key).ToDictionary(g => g.Key, g => g.First());
            SilverPlan plan = PlanOf(candidates, existing);
            Assert.Equal(candidates.Count, plan.Inserts.Count + plan.Replacements.Count + plan.Superseded + plan.Unchanged);

            List<SilverCandle> shuffled = [.. candidates];
            new Random(seed).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(shuffled));
            SilverPlan other = PlanOf(shuffled, existing);
            Assert.Equal(plan.Inserts.ToHashSet(), other.Inserts.ToHashSet());
            Assert.Equal(plan.Replacements.ToHashSet(), other.Replacements.ToHashSet());

            foreach (IGrouping<CandleKey, SilverCandle> key in candidates.GroupBy(c => c.Key))
            {
                SilverCandle greatest = key.Concat(existing.TryGetValue(key.Key, out SilverCandle? e) ? [e] : []).Max(SilverOrder.Instance)!;
                SilverCandle result = plan.Inserts.Concat(plan.Replacements).SingleOrDefault(c => c.Key == key.Key) ?? existing[key.Key];
                Assert.Equal(greatest, result);
            }
        });
    }

    private static SilverPlan PlanOf(IReadOnlyList<SilverCandle> candidates, IReadOnlyDictionary<CandleKey, SilverCandle> existing)
    {
        var plan = new SilverPlan();
        plan.Place(SilverPlan.WinnersOf(candidates, plan), existing);
        return plan;
    }
}
