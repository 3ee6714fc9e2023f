using CryptoInsight.Domain.Market;

namespace CryptoInsight.Simulation.Tests.Model;

/// <summary>INV-3 written down once more: ingest time, source, then Silver's columns as they stand in the table.</summary>
internal static class NaiveOrder
{
    public static bool IsGreater(SilverCandle row, SilverCandle than) => Compare(Columns(row), Columns(than)) > 0;

    private static IComparable?[] Columns(SilverCandle r) =>
    [
        r.IngestTime.Value, new Ordinal(r.Source), r.Candle.OpenTime.Value, r.Candle.Open, r.Candle.High, r.Candle.Low, r.Candle.Close, r.Candle.Volume,
        r.Candle.CloseTime.Value, r.Candle.QuoteVolume, r.Candle.Trades, r.Candle.TakerBuyBase, r.Candle.TakerBuyQuote,
    ];

    private static int Compare(IComparable?[] x, IComparable?[] y) =>
        x.Zip(y).Select(p => Comparer<IComparable?>.Default.Compare(p.First, p.Second)).FirstOrDefault(order => order != 0);

    private sealed record Ordinal(string Text) : IComparable
    {
        public int CompareTo(object? obj) => string.CompareOrdinal(Text, (obj as Ordinal)?.Text);
    }
}
