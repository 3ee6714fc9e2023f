using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using DuckDB.NET.Data;

namespace CryptoInsight.Lake.Sql;

/// <summary>Defines in DuckDB the tables, views and stand-ins that a statement names, each from the newest (or the asked) snapshot; what did not change since the last statement is left as it is.</summary>
/// <param name="lake">The lake.</param>
/// <param name="catalog">Its tables and views.</param>
/// <param name="connection">Where they are defined.</param>
/// <param name="clock">Tells what <c>now()</c> cannot be before.</param>
/// <param name="readView">Reads a stored view's query, through the gate.</param>
internal sealed class SnapshotMounts(LakeLocation lake, LakeCatalog catalog, DuckDBConnection connection, TimeProvider clock, Func<StoredView, CancellationToken, Task<StoredQuery>> readView)
{
    /// <summary>How much older than now the instant is that stands for <c>now()</c> when files are left out: the statement itself runs later.</summary>
    private static readonly TimeSpan s_clockDoubt = TimeSpan.FromSeconds(10);

    /// <summary>Whole tables as they were handed over last: while the snapshot is the same, the text and its side tables are used again.</summary>
    private readonly Dictionary<string, Mount> _whole = new(StringComparer.Ordinal);

    /// <summary>How each table was defined last: DuckDB binds a view whenever it is defined, and over many files that takes longer than many a statement.</summary>
    private readonly Dictionary<string, string> _defined = new(StringComparer.Ordinal);

    /// <summary>Side tables of parts of tables, which serve one statement.</summary>
    private readonly List<string> _passing = [];

    private int _sideTables;

    private sealed record Mount(Snapshot Snapshot, string Query, IReadOnlyList<string> SideTables);

    /// <summary>Defines what a statement names.</summary>
    public Task MountAsync(IReadOnlyList<TableReference> references, IReadOnlyDictionary<string, TimeTravel> standIns, CancellationToken ct) =>
        MountAsync(plan => plan.AddAsync(references, standIns, ct), ct);

    /// <summary>Defines a view that is not stored yet, and so finds out whether it could be.</summary>
    public Task MountAsync(StoredView view, CancellationToken ct) => MountAsync(plan => plan.AddAsync(view, ct), ct);

    private async Task MountAsync(Func<MountPlan, Task> gather, CancellationToken ct)
    {
        Drop(_passing);
        _passing.Clear();
        var plan = new MountPlan(catalog, readView, clock.GetUtcNow() - s_clockDoubt);
        await gather(plan).ConfigureAwait(false);
        foreach ((string name, List<ScanNeed> all) in plan.Needs)
        {
            DeltaTable table = await plan.TableAsync(name, ct).ConfigureAwait(false);
            await MountAsync(name, table, table.Snapshot, all, ct).ConfigureAwait(false);
        }

        foreach ((string name, TimeTravel travel) in plan.Travels)
        {
            DeltaTable table = await plan.TableAsync(travel.Table, ct).ConfigureAwait(false);
            await MountAsync(name, table, await SnapshotAsync(table, travel, ct).ConfigureAwait(false), [new ScanNeed.Everything()], ct).ConfigureAwait(false);
        }

        foreach (PlannedView view in plan.Views)
        {
            DefineView(view);
        }
    }

    private static async Task<Snapshot> SnapshotAsync(DeltaTable table, TimeTravel travel, CancellationToken ct)
    {
        try
        {
            return travel.Version is { } version
                ? await table.SnapshotAtAsync(version, ct).ConfigureAwait(false)
                : await table.SnapshotAtAsync(travel.Instant!.Value, ct).ConfigureAwait(false);
        }
        catch (VersionNotFoundException gone)
        {
            string asked = travel.Version is { } v
                ? string.Create(CultureInfo.InvariantCulture, $"version {v}; the newest is {table.Snapshot.Version}")
                : string.Create(CultureInfo.InvariantCulture, $"version at or before {travel.Instant:yyyy-MM-dd HH:mm:ss} UTC");
            throw new SqlException($"{travel.Table} has no {asked}, or it can be built no more. DESCRIBE HISTORY {travel.Table} lists the versions.", gone);
        }
    }

    private async Task MountAsync(string name, DeltaTable table, Snapshot snapshot, IReadOnlyList<ScanNeed> needs, CancellationToken ct)
    {
        if (await LogAnswer.QueryAsync(needs, snapshot, catalog.ExtremesOf(table), ct).ConfigureAwait(false) is { } fromLog)
        {
            Define(name, fromLog);
            return;
        }

        IReadOnlyCollection<AddFile> files = ScanNeed.FilesFor(needs, snapshot);
        if (files.Count < snapshot.Files.Count)
        {
            Mount part = await MakeAsync(table, snapshot, files, ScanNeed.ColumnsOf(needs), ct).ConfigureAwait(false);
            _passing.AddRange(part.SideTables);
            Define(name, part.Query);
        }
        else
        {
            if (!_whole.TryGetValue(name, out Mount? whole) || !ReferenceEquals(whole.Snapshot, snapshot))
            {
                Drop(whole?.SideTables ?? []);
                _whole.Remove(name);
                _whole[name] = whole = await MakeAsync(table, snapshot, files, null, ct).ConfigureAwait(false);
            }

            Define(name, whole.Query);
        }
    }

    private async Task<Mount> MakeAsync(DeltaTable table, Snapshot snapshot, IReadOnlyCollection<AddFile> files, IReadOnlySet<string>? columns, CancellationToken ct)
    {
        var query = new SnapshotQuery(snapshot, [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)], table.Store.Root, columns);
        string deleted = SideTable("deleted"), partitions = SideTable("partitions");
        var sides = new List<string>();
        if (query.FilesWithDeletedRows.Any())
        {
            sides.Add(deleted);
            await FillDeletedAsync(deleted, query, table, ct).ConfigureAwait(false);
        }

        if (query.NeedsPartitionTable)
        {
            sides.Add(partitions);
            FillPartitions(partitions, query);
        }

        return new Mount(snapshot, query.Sql($"memory.main.{deleted}", $"memory.main.{partitions}"), sides);
    }

    private void Drop(IReadOnlyList<string> sideTables)
    {
        foreach (string side in sideTables)
        {
            DuckDbSandbox.Run(connection, $"DROP TABLE IF EXISTS memory.main.{side}");
        }
    }

    private async Task FillDeletedAsync(string side, SnapshotQuery query, DeltaTable table, CancellationToken ct)
    {
        DuckDbSandbox.Run(connection, $"CREATE TABLE memory.main.{side} (file VARCHAR, row BIGINT)");
        using DuckDBAppender rows = connection.CreateAppender("memory", "main", side);
        foreach (AddFile file in query.FilesWithDeletedRows)
        {
            string path = query.PathOf(file);
            DeletionVector vector = await table.DeletedRowsAsync(file, ct).ConfigureAwait(false);
            foreach (long row in vector.Rows)
            {
                rows.CreateRow().AppendValue(path).AppendValue(row).EndRow();
            }
        }
    }

    private void FillPartitions(string side, SnapshotQuery query)
    {
        StructField[] fields = [.. query.PartitionFields];
        DuckDbSandbox.Run(connection, $"CREATE TABLE memory.main.{side}_text (file VARCHAR{string.Concat(fields.Select(f => $", {DuckDbText.Name(f.Name)} VARCHAR"))})");
        using (DuckDBAppender rows = connection.CreateAppender("memory", "main", $"{side}_text"))
        {
            foreach ((string file, IReadOnlyList<string?> values) in query.PartitionRows)
            {
                IDuckDBAppenderRow row = rows.CreateRow().AppendValue(file);
                foreach (string? value in values)
                {
                    row = value is null ? row.AppendNullValue() : row.AppendValue(value);
                }

                row.EndRow();
            }
        }

        string columns = string.Concat(fields.Select(f => $", {SnapshotQuery.PartitionCast(f)}"));
        DuckDbSandbox.Run(connection, $"CREATE TABLE memory.main.{side} AS SELECT file{columns} FROM memory.main.{side}_text");
        DuckDbSandbox.Run(connection, $"DROP TABLE memory.main.{side}_text");
    }

    private void DefineView(PlannedView view)
    {
        string query = view.Query;
        foreach (string source in view.Sources)
        {
            query = query.Replace($"{{{source}}}", Qualified(source), StringComparison.Ordinal);
        }

        string columns = view.Columns.Count == 0 ? "" : $"({string.Join(", ", view.Columns.Select(DuckDbText.Name))}) ";
        _defined.Remove(view.Name); // a view over SELECT * must see its tables' new columns: it is bound anew every time
        DuckDbSandbox.Run(connection, $"CREATE OR REPLACE VIEW {Qualified(view.Name)} {columns}AS {query}");
    }

    private void Define(string name, string query)
    {
        if (_defined.GetValueOrDefault(name) != query)
        {
            _defined.Remove(name);
            DuckDbSandbox.Run(connection, $"CREATE OR REPLACE VIEW {Qualified(name)} AS {query}");
            _defined[name] = query;
        }
    }

    private string Qualified(string name) => $"{DuckDbText.Name(lake.Catalog)}.{DuckDbText.Name(lake.Schema)}.{DuckDbText.Name(name)}";

    private string SideTable(string what) => string.Create(CultureInfo.InvariantCulture, $"{what}_{_sideTables++}");
}
