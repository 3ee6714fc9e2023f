using Akka.Streams.Dsl;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Engine.Flows;

/// <summary>Recorded files to Bronze: each row once, however often the file is given. The position, rows done by content hash and series, lies in the commit.</summary>
public static class ReplayToBronze
{
    /// <summary>A commit waits this long for more rows: reading is faster than writing, so only a slow disk ever feels it.</summary>
    private static readonly TimeSpan s_batchDelayMax = TimeSpan.FromSeconds(5);

    /// <summary>Some rows of one file, and how many of it are done with them.</summary>
    private sealed record Chunk(KlineFileFacts Facts, IReadOnlyList<RawCandle> Rows, long RowsDone);

    /// <summary>The graph: one element out per commit, with the rows that it added.</summary>
    /// <param name="files">Admitted files.</param>
    /// <param name="onDamage">Hears of a file that ended too early; what came before is kept.</param>
    public static Source<int, Akka.NotUsed> Graph(
        IReadOnlyList<ReplayFile> files, BronzeChartsTable bronze, int batchRowsMax, UnixMicros ingestTime, Action<ReplayFile, string> onDamage) =>
        Source.From(() => ChunksAsync(files, bronze, ingestTime, onDamage))
            .GroupedWeightedWithin(batchRowsMax, s_batchDelayMax, chunk => chunk.Rows.Count)
            .SelectAsync(1, chunks => AppendAsync([.. chunks], bronze)); // 1: a file's rows-done only grows

    private static async IAsyncEnumerable<Chunk> ChunksAsync(
        IReadOnlyList<ReplayFile> files, BronzeChartsTable bronze, UnixMicros ingestTime, Action<ReplayFile, string> onDamage)
    {
        foreach (ReplayFile file in files)
        {
            long done = bronze.Table.Snapshot.TransactionVersion(PositionOf(file.Facts)) ?? 0;
            if (done >= file.Facts.Rows)
            {
                if (file.Facts.Damage is { } damage)
                {
                    onDamage(file, $"{HostileText.Show(file.Facts.FileName, 120)} is cut after {file.Facts.ContentBytes} bytes of content: {damage}. "
                        + $"Its {file.Facts.Rows} whole rows were there already; get the whole file and replay it again.");
                }

                continue;
            }

            await using IAsyncEnumerator<IReadOnlyList<RawCandle>> batches = file.ReadAsync(ingestTime, done).GetAsyncEnumerator();
            while (await NextAsync(batches, file, onDamage).ConfigureAwait(false))
            {
                done += batches.Current.Count;
                yield return new Chunk(file.Facts, batches.Current, done);
            }
        }
    }

    private static string PositionOf(KlineFileFacts facts) => IngestPositions.Replay(facts.ContentSha256, facts.Symbol, facts.Interval);

    private static async Task<bool> NextAsync(IAsyncEnumerator<IReadOnlyList<RawCandle>> batches, ReplayFile file, Action<ReplayFile, string> onDamage)
    {
        try
        {
            return await batches.MoveNextAsync().ConfigureAwait(false);
        }
        catch (TruncatedInputException damage)
        {
            onDamage(file, damage.Message); // every whole row was delivered before this
            return false;
        }
    }

    private static async Task<int> AppendAsync(IReadOnlyList<Chunk> chunks, BronzeChartsTable bronze)
    {
        AppTransaction[] positions =
        [
            .. chunks.GroupBy(c => PositionOf(c.Facts)).Select(g => new AppTransaction(g.Key, g.Max(c => c.RowsDone))),
            .. chunks.DistinctBy(c => (c.Facts.Symbol, c.Facts.Interval))
                .Select(c => new AppTransaction(IngestPositions.Origin(c.Facts.Symbol, c.Facts.Interval), (long)c.Facts.Market)),
        ];
        List<RawCandle> rows = [.. chunks.SelectMany(c => c.Rows)];
        Snapshot read = bronze.Table.Snapshot;
        var fence = new Fence(read.Version) { OnlyForAppIds = [.. positions.Select(p => p.AppId).Where(id => id.StartsWith("replay/", StringComparison.Ordinal))] };
        CommitOutcome outcome = await bronze.AppendAsync(rows, positions, fence).ConfigureAwait(false);
        return outcome.Match(
            _ => rows.Count,
            _ => 0,
            superseded => throw new IOException($"Another replay of the same file is running: {superseded.Why} Wait for it, then replay again; nothing is doubled."),
            conflict => throw new IOException($"Bronze was changed under this replay: {conflict.Why} Replay again; nothing is doubled."));
    }
}
