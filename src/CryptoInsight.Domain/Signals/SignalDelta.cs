namespace CryptoInsight.Domain.Signals;

/// <summary>What has to be written so that one set of Gold rows becomes another.</summary>
/// <param name="Upserts">Rows that are new or differ in a column.</param>
/// <param name="Deletes">Keys that are no longer there.</param>
public sealed record SignalDelta(IReadOnlyList<SignalRow> Upserts, IReadOnlyList<SignalKey> Deletes)
{
    /// <summary>Nothing to write.</summary>
    public static SignalDelta Empty { get; } = new([], []);

    /// <summary>True if there is nothing to write.</summary>
    public bool IsEmpty => Upserts.Count == 0 && Deletes.Count == 0;

    /// <summary>The difference of two sets of rows, in the order of <paramref name="to"/> (upserts) and <paramref name="from"/> (deletes).</summary>
    /// <remarks>A key twice on one side is refused (INV-2).</remarks>
    public static SignalDelta Between(IEnumerable<SignalRow> from, IEnumerable<SignalRow> to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        Dictionary<SignalKey, SignalRow> before = [];
        foreach (SignalRow row in from)
        {
            if (!before.TryAdd(row.Key, row))
            {
                throw TwiceIn(row.Key, nameof(from));
            }
        }

        HashSet<SignalKey> kept = [];
        List<SignalRow> upserts = [];
        foreach (SignalRow row in to)
        {
            SignalKey key = row.Key;
            if (!kept.Add(key))
            {
                throw TwiceIn(key, nameof(to));
            }

            if (!before.TryGetValue(key, out SignalRow? old) || !old.Equals(row))
            {
                upserts.Add(row);
            }
        }

        return new SignalDelta(upserts, [.. before.Keys.Where(key => !kept.Contains(key))]);
    }

    private static ArgumentException TwiceIn(SignalKey key, string side) =>
        new($"Key {key.Symbol} {key.Timeframe} {key.BucketStart} occurs twice (INV-2).", side);
}
