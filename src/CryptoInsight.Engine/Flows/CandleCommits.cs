using CryptoInsight.Delta.Actions;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>Commits what a feed told: refused requests to the dead letters, gaps, then candles and bookmarks in one commit, then what they filled.</summary>
internal sealed class CandleCommits(ExchangeFeed exchange, LakeTables lake, Bookmarks bookmarks, GapBook gaps)
{
    /// <summary>One batch. When it is durable and held a refusal of the whole source, that is thrown: nothing is asked there any more.</summary>
    /// <param name="events">What was told, in order.</param>
    /// <param name="positions">Positions of a run of its own; null: the series' bookmarks.</param>
    public async Task<IngestCommit> CommitAsync(IReadOnlyList<KlineFeedEvent> events, Func<IReadOnlyList<FetchedRange>, IReadOnlyList<AppTransaction>>? positions = null)
    {
        await RefuseAsync(events).ConfigureAwait(false);
        foreach (KlineFeedEvent told in events)
        {
            gaps.Take(told);
        }

        await gaps.WriteFirstAsync(CancellationToken.None).ConfigureAwait(false);
        List<FetchedRange> ranges = [.. events.OfType<KlineFeedEvent.Fetched>().Select(f => f.Range)];
        List<RawCandle> rows = [.. ranges.SelectMany(r => r.Rows)];
        IReadOnlyList<AppTransaction> moved = [.. bookmarks.Advance(ranges), .. positions?.Invoke(ranges) ?? []];
        if (rows.Count > 0 || moved.Count > 0)
        {
            IEnumerable<AppTransaction> origins = ranges.Where(r => r.Rows.Count > 0).DistinctBy(r => (r.Symbol, r.Interval))
                .Select(r => new AppTransaction(IngestPositions.Origin(r.Symbol, r.Interval), (long)exchange.Origin));
            await lake.Bronze.AppendAsync(rows, [.. moved, .. origins]).ConfigureAwait(false);
        }

        await gaps.WriteThenAsync(CancellationToken.None).ConfigureAwait(false);
        return events.OfType<KlineFeedEvent.Refused>().FirstOrDefault(r => r.StopsSource) is { } refused
            ? throw new SourceRefusedException($"The exchange refuses everything (HTTP {refused.Status}: {refused.Text}); its answer is in dlq_binance.")
            : new IngestCommit(lake.Bronze.Table.Snapshot.Version, rows.Count);
    }

    private async Task RefuseAsync(IReadOnlyList<KlineFeedEvent> events)
    {
        events.OfType<KlineFeedEvent.Delayed>().ToList().ForEach(exchange.OnDelay);
        List<KlineFeedEvent.Refused> refused = [.. events.OfType<KlineFeedEvent.Refused>()];
        if (refused.Count > 0)
        {
            await lake.DeadLetters.AppendAsync([.. refused.Select(Letter)]).ConfigureAwait(false);
            refused.ForEach(exchange.OnRefusal);
        }
    }

    private DeadLetter Letter(KlineFeedEvent.Refused refused) =>
        DeadLetter.OfRequest(
            exchange.Source, refused.Series.ToString(), $"http_{refused.Status}", refused.Text, refused.Payload, refused.From, exchange.Now(), exchange.RunId);
}
