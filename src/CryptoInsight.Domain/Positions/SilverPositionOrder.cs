namespace CryptoInsight.Domain.Positions;

/// <summary>Which of several rows of a key is the greatest (INV-3): by ingest time, then source, then every other column of Silver in its order.</summary>
/// <remarks>Total: 0 only for rows that are equal. Nulls first, text by UTF-16 unit.</remarks>
public sealed class SilverPositionOrder : IComparer<SilverPosition>
{
    private SilverPositionOrder()
    {
    }

    /// <summary>The order.</summary>
    public static SilverPositionOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(SilverPosition? x, SilverPosition? y)
    {
        if (ReferenceEquals(x, y) || x is null || y is null)
        {
            return ReferenceEquals(x, y) ? 0 : x is null ? -1 : 1;
        }

        int order = x.IngestTime.CompareTo(y.IngestTime);
        order = order != 0 ? order : string.CompareOrdinal(x.Source, y.Source);
        order = order != 0 ? order : string.CompareOrdinal(x.EndpointName, y.EndpointName);
        order = order != 0 ? order : string.CompareOrdinal(x.AccountLabel, y.AccountLabel);
        order = order != 0 ? order : string.CompareOrdinal(x.Uid, y.Uid);
        order = order != 0 ? order : x.Symbol.CompareTo(y.Symbol);
        order = order != 0 ? order : x.EntryPrice.CompareTo(y.EntryPrice);
        order = order != 0 ? order : x.MarkPrice.CompareTo(y.MarkPrice);
        order = order != 0 ? order : Nullable.Compare(x.Pnl, y.Pnl);
        order = order != 0 ? order : Nullable.Compare(x.Roe, y.Roe);
        order = order != 0 ? order : x.Amount.CompareTo(y.Amount);
        order = order != 0 ? order : Nullable.Compare(x.Leverage, y.Leverage);
        order = order != 0 ? order : Nullable.Compare(x.Yellow, y.Yellow);
        order = order != 0 ? order : Nullable.Compare(x.TradeBefore, y.TradeBefore);
        return order != 0 ? order : x.UpdateTs.CompareTo(y.UpdateTs);
    }
}
