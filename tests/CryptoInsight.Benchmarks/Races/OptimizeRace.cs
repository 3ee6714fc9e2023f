using System.Globalization;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Benchmarks.Opponents;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>OPTIMIZE of 2,000 small files, plain and with ZORDER, against DuckDB's COPY of the same files; durable on both sides.</summary>
internal sealed class OptimizeRace : IBenchmark
{
    private const string Written = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3, ROW_GROUP_SIZE 122880, PARTITION_BY (dt))";

    public string Name => "optimize";

    public string Summary => "OPTIMIZE of 2,000 small files against DuckDB COPY; ZORDER against COPY ORDER BY";

    public async Task RunAsync(BenchmarkContext context)
    {
        MinuteLake lake = await MinuteLake.BuildAsync(context.Folder.Fresh("lake"), context.Size(200, 20), 20, context.Report).ConfigureAwait(false);
        using var duck = new DuckDb(context.Folder.Fresh("spill"));
        duck.Run($"CREATE VIEW live AS SELECT * FROM read_parquet({lake.FileList}, hive_partitioning = true, hive_types = {{'dt': DATE}})");
        await RaceAsync(context, lake, duck, "OPTIMIZE", new OptimizeSpec(), "SELECT * FROM live", "DuckDB COPY", 1.5).ConfigureAwait(false);
        await RaceAsync(context, lake, duck, "ZORDER", new OptimizeSpec { ZOrderBy = ["symbol", "open_time"] }, "SELECT * FROM live ORDER BY symbol, open_time", "DuckDB COPY ORDER BY", 2).ConfigureAwait(false);
    }

    private async Task RaceAsync(BenchmarkContext context, MinuteLake lake, DuckDb duck, string what, OptimizeSpec spec, string query, string opponent, double goal)
    {
        long small = lake.Table.Snapshot.Version;
        int files = lake.Table.Snapshot.Files.Count;
        long peak = 0;
        (Samples ours, Samples theirs) = (new Samples(), new Samples());
        for (int round = 0; round < context.Size(4, 2); round++)
        {
            TimeSpan own = await Race.TimeAsync(_ => lake.Table.OptimizeAsync(spec)).ConfigureAwait(false);
            peak = Math.Max(peak, Environment.WorkingSet);
            string folder = context.Folder.Fresh("copy");
            TimeSpan other = await Race.TimeAsync(_ =>
            {
                duck.Run($"COPY ({query}) TO '{folder}' {Written}");
                Durable.Tree(folder);
                return Task.CompletedTask;
            }).ConfigureAwait(false);
            Directory.Delete(folder, recursive: true);
            await UndoAsync(lake, small).ConfigureAwait(false);
            if (round > 0)
            {
                ours.Add(own);
                theirs.Add(other);
            }
        }

        string rows = string.Create(CultureInfo.InvariantCulture, $"{lake.Market.Rows / 1e6:0.0} M rows in {files:N0} files");
        context.Report.Add(new Measurement(Name, $"{what} of {rows}", ours.Median, "ms") { Theirs = theirs.Median, Opponent = opponent, RatioGoal = goal, Note = $"working set after it {peak >> 20} MB" });
    }

    // The small files are still there: the version before is made the newest again, and the big files go.
    private static async Task UndoAsync(MinuteLake lake, long version)
    {
        string[] big = [.. lake.Table.Snapshot.Files.Select(f => Path.Combine(lake.TableFolder, Uri.UnescapeDataString(f.Path)))];
        if (await lake.Table.RestoreAsync(version).ConfigureAwait(false) is not CommitOutcome.Committed)
        {
            throw new InvalidOperationException("Nobody else commits here.");
        }

        foreach (string path in big)
        {
            File.Delete(path);
        }
    }
}
