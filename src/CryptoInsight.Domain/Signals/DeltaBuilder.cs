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

    public SignalDelta Build() =>
        _upserts is null && _deletes is null ? SignalDelta.Empty : new SignalDelta(_upserts ?? [], _deletes ?? []);
}
