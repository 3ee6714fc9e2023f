using Akka;
using Akka.Streams.Dsl;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>The exchange to Bronze: live candles, and side by side what is missing before them, one commit at a time.</summary>
/// <remarks>Back-pressure runs from the Delta commit to the HTTP request: while a commit is slow nobody asks for more.</remarks>
public static class BinanceToBronze
{
    public static IRunnableGraph<Task<Done>> Graph(ExchangeFeed exchange, LakeTables lake, IngestOptions options, Action<CommitOutcome> observe, CancellationToken stopping)
    {
        var bookmarks = new Bookmarks(exchange.Series, lake.Bronze.Table.Snapshot.TransactionVersion);
        return Live(exchange, stopping)
            .Merge(Missing(exchange, bookmarks, options, stopping))
            .GroupedWeightedWithin(options.BatchRowsMax, options.BatchDelayMax, Weight)
            .SelectAsync(1, events => CommitAsync([.. events], exchange, lake, bookmarks)) // 1: bookmarks only grow
            .ToMaterialized(Sink.ForEach(observe), Keep.Right);
    }

    private static Source<KlineFeedEvent, NotUsed> Live(ExchangeFeed exchange, CancellationToken stopping) =>
        Source.From(() => exchange.Feed.PollAsync([.. exchange.Series.Select(s => new PollSeries(s.Symbol, s.Interval, s.LiveFrom))], stopping));

    private static Source<KlineFeedEvent, NotUsed> Missing(ExchangeFeed exchange, Bookmarks bookmarks, IngestOptions options, CancellationToken stopping) =>
        Source.From(exchange.Series)
            .MergeMany(options.Parallelism, s => Source.From(() => exchange.Feed.BackfillAsync(
                new CandleSeries(s.Symbol, s.Interval), bookmarks.CompleteTo(s.Symbol, s.Interval), s.LiveFrom, cancellationToken: stopping)));

    private static long Weight(KlineFeedEvent told) => 1 + (told is KlineFeedEvent.Fetched fetched ? fetched.Range.Rows.Count : 0);

    private static async Task<CommitOutcome> CommitAsync(IReadOnlyList<KlineFeedEvent> events, ExchangeFeed exchange, LakeTables lake, Bookmarks bookmarks)
    {
        events.OfType<KlineFeedEvent.Delayed>().ToList().ForEach(exchange.OnDelay);
        List<DeadLetter> refused = [.. events.OfType<KlineFeedEvent.Refused>().Select(r => Letter(r, exchange))];
        if (refused.Count > 0)
        {
            await lake.DeadLetters.AppendAsync(refused).ConfigureAwait(false);
            events.OfType<KlineFeedEvent.Refused>().ToList().ForEach(exchange.OnRefusal);
        }

        List<FetchedRange> ranges = [.. events.OfType<KlineFeedEvent.Fetched>().Select(f => f.Range)];
        List<RawCandle> rows = [.. ranges.SelectMany(r => r.Rows)];
        IReadOnlyList<AppTransaction> moved = bookmarks.Advance(ranges);
        if (rows.Count == 0 && moved.Count == 0)
        {
            return new CommitOutcome.Nothing(lake.Bronze.Table.Snapshot.Version);
        }

        IEnumerable<AppTransaction> origins = ranges.Where(r => r.Rows.Count > 0).DistinctBy(r => (r.Symbol, r.Interval))
            .Select(r => new AppTransaction(IngestPositions.Origin(r.Symbol, r.Interval), (long)exchange.Origin));
        return await lake.Bronze.AppendAsync(rows, [.. moved, .. origins]).ConfigureAwait(false);
    }

    private static DeadLetter Letter(KlineFeedEvent.Refused refused, ExchangeFeed exchange) =>
        DeadLetter.OfRequest(
            exchange.Source, refused.Series.ToString(), $"http_{refused.Status}", refused.Text, refused.Payload, refused.From, exchange.Now(), exchange.RunId);
}
