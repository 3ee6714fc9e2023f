using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Simulation.Tests.Model;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.World;

/// <summary>What operators and the compaction actor do to the tables while the jobs run; each action is a process of its own and may die in the middle.</summary>
internal sealed class Maintenance(Scheduler stage, SimulatedLake lake, Ledger ledger)
{
    private int _actions;

    /// <summary>Starts something; it goes on whenever the stage lets it.</summary>
    public SimulatedProcess Begin(string what, Func<LakeTables, Task<string>> action)
    {
        var process = new SimulatedProcess($"{what}-{++_actions}");
        _ = RunAsync(process, what, action);
        return process;
    }

    public SimulatedProcess Optimize() => Begin("optimize", async tables =>
    {
        (DeltaTable table, string[] order) = Any(tables);
        var spec = new OptimizeSpec { ZOrderBy = stage.Random.Next(3) == 0 ? order : [], DeletedShareMax = stage.Random.Next(2) == 0 ? 0 : 0.05 };
        OptimizeOutcome outcome = await table.OptimizeAsync(spec);
        return outcome.ToString();
    });

    /// <summary>VACUUM by the tables' own retention; Bronze and, but for some times, Silver keep what their readers need.</summary>
    public SimulatedProcess Vacuum(bool keepsReaders) => Begin("vacuum", async tables =>
    {
        (DeltaTable table, _) = Any(tables);
        VacuumOutcome outcome = await table.VacuumAsync(new VacuumSpec { Full = stage.Random.Next(2) == 0, NeededFrom = Needed(tables, table, keepsReaders) });
        return $"{outcome.Keys.Count} files removed";
    });

    public SimulatedProcess CleanLog(bool keepsReaders) => Begin("clean-log", async tables =>
    {
        (DeltaTable table, _) = Any(tables);
        await table.CheckpointAsync();
        return (await table.CleanLogAsync(Needed(tables, table, keepsReaders))).ToString();
    });

    public SimulatedProcess Checkpoint() => Begin("checkpoint", async tables =>
    {
        (DeltaTable table, _) = Any(tables);
        await table.CheckpointAsync();
        return $"checkpoint at {table.Snapshot.Version}";
    });

    /// <summary>RESTORE of Silver or Gold some versions back, their positions with them.</summary>
    public SimulatedProcess Restore() => Begin("restore", async tables =>
    {
        (string name, DeltaTable table) = stage.Random.Next(3) > 0 ? (SilverChartsTable.Name, tables.Silver.Table) : (GoldSignalsTable.Name, tables.Gold.Table);
        long version = Math.Max(0, (await table.RefreshAsync()).Version - stage.Random.Next(1, 8));
        return (await LakeRestore.RunAsync(name, table, version, acceptLoss: false)).ToString();
    });

    public SimulatedProcess Edit(SilverEdit edit) => Begin("edit", async tables =>
    {
        var spec = new CommitSpec(edit.Values is null ? "DELETE" : "UPDATE") { UserMetadata = ledger.Announce(edit) };
        CommitOutcome outcome = edit.Values is { } values
            ? await tables.Silver.Table.UpdateAsync(edit.Where, values, spec)
            : await tables.Silver.Table.DeleteAsync(edit.Where, spec);
        return $"{edit.GetType().Name}: {outcome}";
    });

    private long? Needed(LakeTables tables, DeltaTable table, bool keepsReaders) =>
        table == tables.Bronze.Table ? LowestSilverPosition() : table == tables.Silver.Table && keepsReaders ? tables.Gold.Table.Snapshot.TransactionVersion(GoldJob.ChartsPosition) ?? -1 : null;

    // Bronze never goes past the lowest position that a RESTORE of Silver can still reach.
    private long LowestSilverPosition() => Enumerable.Range(0, (int)ledger.SilverNewest + 1).TakeLast(12).Min(v => ledger.SilverAt(v).Position);

    private (DeltaTable Table, string[] Order) Any(LakeTables tables) => stage.Random.Next(5) switch
    {
        0 => (tables.Bronze.Table, ["symbol", "event_time"]),
        1 => (tables.DeadLetters.Table, ["dlq_id"]),
        2 => (tables.Gold.Table, ["symbol", "bucket_start"]),
        _ => (tables.Silver.Table, ["symbol", "open_time"]),
    };

    private async Task RunAsync(SimulatedProcess process, string what, Func<LakeTables, Task<string>> action)
    {
        try
        {
            string did = await action(await lake.OpenAsync(process));
            stage.Trace.Add($"{process}: done: {did}");
        }
        catch (Exception e) when (e is IOException or CommitStateUnknownException or MissingFileException or VersionNotFoundException)
        {
            stage.Trace.Add($"{process}: refused or failed: {e.GetType().Name}: {e.Message}");
        }
        catch (Exception e)
        {
            stage.Fail($"{what} broke: {e.GetType().Name}: {e.Message}", e);
        }
    }
}
