using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>Commits what a feed told: refused requests to the dead letters, gaps, then candles and bookmarks in one commit, then what they filled.</summary>
internal sealed class CandleCommits(ExchangeFeed exchange, LakeTables lake, Bookmarks bookmarks, GapBook gaps)
{
    /// <summary>One batch; the outcome is Bronze's.</summary>
    /// <param name="events">What was told, in order.</param>
    /// <param name="positions">Positions of a run of its own; null: the series' bookmarks.</param>
    public async Task<CommitOutcome> CommitAsync(IReadOnlyList<KlineFeedEvent> events, Func<IReadOnlyList<FetchedRange>, IReadOnlyList<AppTransaction>>? positions = null)
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
        CommitOutcome outcome = new CommitOutcome.Nothing(lake.Bronze.Table.Snapshot.Version);
        if (rows.Count > 0 || moved.Count > 0)
        {
            IEnumerable<AppTransaction> origins = ranges.Where(r => r.Rows.Count > 0).DistinctBy(r => (r.Symbol, r.Interval))
                .Select(r => new AppTransaction(IngestPositions.Origin(r.Symbol, r.Interval), (long)exchange.Origin));
            outcome = await lake.Bronze.AppendAsync(rows, [.. moved, .. origins]).ConfigureAwait(false);
        }

        await gaps.WriteThenAsync(CancellationToken.None).ConfigureAwait(false);
        return outcome;
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
