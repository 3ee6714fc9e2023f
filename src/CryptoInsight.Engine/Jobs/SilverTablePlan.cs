using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Engine.Jobs;

/// <summary>What one batch of judged rows does to a Silver table: the greatest of every key by INV-3, compared with the row that is there. Pure.</summary>
internal sealed class SilverTablePlan<TRaw, TRow, TKey>(SilverRules<TRaw, TRow, TKey> rules)
    where TRow : class
    where TKey : notnull
{
    private readonly List<TRow> _inserts = [];
    private readonly List<TRow> _replacements = [];
    private readonly List<TRow> _deletes = [];

    public int Superseded { get; private set; }

    public int Unchanged { get; private set; }

    public RowDifference<TRow> Difference => new(_inserts, _replacements, _deletes);

    /// <summary>The greatest candidate of every key; the others are counted.</summary>
    public IReadOnlyDictionary<TKey, TRow> Winners(IReadOnlyList<TRow> candidates)
    {
        var winners = new Dictionary<TKey, TRow>(candidates.Count);
        foreach (TRow candidate in candidates)
        {
            TKey key = rules.KeyOf(candidate);
            if (winners.TryAdd(key, candidate))
            {
                continue;
            }

            int order = rules.Order.Compare(candidate, winners[key]);
            Count(order);
            winners[key] = order > 0 ? candidate : winners[key];
        }

        return winners;
    }

    /// <summary>Keys that Silver lacks are inserted, greater rows replace, the rest is counted.</summary>
    public void Place(IEnumerable<TRow> winners, IReadOnlyDictionary<TKey, TRow> existing)
    {
        foreach (TRow winner in winners)
        {
            if (!existing.TryGetValue(rules.KeyOf(winner), out TRow? there))
            {
                _inserts.Add(winner);
                continue;
            }

            int order = rules.Order.Compare(winner, there);
            if (order <= 0)
            {
                Count(order);
            }
            else if (rules.NameOf(winner) == rules.NameOf(there))
            {
                _replacements.Add(winner);
            }
            else
            {
                _deletes.Add(there); // the same key under another name, such as a day's value with another time
                _inserts.Add(winner);
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
