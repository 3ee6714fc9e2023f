using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Quality;

/// <summary>Which of several rows of a key is the greatest (INV-3): by ingest time, then source, then every other column of Silver in its order.</summary>
/// <remarks>Total: 0 only for rows that are equal bit for bit. Nulls first, text by UTF-16 unit, numbers with -0 before 0. Columns that follow from the key
/// (unique_key, event_time, dt) decide nothing.</remarks>
public sealed class SilverOrder : IComparer<SilverCandle>
{
    private SilverOrder()
    {
    }

    /// <summary>The order.</summary>
    public static SilverOrder Instance { get; } = new();

    /// <summary>The verdict on a row that passed the rules, given the row that its key has now (or null).</summary>
    public static SilverVerdict Decide(SilverCandle? held, SilverCandle incoming)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        if (held is null)
        {
            return SilverVerdict.Accept;
        }

        if (held.Key != incoming.Key)
        {
            throw new ArgumentException($"Rows of two keys cannot be compared: {held.Key.UniqueKey} and {incoming.Key.UniqueKey}.", nameof(incoming));
        }

        return Instance.Compare(incoming, held) switch
        {
            > 0 => SilverVerdict.Accept,
            0 => SilverVerdict.LeaveUnchanged,
            < 0 => SilverVerdict.Supersede,
        };
    }

    /// <inheritdoc/>
    public int Compare(SilverCandle? x, SilverCandle? y)
    {
        if (ReferenceEquals(x, y) || x is null || y is null)
        {
            return ReferenceEquals(x, y) ? 0 : x is null ? -1 : 1;
        }

        int order = x.IngestTime.CompareTo(y.IngestTime);
        order = order != 0 ? order : string.CompareOrdinal(x.Source, y.Source);
        order = order != 0 ? order : x.Symbol.CompareTo(y.Symbol);
        order = order != 0 ? order : x.Interval.CompareTo(y.Interval);
        order = order != 0 ? order : Compare(x.Candle, y.Candle);
        return order != 0 ? order : x.Extra.CompareTo(y.Extra);
    }

    private static int Compare(in Candle x, in Candle y)
    {
        int order = x.OpenTime.CompareTo(y.OpenTime);
        order = order != 0 ? order : TotalOrder.Compare(x.Open, y.Open);
        order = order != 0 ? order : TotalOrder.Compare(x.High, y.High);
        order = order != 0 ? order : TotalOrder.Compare(x.Low, y.Low);
        order = order != 0 ? order : TotalOrder.Compare(x.Close, y.Close);
        order = order != 0 ? order : TotalOrder.Compare(x.Volume, y.Volume);
        order = order != 0 ? order : x.CloseTime.CompareTo(y.CloseTime);
        order = order != 0 ? order : Compare(x.QuoteVolume, y.QuoteVolume);
        order = order != 0 ? order : Nullable.Compare(x.Trades, y.Trades);
        order = order != 0 ? order : Compare(x.TakerBuyBase, y.TakerBuyBase);
        return order != 0 ? order : Compare(x.TakerBuyQuote, y.TakerBuyQuote);
    }

    private static int Compare(double? x, double? y) =>
        x is { } a && y is { } b ? TotalOrder.Compare(a, b) : x.HasValue.CompareTo(y.HasValue);
}
