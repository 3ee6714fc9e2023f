namespace CryptoInsight.Domain.Signals;

/// <summary>Collects the differences of the series of one symbol.</summary>
internal sealed class DeltaBuilder
{
    private List<SignalRow>? _upserts;
    private List<SignalKey>? _deletes;

    /// <summary>Adds what differs between the rows of one series, both in order.</summary>
    public void Add(ReadOnlySpan<SignalRow> from, ReadOnlySpan<SignalRow> to)
    {
        int i = 0;
        foreach (SignalRow row in to)
        {
            while (i < from.Length && from[i].BucketStart < row.BucketStart)
            {
                (_deletes ??= []).Add(from[i++].Key);
            }

            bool known = i < from.Length && from[i].BucketStart == row.BucketStart;
            if (!known || !from[i].Equals(row))
            {
                (_upserts ??= []).Add(row);
            }

            i += known ? 1 : 0;
        }

        for (; i < from.Length; i++)
        {
            (_deletes ??= []).Add(from[i].Key);
        }
    }

    /// <summary>The difference of two sequences of rows of one symbol, both sorted by timeframe and bucket start; keeps nothing else.</summary>
    public static SignalDelta BetweenSorted(IEnumerable<SignalRow> from, IEnumerable<SignalRow> to)
    {
        List<SignalRow> upserts = [];
        List<SignalKey> deletes = [];
        using IEnumerator<SignalRow> old = from.GetEnumerator();
        bool hasOld = old.MoveNext();
        foreach (SignalRow row in to)
        {
            while (hasOld && Compare(old.Current, row) < 0)
            {
                deletes.Add(old.Current.Key);
                hasOld = old.MoveNext();
            }

            bool isKnown = hasOld && Compare(old.Current, row) == 0;
            if (!isKnown || !old.Current.Equals(row))
            {
                upserts.Add(row);
            }

            hasOld = isKnown ? old.MoveNext() : hasOld;
        }

        for (; hasOld; hasOld = old.MoveNext())
        {
            deletes.Add(old.Current.Key);
        }

        return upserts.Count == 0 && deletes.Count == 0 ? SignalDelta.Empty : new SignalDelta(upserts, deletes);
    }

    private static int Compare(SignalRow a, SignalRow b) =>
        a.Timeframe == b.Timeframe ? a.BucketStart.CompareTo(b.BucketStart) : a.Timeframe.CompareTo(b.Timeframe);

    public SignalDelta Build() =>
        _upserts is null && _deletes is null ? SignalDelta.Empty : new SignalDelta(_upserts ?? [], _deletes ?? []);
}
