using CryptoInsight.Delta;
using CryptoInsight.Delta.Store;
using CryptoInsight.Lake;
using CryptoInsight.Simulation.Tests.Model;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.World;

/// <summary>The stores of one lake, and every process's own way to them.</summary>
internal sealed class SimulatedLake(Scheduler stage, Ledger ledger, SimulationPlan plan)
{
    private readonly Dictionary<string, MemoryObjectStore> _stores = [];
    private readonly StoreFaults _faults = new(plan.StoreFaultRate);

    /// <summary>The lake as it is, past every fault and at once.</summary>
    public LakeLocation Bare => new("memory", "demo_catalog", "demo_schema", StoreOf);

    /// <summary>What the tables take from outside: this run's clock and ids.</summary>
    public DeltaTableOptions Options => new() { Clock = stage.Clock, NewId = NextId, Upkeep = LogUpkeepMode.Inline, CommitAttemptsMax = 50 };

    /// <summary>The lake as a process sees it.</summary>
    public LakeLocation For(SimulatedProcess process) =>
        new("memory", "demo_catalog", "demo_schema", path => new ParkedStore(StoreOf(path), path, process, stage, _faults, ledger.OnCommit));

    /// <summary>The tables, opened anew: every user has objects of its own, as if it were a process of its own.</summary>
    public Task<LakeTables> OpenAsync(SimulatedProcess process) => LakeTables.OpenOrCreateAsync(For(process), Options);

    private MemoryObjectStore StoreOf(string path) =>
        _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore(stage.Clock, path.Replace('/', '-'));

    private Guid NextId()
    {
        byte[] bytes = new byte[16];
        stage.Random.NextBytes(bytes);
        return new Guid(bytes);
    }
}
