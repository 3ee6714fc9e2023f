using System.Globalization;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>History to Bronze: what Silver lacks between a day of the past and what is followed, absences asked about once more. Ends when all was asked.</summary>
/// <remarks>The position is its own (<c>backfill/&lt;from day&gt;/…</c>), so a backfill that was stopped goes on where it was; the series' bookmarks are not its to move back.</remarks>
public static class BackfillToBronze
{
    /// <summary>Where a series' history stands: the open time (ms) up to which it was asked for.</summary>
    public static string PositionOf(SeriesStart series)
    {
        ArgumentNullException.ThrowIfNull(series);
        return IngestPositions.Backfill(RunOf(series), series.Symbol, series.Interval);
    }

    /// <summary>Its commits; the switch ends them after the one under way.</summary>
    public static async Task<Source<IngestCommit, IKillSwitch>> GraphAsync(ExchangeFeed exchange, LakeTables lake, IngestOptions options, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        ArgumentNullException.ThrowIfNull(lake);
        await lake.Bronze.Table.RefreshAsync(stopping).ConfigureAwait(false);
        var bookmarks = new Bookmarks(exchange.Series, lake.Bronze.Table.Snapshot.TransactionVersion);
        GapBook gaps = await GapBook.LoadAsync(lake.Operations.Gaps, exchange.Series, bookmarks, exchange.Now(), stopping).ConfigureAwait(false);
        KeyMemory known = await KnownAsync(lake, stopping).ConfigureAwait(false);
        var commits = new CandleCommits(exchange, lake, bookmarks, gaps);
        return Source.From(exchange.Series)
            .MergeMany(options.Parallelism, s => Source.From(() => HistoryAsync(s, exchange, lake, known, stopping)))
            .ViaMaterialized(KillSwitches.Single<KlineFeedEvent>(), (_, stop) => (IKillSwitch)stop)
            .GroupedWeightedWithin(options.BatchRowsMax, options.BatchDelayMax, told => 1 + (told is KlineFeedEvent.Fetched f ? f.Range.Rows.Count : 0))
            .SelectAsync(1, events => commits.CommitAsync([.. events], ranges => Positions(ranges, exchange.Series))); // 1: positions only grow
    }

    private static string RunOf(SeriesStart series) => $"from-{series.Since.ToDateTimeOffset().ToString("yyyyMMdd", CultureInfo.InvariantCulture)}";

    private static async IAsyncEnumerable<KlineFeedEvent> HistoryAsync(
        SeriesStart series, ExchangeFeed exchange, LakeTables lake, KeyMemory known, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        UnixMicros from = series.Since;
        if (lake.Bronze.Table.Snapshot.TransactionVersion(PositionOf(series)) is long done)
        {
            from = UnixMicros.Max(from, UnixMicros.FromMilliseconds(done));
        }

        foreach (OpenTimeRange missing in known.Missing(series.Symbol, series.Interval, new OpenTimeRange(from, series.LiveFrom)))
        {
            await foreach (KlineFeedEvent told in exchange.Feed.BackfillAsync(
                new CandleSeries(series.Symbol, series.Interval), missing.From, missing.To, cancellationToken: ct).ConfigureAwait(false))
            {
                yield return told;
                if (told is KlineFeedEvent.Refused)
                {
                    yield break;
                }
            }
        }
    }

    private static IReadOnlyList<AppTransaction> Positions(IReadOnlyList<FetchedRange> ranges, IReadOnlyList<SeriesStart> series) =>
    [
        .. ranges.GroupBy(r => r.Series).Select(of =>
        {
            SeriesStart start = series.First(s => s.Symbol == of.Key.Symbol && s.Interval == of.Key.Interval);
            return new AppTransaction(PositionOf(start), of.Max(r => r.SettledTo.Milliseconds));
        }),
    ];

    private static async Task<KeyMemory> KnownAsync(LakeTables lake, CancellationToken ct)
    {
        var known = new KeyMemory();
        await lake.Silver.Table.RefreshAsync(ct).ConfigureAwait(false);
        await foreach (IReadOnlyList<CandleKey> keys in lake.Silver.KeysAsync(lake.Silver.Table.Snapshot, ct).ConfigureAwait(false))
        {
            foreach (CandleKey key in keys)
            {
                known.Add(key);
            }
        }

        return known;
    }
}
