using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Tests;

/// <summary>Shorthand of the specs.</summary>
internal static class Markets
{
    public static readonly UnixMicros Now = At("2026-11-22T12:34:56.789Z");

    public static UnixMicros At(string text) =>
        UnixMicros.From(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    public static Venue Venue(long seed = 1, bool outages = true, params string[] symbols) => Market.Venue.Open(new PaperExchangeOptions
    {
        Seed = seed,
        Outages = outages,
        Symbols = symbols.Length == 0 ? null : symbols,
        TimeProvider = new ManualTime(Now.ToDateTimeOffset()),
    });

    public static ISeries Series(string symbol, long seed = 1, bool outages = true)
    {
        Assert.True(Venue(seed, outages, symbol).TryFind(symbol, out ISeries? series));
        return series;
    }

    public static List<Kline> Klines(ISeries series, string interval, UnixMicros? start, UnixMicros? end, int limit = int.MaxValue, UnixMicros? now = null, long offset = 0) =>
        new KlineQuery(Interval.Parse(interval), offset, start, end, limit).Run(series, now ?? Now);

    /// <summary>Adds pieces up the slow and obvious way.</summary>
    public static Bar Sum(IEnumerable<Kline> pieces)
    {
        List<Bar> bars = [.. pieces.Select(p => p.Bar)];
        return new Bar(
            bars[0].Open,
            bars.Max(b => b.High),
            bars.Min(b => b.Low),
            bars[^1].Close,
            bars.Aggregate((Int128)0, (s, b) => s + b.Volume),
            bars.Aggregate((Int128)0, (s, b) => s + b.QuoteVolume),
            bars.Sum(b => b.Trades),
            bars.Aggregate((Int128)0, (s, b) => s + b.TakerBase),
            bars.Aggregate((Int128)0, (s, b) => s + b.TakerQuote));
    }
}
