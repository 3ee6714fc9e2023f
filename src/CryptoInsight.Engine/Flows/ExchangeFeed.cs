using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>An exchange as the ingestion flow sees it: its feed, the series to follow, and who hears of trouble.</summary>
/// <param name="Source">The <c>source</c> column of its rows.</param>
/// <param name="Now">The exchange's clock.</param>
public sealed record ExchangeFeed(
    KlineFeed Feed,
    IReadOnlyList<SeriesStart> Series,
    SeriesOrigin Origin,
    string Source,
    string RunId,
    Func<UnixMicros> Now,
    Action<KlineFeedEvent.Delayed> OnDelay,
    Action<KlineFeedEvent.Refused> OnRefusal)
{
    /// <summary>The exchange's streams of candles; null where it has none, or where polling is wanted.</summary>
    public ICandleStreams? Streams { get; init; }
}
