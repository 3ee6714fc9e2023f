using Apache.Arrow;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;
using CryptoInsight.Delta.Tests.Predicates;
using StructType = CryptoInsight.Delta.Schema.StructType;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>One seed: a random table on disk, random operations on it, each beside the same change of a plain list.</summary>
internal sealed class OperationRun
{
    private readonly Random _random;
    private readonly RandomTable _maker;
    private readonly string _folder;
    private readonly DeltaTable _table;
    private readonly List<(StructType Schema, List<object?[]> Rows, string Step)> _versions = [];
    private readonly List<string> _steps = [];
    private long _verifiedTo = -1;
    private long _readableFrom;

    private OperationRun(int seed, string folder)
    {
        _random = new Random(seed);
        _maker = new RandomTable(_random);
        _folder = folder;
        Schema = _maker.Schema();
        Dictionary<string, string> properties = new()
        {
            ["delta.enableDeletionVectors"] = _random.Next(2) == 0 ? "true" : "false",
            ["delta.enableChangeDataFeed"] = _random.Next(2) == 0 ? "true" : "false",
            ["delta.checkpointInterval"] = _random.Next(2, 9).ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        LocalObjectStore store = new(folder, fsync: false);
        _table = DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema) { PartitionColumns = _maker.Partitions, Properties = properties }, SeededIds.Options(seed) with { Upkeep = LogUpkeepMode.Inline }).GetAwaiter().GetResult();
        _versions.Add((Schema, [], "create"));
    }

    /// <summary>Every step so far, for the message of a failure.</summary>
    public IReadOnlyList<string> Steps => _steps;

    /// <summary>What the independent readers are to check.</summary>
    public List<TableToVerify> ToVerify { get; } = [];

    private StructType Schema { get; set; }

    private List<object?[]> Rows => _versions[^1].Rows;

    /// <summary>Runs a seed; a failure tells its steps.</summary>
    public static async Task<(List<TableToVerify> ToVerify, int Steps)> RunAsync(int seed, string folder)
    {
        OperationRun run = new(seed, Path.Combine(folder, $"seed-{seed}"));
        try
        {
            int steps = run._random.Next(6, 15);
            for (int i = 0; i < steps; i++)
            {
                await run.StepAsync(i == 0 ? 0 : run._random.Next(14)).ConfigureAwait(false);
            }

            await run.CheckFeedAsync().ConfigureAwait(false);
            run.Verify(run._table.Store.Root.LocalPath, run._table.Snapshot.Version);
            return (run.ToVerify, run._steps.Count);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed} failed after {string.Join(", ", run._steps)}. Repeat it with SEED={seed}. {e.Message}", e);
        }
    }

    private async Task StepAsync(int kind)
    {
        (string Name, Func<Task<List<object?[]>>> Act) step = kind switch
        {
            0 or 1 => ("append", AppendAsync),
            2 => ("add column and append", WidenAsync),
            3 => ("overwrite", () => OverwriteAsync(null)),
            4 => ("replaceWhere", () => OverwriteAsync(SomeCondition())),
            5 => ("upsert", UpsertAsync),
            6 => ("merge", MergeAsync),
            7 => ("update", UpdateAsync),
            8 => ("delete", DeleteAsync),
            9 => ("optimize", () => OptimizeAsync([])),
            10 => ("zorder", () => OptimizeAsync(["id", "text"])),
            11 => ("restore", RestoreAsync),
            12 => ("vacuum", VacuumAsync),
            _ => ("alter or checkpoint", AlterAsync),
        };
        _steps.Add($"{_table.Snapshot.Version}:{step.Name}");
        List<object?[]> rows = await step.Act().ConfigureAwait(false);
        while (_versions.Count <= _table.Snapshot.Version)
        {
            // OPTIMIZE makes a version per partition; adding a column makes one of its own before the rows.
            bool isLast = _versions.Count == _table.Snapshot.Version;
            _versions.Add((Schema, isLast ? rows : [.. Rows.Select(r => Widened(r, Schema.Fields.Count))], step.Name));
        }

        Assert.Equal(RowBatches.Lines(Schema, Rows), await RowBatches.LinesAsync(_table).ConfigureAwait(false));
        Assert.Equal(RowBatches.Lines(Schema, Rows), await RowBatches.LinesAsync(await DeltaTable.OpenAsync(_table.Store).ConfigureAwait(false)).ConfigureAwait(false));
    }

    private static object?[] Widened(object?[] row, int columns) => row.Length >= columns ? row : [.. row, .. new object?[columns - row.Length]];

    private static async Task CommitAsync(Task<CommitOutcome> commit) =>
        Assert.True(await commit.ConfigureAwait(false) is CommitOutcome.Committed or CommitOutcome.Nothing);

    private Predicate SomeCondition()
    {
        long id = _random.Next(40);
        return _random.Next(5) switch
        {
            0 when _maker.Partitions.Contains("day") => Predicate.Equal("day", 20_000L + _random.Next(3)),
            1 when _maker.Partitions.Contains("part") => Predicate.Any(Predicate.Equal("part", "a=b&c"), Predicate.Equal("part", "é漢字"), new Predicate.IsNull("part")),
            2 => new Predicate.IsNull("text"),
            3 => Predicate.Between("id", id, id + 10),
            _ => new Predicate.Compare("id", (Comparison)_random.Next(6), id),
        };
    }

    private bool Holds(Predicate? where, object?[] row) => where is null || NaivePredicate.Evaluate(where, Schema, row) == true;

    private async Task<List<object?[]>> AppendAsync()
    {
        List<object?[]> rows = _maker.Rows(Schema, 20);
        await CommitAsync(_table.AppendAsync([RowBatches.Of(Schema, rows)], new CommitSpec("WRITE"))).ConfigureAwait(false);
        return [.. Rows, .. rows];
    }

    private async Task<List<object?[]>> WidenAsync()
    {
        StructField added = _maker.NewColumn();
        await CommitAsync(_table.AlterAsync(new TableAlteration { AddColumns = [added] })).ConfigureAwait(false);
        Schema = new StructType([.. Schema.Fields, added]);
        List<object?[]> rows = _maker.Rows(Schema, 8);
        await CommitAsync(_table.AppendAsync([RowBatches.Of(Schema, rows)], new CommitSpec("WRITE"))).ConfigureAwait(false);
        return [.. Rows.Select(r => Widened(r, Schema.Fields.Count)), .. rows];
    }

    private async Task<List<object?[]>> OverwriteAsync(Predicate? where)
    {
        List<object?[]> rows = [.. _maker.Rows(Schema, 10).Where(r => Holds(where, r))];
        await CommitAsync(_table.OverwriteAsync([RowBatches.Of(Schema, rows)], where)).ConfigureAwait(false);
        return [.. Rows.Where(r => !Holds(where, r)), .. rows];
    }

    private int IdAt => Schema.Fields.ToList().FindIndex(static f => f.Name == "id");

    private List<object?[]> DistinctRows(int countMax) => [.. _maker.Rows(Schema, countMax, 60).DistinctBy(r => r[IdAt])];

    private async Task<List<object?[]>> UpsertAsync()
    {
        List<object?[]> upserts = DistinctRows(12);
        HashSet<long> named = [.. upserts.Select(r => (long)r[IdAt]!)];
        long[] deletes = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => _random.NextInt64(60)).Where(id => !named.Contains(id)).Distinct()];
        RowChanges changes = new(["id"])
        {
            Upserts = [RowBatches.Of(Schema, upserts)],
            Deletes = [RowBatches.Of(new StructType([Schema.Find("id")!]), [.. deletes.Select(static d => new object?[] { d })])],
        };
        await CommitAsync(_table.UpsertAsync(changes, new CommitSpec("MERGE"))).ConfigureAwait(false);
        named.UnionWith(deletes);
        return [.. Rows.Where(r => !named.Contains((long)r[IdAt]!)), .. upserts];
    }

    private async Task<List<object?[]>> MergeAsync()
    {
        List<object?[]> source = DistinctRows(12);
        bool deletesOthers = _random.Next(4) == 0;
        static IReadOnlyList<bool> Where(RecordBatch? rows, Func<long, bool> holds)
        {
            Int64Array ids = (Int64Array)rows!.Column("id");
            return [.. Enumerable.Range(0, rows.Length).Select(i => holds(ids.GetValue(i)!.Value))];
        }

        MergeSpec merge = new(["id"], [RowBatches.Of(Schema, source)])
        {
            WhenMatched = [MergeClause.Delete(static (_, s) => Where(s, static id => id % 4 == 0)), MergeClause.WriteSource(static (_, s) => Where(s, static id => id % 4 != 1))],
            WhenNotMatched = [MergeClause.WriteSource(static (_, s) => Where(s, static id => id % 3 != 0))],
            WhenNotMatchedBySource = deletesOthers ? [MergeClause.Delete(static (t, _) => Where(t, static id => id % 5 == 0))] : [],
        };
        await CommitAsync(_table.MergeAsync(merge)).ConfigureAwait(false);
        Dictionary<long, object?[]> byId = source.ToDictionary(r => (long)r[IdAt]!);
        HashSet<long> there = [.. Rows.Select(r => (long)r[IdAt]!)];
        IEnumerable<object?[]> kept = Rows.SelectMany(r => (long)r[IdAt]! is long id && byId.TryGetValue(id, out object?[]? s)
            ? (id % 4) switch { 0 => [], 1 => [r], _ => [s] }
            : deletesOthers && (long)r[IdAt]! % 5 == 0 ? (object?[][])[] : [r]);
        return [.. kept, .. source.Where(s => !there.Contains((long)s[IdAt]!) && (long)s[IdAt]! % 3 != 0)];
    }

    private async Task<List<object?[]>> UpdateAsync()
    {
        Predicate? where = _random.Next(5) == 0 ? null : SomeCondition();
        int textAt = Schema.Fields.ToList().FindIndex(static f => f.Name == "text");
        string? text = _random.Next(4) == 0 ? null : "updated";
        await CommitAsync(_table.UpdateAsync(where, new Dictionary<string, object?> { ["text"] = text })).ConfigureAwait(false);
        return [.. Rows.Select(r => Holds(where, r) ? [.. r.Select((v, i) => i == textAt ? text : v)] : r)];
    }

    private async Task<List<object?[]>> DeleteAsync()
    {
        Predicate? where = _random.Next(8) == 0 ? null : SomeCondition();
        await CommitAsync(_table.DeleteAsync(where)).ConfigureAwait(false);
        return [.. Rows.Where(r => !Holds(where, r))];
    }

    private async Task<List<object?[]>> OptimizeAsync(string[] zOrder)
    {
        await _table.OptimizeAsync(new OptimizeSpec { ZOrderBy = zOrder, DeletedShareMax = _random.Next(3) / 5.0, FileBytesTarget = _random.Next(2) == 0 ? 5000 : null }).ConfigureAwait(false);
        return Rows;
    }

    private async Task<List<object?[]>> RestoreAsync()
    {
        long version = _random.NextInt64(_readableFrom, _table.Snapshot.Version + 1);
        await CommitAsync(_table.RestoreAsync(version)).ConfigureAwait(false);
        Schema = _versions[(int)version].Schema;
        return _versions[(int)version].Rows;
    }

    // What VACUUM takes away is checked on a copy made before.
    private async Task<List<object?[]>> VacuumAsync()
    {
        string copy = $"{_folder}-before-step-{_steps.Count}";
        foreach (string file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(copy, Path.GetRelativePath(_folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        await CheckFeedAsync().ConfigureAwait(false);
        Verify(copy, _table.Snapshot.Version);
        await _table.VacuumAsync(new VacuumSpec { Retention = TimeSpan.Zero, AllowShortRetention = true, Full = _random.Next(3) > 0 }).ConfigureAwait(false);

        // The version itself is checked again, now that all it does not need is gone.
        _readableFrom = _table.Snapshot.Version;
        _verifiedTo = _readableFrom - 1;
        return Rows;
    }

    private async Task<List<object?[]>> AlterAsync()
    {
        if (_random.Next(2) == 0)
        {
            await _table.CheckpointAsync().ConfigureAwait(false);
            return Rows;
        }

        string property = _random.Next(2) == 0 ? "delta.enableDeletionVectors" : "delta.enableChangeDataFeed";
        await CommitAsync(_table.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { [property] = _random.Next(2) == 0 ? "true" : "false" } })).ConfigureAwait(false);
        return Rows;
    }

    private void Verify(string path, long toVersion)
    {
        List<VersionToVerify> versions = [];
        for (long version = _verifiedTo + 1; version <= toVersion; version++)
        {
            (StructType schema, List<object?[]> rows, string step) = _versions[(int)version];
            versions.Add(new VersionToVerify(version, VerifyTool.Sha256Of(RowBatches.Lines(schema, rows)), step));
        }

        _verifiedTo = toVersion;
        ToVerify.Add(new TableToVerify(path, versions));
    }

    // Applying the changes of a version to the rows before it must give the rows after it; where columns were added, from that version on.
    private async Task CheckFeedAsync()
    {
        for (long version = _readableFrom + 1; version <= _table.Snapshot.Version; version++)
        {
            (StructType before, List<object?[]> rowsBefore, _) = _versions[(int)version - 1];
            (StructType after, List<object?[]> rowsAfter, string step) = _versions[(int)version];
            if (before.Fields.Count != after.Fields.Count)
            {
                continue;
            }

            Dictionary<string, int> bag = RowBatches.Lines(before, rowsBefore).GroupBy(static l => l).ToDictionary(static g => g.Key, static g => g.Count());
            foreach (string line in await RowBatches.ChangeLinesAsync(_table, version - 1, version).ConfigureAwait(false))
            {
                int at = line.LastIndexOf(",\"_change_type\"", StringComparison.Ordinal);
                string row = line[..at] + "}";
                bool comes = line.AsSpan(at).Contains("\"insert\"", StringComparison.Ordinal) || line.AsSpan(at).Contains("\"update_postimage\"", StringComparison.Ordinal);
                bag[row] = bag.GetValueOrDefault(row) + (comes ? 1 : -1);
            }

            Assert.True(bag.Values.All(static n => n >= 0), $"the changes of version {version} ({step}) take away a row that is not there");
            Assert.Equal(RowBatches.Lines(after, rowsAfter).Order(StringComparer.Ordinal), bag.SelectMany(static b => Enumerable.Repeat(b.Key, b.Value)).Order(StringComparer.Ordinal));
        }
    }
}
