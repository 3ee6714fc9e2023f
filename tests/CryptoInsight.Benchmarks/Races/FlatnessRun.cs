using Apache.Arrow;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>Does a commit stay as fast as it was, however many there were before? Tables at four ages commit in turn.</summary>
/// <remarks>Built as a streaming table lives: nine commits of ten move only a position, every tenth appends rows; a checkpoint every 100 commits, OPTIMIZE every 1,000, log cleanup every 5,000.</remarks>
internal sealed class FlatnessRun : IBenchmark
{
    private const int CommitsPerAppend = 10;
    private const int CommitsPerOptimize = 1_000;
    private const int CommitsPerCleanup = 5_000;

    public string Name => "flatness";

    public string Summary => "1,000 rows to a durable commit at version 10, 1,000, 10,000 and 100,000";

    public async Task RunAsync(BenchmarkContext context)
    {
        List<SilverCandle> candles = await SilverRows.ReadAsync(MarketFiles.Minutes.Take(1), 1_000).ConfigureAwait(false);
        RecordBatch rows = SilverRows.Batch(candles);
        RecordBatch few = SilverRows.Batch(candles[..10]);
        int[] ages = context.Quick ? [10, 1_000, 5_000] : [10, 1_000, 10_000, 100_000];
        List<(DeltaTable Table, Samples Samples)> tables = [];
        foreach (int age in ages)
        {
            context.Report.Say($"{Name}: building a table of {age:N0} versions");
            tables.Add((await BuildAsync(context.Folder.Fresh("aged"), age, few).ConfigureAwait(false), new Samples()));
        }

        const int WarmUp = 10;
        for (int round = 0; round < WarmUp + context.Size(150, 30); round++)
        {
            foreach ((DeltaTable table, Samples samples) in tables)
            {
                TimeSpan elapsed = await Race.TimeAsync(i => CommitRace.CommitAsync(table, rows, i), round).ConfigureAwait(false);
                if (round >= WarmUp)
                {
                    samples.Add(elapsed);
                }
            }
        }

        double first = tables[0].Samples.Median;
        foreach (((DeltaTable table, Samples samples), int age) in tables.Zip(ages))
        {
            context.Report.Add(new Measurement(Name, $"commit at version {age:N0}, p50", samples.Median, "ms")
            {
                Theirs = first,
                Opponent = "itself at version 10",
                Goal = 2.5,
                Note = $"{table.Snapshot.Files.Count} live files, p99 {Measurement.Figure(samples.P99)} ms",
            });
            await table.WhenIdleAsync().ConfigureAwait(false);
        }
    }

    private static async Task<DeltaTable> BuildAsync(string folder, int age, RecordBatch few)
    {
        var store = new SwitchedStore(folder);
        TableDefinition silver = SilverChartsTable.Definition;
        Dictionary<string, string> properties = new(silver.Properties) { ["delta.logRetentionDuration"] = "interval 1 second" };
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(store, silver with { Properties = properties }).ConfigureAwait(false);
        while (table.Snapshot.Version < age)
        {
            long next = table.Snapshot.Version + 1;
            if (next % CommitsPerOptimize == 0)
            {
                await table.OptimizeAsync(new OptimizeSpec { Compression = Delta.Data.ParquetCompression.Snappy }).ConfigureAwait(false);
            }
            else if (next % CommitsPerAppend == 1)
            {
                await CommitRace.CommitAsync(table, few, next).ConfigureAwait(false);
            }
            else
            {
                await table.CommitTransactionsAsync(new CommitSpec("STREAMING UPDATE") { Transactions = [new AppTransaction("job", next)] }).ConfigureAwait(false);
            }

            if (next % CommitsPerCleanup == 0)
            {
                await table.WhenIdleAsync().ConfigureAwait(false);
                await table.CleanLogAsync().ConfigureAwait(false);
            }
        }

        await table.WhenIdleAsync().ConfigureAwait(false);
        store.IsDurable = true;
        return table;
    }
}
