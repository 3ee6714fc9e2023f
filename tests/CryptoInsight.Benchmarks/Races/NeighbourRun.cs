using System.Globalization;
using Apache.Arrow;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Host.SqlWorkers;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>What a writer feels of people who run cross joins of 10^12 rows on the web console: durable commits, a hundred a block, in blocks with and without them in turn.</summary>
internal sealed class NeighbourRun : IBenchmark
{
    private const int Rows = 1_000;
    private const int CommitsPerBlock = 100;
    private const string CrossJoin = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range <> -1";

    private static readonly TimeSpan s_commitEvery = TimeSpan.FromMilliseconds(10);

    public string Name => "neighbour";

    public string Summary => "commit latency while SQL workers run cross joins of 10^12 rows, against the same without them";

    public async Task RunAsync(BenchmarkContext context)
    {
        List<SilverCandle> candles = await SilverRows.ReadAsync(MarketFiles.Minutes.Take(1), 40_000).ConfigureAwait(false);
        RecordBatch[] batches = [.. candles.GroupBy(c => c.Candle.OpenTime.Day).Where(day => day.Count() >= Rows).Select(day => SilverRows.Batch([.. day.Take(Rows)]))];
        LakeLocation lake = LakeLocation.Local(context.Folder.Fresh("lake"));
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(lake.StoreOf(SilverChartsTable.Name), SilverChartsTable.Definition).ConfigureAwait(false);
        var limits = new WorkerLimits { WallTimeMax = TimeSpan.FromHours(1), CpuTimeMax = TimeSpan.FromHours(1) };
        var pool = new WorkerPool(lake, limits, TimeProvider.System);
        await using (pool.ConfigureAwait(false))
        {
            int at = 0;
            await BlockAsync(table, batches, new Samples(), at++).ConfigureAwait(false); // warms up
            await Task.WhenAll(Enumerable.Range(0, limits.Workers).Select(_ => pool.AskAsync("SELECT 1", CancellationToken.None))).ConfigureAwait(false);
            Samples alone = new(), beside = new();
            for (int block = 0; block < context.Size(10, 3); block++)
            {
                await BlockAsync(table, batches, alone, at++).ConfigureAwait(false);
                using var stop = new CancellationTokenSource();
                Task<WorkerAnswer>[] joins = [.. Enumerable.Range(0, limits.Workers).Select(_ => pool.AskAsync(CrossJoin, stop.Token))];
                await BlockAsync(table, batches, beside, at++).ConfigureAwait(false);
                await stop.CancelAsync().ConfigureAwait(false);
                if ((await Task.WhenAll(joins).ConfigureAwait(false)).Any(j => j is not WorkerAnswer.Stopped))
                {
                    throw new InvalidOperationException("A cross join ended before its block did.");
                }
            }

            string what = string.Create(CultureInfo.InvariantCulture, $"1,000 rows, durable, beside {limits.Workers} cross joins");
            context.Report.Add(new Measurement(Name, $"{what}, p50", beside.Median, "ms") { Theirs = alone.Median, Opponent = "itself without them" });
            context.Report.Add(new Measurement(Name, $"{what}, p99", beside.P99, "ms") { Theirs = alone.P99, Opponent = "itself without them" });
        }
    }

    private static async Task BlockAsync(DeltaTable table, RecordBatch[] batches, Samples samples, int block)
    {
        using var pace = new PeriodicTimer(s_commitEvery);
        for (int i = 0; i < CommitsPerBlock; i++)
        {
            await pace.WaitForNextTickAsync().ConfigureAwait(false);
            int position = (block * CommitsPerBlock) + i;
            samples.Add(await Race.TimeAsync(_ => CommitRace.CommitAsync(table, batches[position % batches.Length], position), i).ConfigureAwait(false));
        }
    }
}
