using System.Globalization;
using CryptoInsight.Benchmarks.Measuring;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Engine.Maintenance;
using CryptoInsight.Engine.Options;

namespace CryptoInsight.Benchmarks.Races;

/// <summary>How much slower a writer's durable commits become while maintenance lays out another part of the same table, as `up` does it: resting, one processor, bounded memory.</summary>
internal sealed class UpkeepRun : IBenchmark
{
    // Ten commits a second: many times what `up` makes, and the machine is still idle between them.
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(100);

    public string Name => "upkeep";

    public string Summary => "p99 of a writer's commits beside maintenance against the writer alone";

    public async Task RunAsync(BenchmarkContext context)
    {
        MinuteLake lake = await MinuteLake.BuildAsync(context.Folder.Fresh("lake"), context.Size(200, 20), 20, context.Report).ConfigureAwait(false);
        MaintenanceOptions options = EngineOptions.FromConfig(ShippedConfig.Reference).Maintenance;
        var duty = new DutyCycle(TimeProvider.System, options.DutyPercent);
        OptimizeSpec spec = new()
        {
            ZOrderBy = ["symbol", "open_time"], BytesMax = options.RunBytesMax / 8, MemoryBytesMax = options.MemoryBytesMax, Parallelism = 1, Rest = duty.RestAsync,
        };
        var (alone, beside) = (new Samples(), new Samples());
        long rewritten = 0;
        int minute = 0;
        for (int round = 0; round < context.Size(6, 2); round++)
        {
            bool isWarm = round > 0;
            await WriteAsync(lake, isWarm ? alone : new Samples(), () => minute++, context.Size(100, 20), CancellationToken.None).ConfigureAwait(false);
            using var stop = new CancellationTokenSource();
            Task<long> upkeep = Task.Run(() => OptimizeAsync(lake.Table, spec, stop.Token), CancellationToken.None);
            await WriteAsync(lake, isWarm ? beside : new Samples(), () => minute++, context.Size(100, 20), CancellationToken.None).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            rewritten += await upkeep.ConfigureAwait(false);
        }

        string note = string.Create(CultureInfo.InvariantCulture, $"alone p50 {alone.Median:0.0} p99 {alone.P99:0.0} ms; beside p99 {beside.P99:0.0} ms; {rewritten >> 20} MB rewritten beside");
        context.Report.Add(new Measurement(Name, "1,000 rows, durable, beside maintenance, p50", beside.Median, "ms") { Note = note });
        context.Report.Add(new Measurement(Name, "growth of p99 beside maintenance", Math.Max(0, beside.P99 - alone.P99), "ms") { Goal = 5, Note = note });
    }

    private static async Task<long> OptimizeAsync(DeltaTable table, OptimizeSpec spec, CancellationToken stop)
    {
        long bytes = 0;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                OptimizeOutcome done = await table.OptimizeAsync(spec, null, stop).ConfigureAwait(false);
                bytes += done.BytesRemoved;

                // Laid out by other columns, everything is to be done again: there is always work.
                spec = done.FilesRemoved > 0 ? spec : spec with { ZOrderBy = [.. spec.ZOrderBy.Reverse()] };
            }
        }
        catch (OperationCanceledException)
        {
            // The round is over.
        }

        return bytes;
    }

    private static async Task WriteAsync(MinuteLake lake, Samples samples, Func<int> next, int commits, CancellationToken ct)
    {
        using PeriodicTimer pace = new(s_between);
        for (int i = 0; i < commits; i++)
        {
            Apache.Arrow.RecordBatch rows = lake.Market.Slice(next() % Data.WideMarket.MinutesPerDay, 1_000 / lake.Market.Symbols.Count);
            samples.Add(await Race.TimeAsync(async _ =>
            {
                if (await lake.Table.AppendAsync([rows], null, ct).ConfigureAwait(false) is not CommitOutcome.Committed)
                {
                    throw new InvalidOperationException("A blind append always lands.");
                }
            }).ConfigureAwait(false));
            await pace.WaitForNextTickAsync(ct).ConfigureAwait(false);
        }
    }
}
