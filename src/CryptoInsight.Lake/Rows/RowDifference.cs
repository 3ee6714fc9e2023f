namespace CryptoInsight.Lake.Rows;

/// <summary>What a commit does to a keyed table, row by row.</summary>
/// <param name="Inserts">Rows whose keys are proven absent.</param>
/// <param name="Replacements">Rows that replace the row of the same key.</param>
/// <param name="Deletes">Rows that go; only their keys are read.</param>
public sealed record RowDifference<TRow>(IReadOnlyList<TRow> Inserts, IReadOnlyList<TRow> Replacements, IReadOnlyList<TRow> Deletes)
{
    public bool IsEmpty => Inserts.Count + Replacements.Count + Deletes.Count == 0;

    /// <summary>What makes <paramref name="there"/> into exactly <paramref name="wanted"/>; a key twice on either side is refused (INV-2).</summary>
    /// <param name="isSame">True if the row there needs no writing.</param>
    public static RowDifference<TRow> Between<TKey>(IEnumerable<TRow> there, IEnumerable<TRow> wanted, Func<TRow, TKey> keyOf, Func<TRow, TRow, bool> isSame)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(keyOf);
        ArgumentNullException.ThrowIfNull(isSame);
        Dictionary<TKey, TRow> held = there.ToDictionary(keyOf);
        List<TRow> inserts = [], replacements = [];
        var seen = new HashSet<TKey>();
        foreach (TRow row in wanted)
        {
            TKey key = keyOf(row);
            if (!seen.Add(key))
            {
                throw new ArgumentException("Two rows of one key are wanted: the computation behind this table is at fault.", nameof(wanted));
            }

            if (!held.Remove(key, out TRow? old))
            {
                inserts.Add(row);
            }
            else if (!isSame(old, row))
            {
                replacements.Add(row);
            }
        }

        return new RowDifference<TRow>(inserts, replacements, [.. held.Values]);
    }
}
