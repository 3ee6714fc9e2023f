using Akka;
using Akka.Streams.Dsl;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>The exchange to Bronze: live candles and what is missing before them, many series side by side, one commit at a time.</summary>
/// <remarks>Back-pressure runs from the Delta commit to the HTTP request: while a commit is slow nobody asks for more.</remarks>
public static class BinanceToBronze
{
    public static IRunnableGraph<Task<Done>> Graph(
        KlineFeed feed, IReadOnlyList<SeriesStart> series, BronzeChartsTable bronze, IngestOptions options, Action<CommitOutcome> observe, CancellationToken stopping)
    {
        var bookmarks = new Bookmarks(series, bronze.Table.Snapshot.TransactionVersion);
        var seen = new LastSeen();
        return Live(feed, series, stopping)
            .Merge(Missing(feed, series, bookmarks, options, stopping))
            .GroupedWeightedWithin(options.BatchRowsMax, options.BatchDelayMax, range => range.Rows.Count + 1)
            .SelectAsync(1, ranges => AppendAsync([.. ranges], bronze, bookmarks, seen)) // 1: bookmarks only grow
            .ToMaterialized(Sink.ForEach(observe), Keep.Right);
    }

    private static Source<FetchedRange, NotUsed> Live(KlineFeed feed, IReadOnlyList<SeriesStart> series, CancellationToken stopping) =>
        Source.From(() => feed.PollAsync([.. series.Select(s => (s.Symbol, s.Interval))], stopping));

    private static Source<FetchedRange, NotUsed> Missing(
        KlineFeed feed, IReadOnlyList<SeriesStart> series, Bookmarks bookmarks, IngestOptions options, CancellationToken stopping) =>
        Source.From(series)
            .MergeMany(options.Parallelism, s => Source.From(() => feed.BackfillAsync(s.Symbol, s.Interval, bookmarks.CompleteTo(s.Symbol, s.Interval), null, stopping)));

    private static async Task<CommitOutcome> AppendAsync(IReadOnlyList<FetchedRange> ranges, BronzeChartsTable bronze, Bookmarks bookmarks, LastSeen seen)
    {
        List<RawCandle> rows = [.. ranges.SelectMany(r => r.Rows).Where(seen.IsNew)];
        IReadOnlyList<AppTransaction> moved = bookmarks.Advance(ranges);
        if (rows.Count == 0 && moved.Count == 0)
        {
            return new CommitOutcome.Nothing(bronze.Table.Snapshot.Version);
        }

        AppTransaction[] markets = [.. ranges.Where(r => r.Rows.Count > 0).DistinctBy(r => (r.Symbol, r.Interval))
            .Select(r => new AppTransaction(IngestPositions.Market(r.Symbol, r.Interval), (long)Market.Spot))];
        return await bronze.AppendAsync(rows, [.. moved, .. markets]).ConfigureAwait(false);
    }
}
