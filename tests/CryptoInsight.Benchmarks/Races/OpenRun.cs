using Apache.Arrow;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Store;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>Opening tables with long logs, and learning of one more commit.</summary>
internal sealed class OpenRun : IBenchmark
{
    private const int CommitsAfterCheckpoint = 50; // the mean, with a checkpoint every 100

    public string Name => "open";

    public string Summary => "opening a table of 20,000 versions and 100,000 files, and one of a million versions after cleanup; refreshing them";

    public async Task RunAsync(BenchmarkContext context)
    {
        RecordBatch rows = SilverRows.Batch(await SilverRows.ReadAsync(MarketFiles.Minutes.Take(1), 1_000).ConfigureAwait(false));
        int versions = context.Size(20_000, 2_000);
        string wide = context.Folder.Fresh("wide");
        LogForge forge = await LogForge.BeginAsync(wide, rows).ConfigureAwait(false);
        forge.WriteTo(versions - CommitsAfterCheckpoint, 5);
        await CheckpointAsync(wide).ConfigureAwait(false);
        forge.WriteTo(versions, 5);

        string old = context.Folder.Fresh("old");
        LogForge aged = await LogForge.BeginAsync(old, rows).ConfigureAwait(false);
        aged.WriteTo(1_000, 1);
        await CheckpointAsync(old).ConfigureAwait(false);
        aged.MoveTo(1_000_000 - CommitsAfterCheckpoint);
        aged.WriteTo(1_000_000, 1);

        await OpenAsync(context, wide, $"{versions:N0} versions, {5 * versions:N0} files", rows).ConfigureAwait(false);
        await OpenAsync(context, old, "version 1,000,000 after cleanup, 1,000 files", rows).ConfigureAwait(false);
    }

    private async Task OpenAsync(BenchmarkContext context, string folder, string what, RecordBatch rows)
    {
        await OpenAsync(folder).ConfigureAwait(false); // warms the process, on purpose once only
        DeltaTable table = await OpenAsync(folder).ConfigureAwait(false);
        GC.Collect();
        Samples opens = await Race.AloneAsync(1, context.Size(15, 3), async _ => table = await OpenAsync(folder).ConfigureAwait(false)).ConfigureAwait(false);
        context.Report.Add(new Measurement(Name, $"{what}: open, median", opens.Median, "ms") { Goal = 150, Note = $"{table.Snapshot.Files.Count:N0} files" });

        DeltaTable writer = await OpenAsync(folder).ConfigureAwait(false);
        var refreshes = new Samples();
        for (int i = 0; i < context.Size(60, 10); i++)
        {
            await CommitRace.CommitAsync(writer, rows, 2_000_000 + i).ConfigureAwait(false);
            refreshes.Add(await Race.TimeAsync(_ => table.RefreshAsync()).ConfigureAwait(false));
        }

        context.Report.Add(new Measurement(Name, $"{what}: refresh, one new commit, median", refreshes.Median, "ms") { Goal = 5, Note = $"p99 {Measurement.Figure(refreshes.P99)} ms" });
    }

    private static Task<DeltaTable> OpenAsync(string folder) =>
        DeltaTable.OpenAsync(new LocalObjectStore(folder), new DeltaTableOptions { Encodings = SilverChartsTable.Definition.Encodings });

    private static async Task CheckpointAsync(string folder)
    {
        DeltaTable table = await OpenAsync(folder).ConfigureAwait(false);
        await table.CheckpointAsync().ConfigureAwait(false);
    }
}
