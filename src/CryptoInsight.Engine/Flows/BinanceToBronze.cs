using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>The exchange to Bronze: live candles, and side by side what is missing before them, one commit at a time.</summary>
/// <remarks>Back-pressure runs from the Delta commit to the HTTP request: while a commit is slow nobody asks for more. Streams cannot be slowed; what their
/// buffer does not take comes by REST. Whatever is in memory is read from the tables again at the next start.</remarks>
public static class BinanceToBronze
{
    /// <summary>Its commits, from where the tables stand: they end when the mode is through, when the exchange refuses everything, or by the switch, after the commit under way.</summary>
    /// <param name="again">True to ask for everything once more, whatever the bookmarks say.</param>
    public static async Task<Source<IngestCommit, IKillSwitch>> GraphAsync(
        ExchangeFeed exchange, IngestMode mode, bool again, LakeTables lake, IngestOptions options, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(lake);
        await lake.Bronze.Table.RefreshAsync(stopping).ConfigureAwait(false);
        var bookmarks = new Bookmarks(exchange.Series, lake.Bronze.Table.Snapshot.TransactionVersion, again);
        GapBook gaps = await GapBook.LoadAsync(lake.Operations.Gaps, exchange.Series, bookmarks, exchange.Now(), stopping).ConfigureAwait(false);
        var commits = new CandleCommits(exchange, lake, bookmarks, gaps);
        Source<KlineFeedEvent, NotUsed> missing = Missing(exchange, bookmarks, options, stopping);
        return (mode == IngestMode.Once ? missing : Live(exchange, bookmarks, mode, stopping).Merge(missing))
            .ViaMaterialized(KillSwitches.Single<KlineFeedEvent>(), (_, stop) => (IKillSwitch)stop)
            .GroupedWeightedWithin(options.BatchRowsMax, options.BatchDelayMax, Weight)
            .SelectAsync(1, events => commits.CommitAsync([.. events])); // 1: bookmarks only grow
    }

    private static Source<KlineFeedEvent, NotUsed> Live(ExchangeFeed exchange, Bookmarks bookmarks, IngestMode mode, CancellationToken stopping)
    {
        // After a restart within the node the bookmark may be ahead of where the node began.
        PollSeries[] series = [.. exchange.Series.Select(s => new PollSeries(s.Symbol, s.Interval, UnixMicros.Max(s.LiveFrom, bookmarks.CompleteTo(s.Symbol, s.Interval))))];
        return Source.From(() => exchange.Streams is { } streams && mode == IngestMode.Forever
            ? exchange.Feed.FollowAsync(series, streams, stopping)
            : exchange.Feed.PollAsync(series, stopping));
    }

    private static Source<KlineFeedEvent, NotUsed> Missing(ExchangeFeed exchange, Bookmarks bookmarks, IngestOptions options, CancellationToken stopping) =>
        Source.From(exchange.Series)
            .MergeMany(options.Parallelism, s => Source.From(() => exchange.Feed.BackfillAsync(
                new CandleSeries(s.Symbol, s.Interval), bookmarks.CompleteTo(s.Symbol, s.Interval), s.LiveFrom, cancellationToken: stopping)));

    private static long Weight(KlineFeedEvent told) => 1 + (told is KlineFeedEvent.Fetched fetched ? fetched.Range.Rows.Count : 0);
}
