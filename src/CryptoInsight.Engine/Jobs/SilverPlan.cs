using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;

namespace CryptoInsight.Engine.Jobs;

/// <summary>What one batch of judged candles does to Silver. Pure: the winner of every key by INV-3, compared with the row that is there.</summary>
internal sealed class SilverPlan
{
    public List<SilverCandle> Inserts { get; } = [];

    public List<SilverCandle> Replacements { get; } = [];

    public int Superseded { get; private set; }

    public int Unchanged { get; private set; }

    /// <summary>The greatest candidate of every key, in order of first sight; the others are counted.</summary>
    public static IReadOnlyCollection<SilverCandle> WinnersOf(IReadOnlyList<SilverCandle> candidates, SilverPlan counts)
    {
        var winners = new Dictionary<CandleKey, SilverCandle>(candidates.Count);
        Contest(winners, candidates, counts);
        return winners.Values;
    }

    /// <summary>Lets candidates contend with the winners so far; whichever loses is counted.</summary>
    public static void Contest(Dictionary<CandleKey, SilverCandle> winners, IEnumerable<SilverCandle> candidates, SilverPlan counts)
    {
        foreach (SilverCandle candidate in candidates)
        {
            if (winners.TryAdd(candidate.Key, candidate))
            {
                continue;
            }

            SilverCandle best = winners[candidate.Key];
            int order = SilverOrder.Instance.Compare(candidate, best);
            counts.Count(order);
            if (order > 0)
            {
                winners[candidate.Key] = candidate;
            }
        }
    }

    /// <summary>Places the winners: keys that Silver lacks are inserted, greater rows replace, the rest is counted.</summary>
    /// <param name="existing">The rows of Silver for those keys that it has.</param>
    public void Place(IReadOnlyCollection<SilverCandle> winners, IReadOnlyDictionary<CandleKey, SilverCandle> existing)
    {
        foreach (SilverCandle winner in winners)
        {
            if (!existing.TryGetValue(winner.Key, out SilverCandle? there))
            {
                Inserts.Add(winner);
                continue;
            }

            int order = SilverOrder.Instance.Compare(winner, there);
            if (order > 0)
            {
                Replacements.Add(winner);
            }
            else
            {
                Count(order);
            }
        }
    }

    private void Count(int order)
    {
        if (order == 0)
        {
            Unchanged++;
        }
        else
        {
            Superseded++; // whichever of the two lost
        }
    }
}
