using Apache.Arrow;
using CryptoInsight.Benchmarks.Data;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Benchmarks.Opponents;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>1,000 real rows, durable, with a position and a fence, against a naive writer.</summary>
internal sealed class CommitRace : IBenchmark
{
    private const int Rows = 1_000;

    public string Name => "commit";

    public string Summary => "1,000 rows to a durable commit, against a naive writer";

    public async Task RunAsync(BenchmarkContext context)
    {
        List<SilverCandle> candles = await SilverRows.ReadAsync(MarketFiles.Minutes.Take(1), 40_000).ConfigureAwait(false);
        RecordBatch[] batches = [.. OneDayEach(candles).Select(SilverRows.Batch)];
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new LocalObjectStore(context.Folder.Fresh("ours")), SilverChartsTable.Definition).ConfigureAwait(false);
        var naive = new NaiveDeltaWriter(context.Folder.Fresh("naive"));
        (Samples ours, Samples theirs) = await Race.RunAsync(
            warmUp: context.Size(60, 20),
            rounds: context.Size(400, 60),
            i => CommitAsync(table, batches[i % batches.Length], i),
            i =>
            {
                naive.Commit(batches[i % batches.Length], $"dt={candles[0].Candle.OpenTime.Date.AddDays(i % batches.Length):yyyy-MM-dd}");
                return Task.CompletedTask;
            }).ConfigureAwait(false);
        await table.WhenIdleAsync().ConfigureAwait(false);
        context.Report.Add(new Measurement(Name, "1,000 rows, durable, p50", ours.Median, "ms") { Theirs = theirs.Median, Opponent = "naive", Goal = 2.5 });
        context.Report.Add(new Measurement(Name, "1,000 rows, durable, p99", ours.P99, "ms") { Theirs = theirs.P99, Opponent = "naive" });
    }

    internal static async Task CommitAsync(DeltaTable table, RecordBatch rows, long position)
    {
        var spec = new CommitSpec("STREAMING UPDATE") { Transactions = [new AppTransaction("job", position)], Fence = new Fence(table.Snapshot.Version) };
        if (await table.AppendAsync([rows], spec).ConfigureAwait(false) is not CommitOutcome.Committed)
        {
            throw new InvalidOperationException("Nobody else commits here.");
        }
    }

    // A micro-batch of a live table lies in one day.
    private static IEnumerable<IReadOnlyList<SilverCandle>> OneDayEach(IReadOnlyList<SilverCandle> candles) =>
        candles.GroupBy(c => c.Candle.OpenTime.Day).Where(day => day.Count() >= Rows).Select(day => (IReadOnlyList<SilverCandle>)[.. day.Take(Rows)]);
}
