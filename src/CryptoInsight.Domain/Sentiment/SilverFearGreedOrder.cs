namespace CryptoInsight.Domain.Sentiment;

/// <summary>Which of several rows of a day is the greatest (INV-3): by ingest time, then source, then every other column of Silver in its order.</summary>
/// <remarks>Total: 0 only for rows that are equal. Nulls first, text by UTF-16 unit.</remarks>
public sealed class SilverFearGreedOrder : IComparer<SilverFearGreed>
{
    private SilverFearGreedOrder()
    {
    }

    /// <summary>The order.</summary>
    public static SilverFearGreedOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(SilverFearGreed? x, SilverFearGreed? y)
    {
        if (ReferenceEquals(x, y) || x is null || y is null)
        {
            return ReferenceEquals(x, y) ? 0 : x is null ? -1 : 1;
        }

        int order = x.IngestTime.CompareTo(y.IngestTime);
        order = order != 0 ? order : string.CompareOrdinal(x.Source, y.Source);
        order = order != 0 ? order : x.TsUnix.CompareTo(y.TsUnix);
        order = order != 0 ? order : x.IndexValue.CompareTo(y.IndexValue);
        order = order != 0 ? order : string.CompareOrdinal(x.ValueClassification, y.ValueClassification);
        return order != 0 ? order : string.CompareOrdinal(x.TimeUntilUpdate, y.TimeUntilUpdate);
    }
}
