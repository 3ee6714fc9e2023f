using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Engine.Tests;

/// <summary>A lake in memory, and jobs driven over it step by step without actors.</summary>
internal sealed class MemoryLake
{
    private static readonly TailLimits s_limits = new(1_000, 64L << 20);

    private readonly Dictionary<string, MemoryObjectStore> _stores = [];

    /// <summary>Opens the tables anew: other objects over the same stores, as another process would have.</summary>
    public Task<LakeTables> OpenAsync() =>
        LakeTables.OpenOrCreateAsync(
            new LakeLocation("memory", "demo_catalog", "demo_schema", path => _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore()),
            new DeltaTableOptions());

    /// <summary>Lets a job take in everything that its source has; returns its reports.</summary>
    public static async Task<IReadOnlyList<StepReport>> CatchUpAsync(ITableJob job, DeltaTable source)
    {
        var tail = new TableTail(source);
        var reports = new List<StepReport>();
        while (await tail.ReadAfterAsync(job.Position, s_limits) is not TailStep.CaughtUp and var step)
        {
            reports.Add(Assert.IsType<StepOutcome.Advanced>(await job.StepAsync(step, CancellationToken.None)).Report);
        }

        return reports;
    }

    public static async Task<IReadOnlyList<TRow>> RowsAsync<TRow>(KeyedTable<TRow> table)
    {
        Snapshot snapshot = await table.Table.RefreshAsync();
        return await table.ReadAllAsync(snapshot);
    }
}
