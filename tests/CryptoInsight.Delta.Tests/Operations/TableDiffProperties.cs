using System.Globalization;
using Apache.Arrow;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Operations;

/// <summary>The difference of two versions by key against the difference of their rows, read whole.</summary>
public sealed class TableDiffProperties
{
    private static readonly StructType Schema = new(
    [
        new StructField("id", DataType.Long, false), new StructField("sub", DataType.String), new StructField("n", DataType.Double), new StructField("part", DataType.String),
        new StructField("st", new StructType([new StructField("a", DataType.Integer), new StructField("l", new Delta.Schema.ArrayType(DataType.String, true))])),
    ]);

    private static readonly Gen<object?[]> Row = Gen.Select(Gen.Long[0, 15], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 1], Gen.Int[0, 4]).Select((id, sub, n, part, st) => new object?[]
    {
        id, sub == 2 ? null : $"s{sub}", n == 3 ? double.NaN : n == 2 ? 0.5 : (double)n, $"p{part}", st == 0 ? null : new object?[] { st == 1 ? null : 5L, st == 2 ? null : new object?[] { "x", st == 3 ? null : "y" } },
    });

    private static readonly Gen<List<object?[]>> Batch = Row.List[0, 8].Select(rows => rows.DistinctBy(r => (r[0], r[1])).ToList());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_changes_lead_from_one_version_to_the_other(bool vectors) =>
        Gen.Select(Gen.Select(Gen.Int[0, 4], Batch).List[1, 7], Gen.Int, Gen.Int[1, 20]).Sample((steps, seed, held) => CheckAsync(steps, seed, held, vectors).GetAwaiter().GetResult(), iter: 50);

    private static async Task CheckAsync(List<(int Kind, List<object?[]> Rows)> steps, int seed, int held, bool vectors)
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema)
        {
            PartitionColumns = ["part"],
            Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = vectors ? "true" : "false" },
        }, SeededIds.Options(seed));
        foreach ((int kind, List<object?[]> rows) in steps)
        {
            await (kind switch
            {
                0 => table.DeleteAsync(Predicate.Equal("id", rows.Count == 0 ? 3L : rows[0][0]!)),
                1 => table.UpdateAsync(Predicate.Equal("part", "p1"), new Dictionary<string, object?> { ["n"] = (double)rows.Count }),
                2 => IgnoringAsync(table.OptimizeAsync()),
                _ => table.UpsertAsync(new RowChanges(["id", "sub"]) { Upserts = [RowBatches.Of(Schema, rows)] }),
            });
        }

        Snapshot newer = table.Snapshot, older = await table.SnapshotAtAsync(Math.Abs(seed % (newer.Version + 1)));
        (Dictionary<string, string> then, Dictionary<string, string> now) = (await ByKeyAsync(table, older), await ByKeyAsync(table, newer));
        List<string> expected =
        [
            .. now.Where(p => !then.ContainsKey(p.Key)).Select(p => $"Insert {p.Value}"),
            .. then.Where(p => !now.ContainsKey(p.Key)).Select(p => $"Delete {p.Value}"),
            .. now.Where(p => then.TryGetValue(p.Key, out string? before) && before != p.Value).SelectMany(p => new[] { $"UpdatePreimage {then[p.Key]}", $"UpdatePostimage {p.Value}" }),
        ];
        List<string> found = [];
        await foreach (ChangeBatch changes in table.DiffAsync(older, newer, ["id", "sub"], null, held))
        {
            Assert.Equal(newer.Version, changes.Version);
            found.AddRange(CryptoInsight.Delta.Data.CanonicalRows.Lines(changes.Rows, Schema).Select(l => $"{changes.Kind} {l}"));
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Files_that_both_versions_have_are_not_opened()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema), SeededIds.Options(1));
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "a", 1.0, "p", null]])]);
        string shared = table.Snapshot.Files.Single().Path;
        Snapshot older = table.Snapshot;
        await table.AppendAsync([RowBatches.Of(Schema, [[2L, "a", 1.0, "p", null]])]);
        store.Faults = call => call.Key == shared ? throw new InvalidOperationException("opened a file that both versions have") : StoreFault.None;
        Assert.Equal(1, await table.DiffAsync(older, table.Snapshot, ["id"]).CountAsync());
        Assert.Equal(0, await table.DiffAsync(table.Snapshot, table.Snapshot, ["id"]).CountAsync());
    }

    [Fact]
    public async Task Only_the_wanted_columns_are_compared_and_given_out()
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema), SeededIds.Options(1));
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "a", 1.0, "p", null], [2L, "a", 1.0, "p", null]])]);
        Snapshot older = table.Snapshot;
        await table.UpsertAsync(new RowChanges(["id"]) { Upserts = [RowBatches.Of(Schema, [[1L, "b", 1.0, "p", null], [2L, "a", 2.0, "p", null]])] });
        List<ChangeBatch> changes = await table.DiffAsync(older, table.Snapshot, ["id"], ["n"]).ToListAsync();
        Assert.Equal([ChangeKind.UpdatePreimage, ChangeKind.UpdatePostimage], changes.Select(c => c.Kind));
        Assert.All(changes, c => Assert.Equal(["n"], c.Rows.Schema.FieldsList.Select(f => f.Name)));
    }

    [Fact]
    public async Task Columns_that_are_no_key_are_found_out()
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema), SeededIds.Options(1));
        Snapshot empty = table.Snapshot;
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "a", 1.0, "p", null], [1L, "b", 1.0, "p", null]])]);
        Snapshot older = table.Snapshot;
        await table.UpdateAsync(null, new Dictionary<string, object?> { ["n"] = 2.0 });
        ConstraintViolationException refusal = await Assert.ThrowsAsync<ConstraintViolationException>(async () => await table.DiffAsync(older, table.Snapshot, ["id"]).CountAsync());
        Assert.Contains("Version 1", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => table.DiffAsync(empty, older, []));
        Assert.Throws<DeltaException>(() => table.DiffAsync(empty, older, ["nope"]));
    }

    [Fact]
    public async Task Buckets_hold_every_row_once_and_a_key_in_the_same_one_in_every_table()
    {
        DeltaTable one = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema), SeededIds.Options(1));
        DeltaTable two = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(new StructType([Schema.Fields[1], Schema.Fields[0]])), SeededIds.Options(2));
        await one.AppendAsync([RowBatches.Of(Schema, [.. Enumerable.Range(0, 1000).Select(i => new object?[] { (long)i, i % 7 == 0 ? null : $"s{i % 5}", 0.0, "p", null })])]);
        await two.AppendAsync([RowBatches.Of(two.Snapshot.Schema, [.. Enumerable.Range(500, 1000).Select(i => new object?[] { i % 7 == 0 ? null : $"s{i % 5}", (long)i })])]);
        HashSet<string> all = [];
        for (int i = 0; i < 4; i++)
        {
            KeyBucket bucket = new(["id", "sub"], i, 4);
            HashSet<string> left = await KeysAsync(one, bucket), right = await KeysAsync(two, bucket);
            Assert.InRange(left.Count, 180, 320);
            Assert.All(left, k => Assert.True(all.Add(k)));
            all.UnionWith(right);
            Assert.Equal(left.Count(k => int.Parse(k.Split('|')[0], CultureInfo.InvariantCulture) >= 500), left.Intersect(right).Count());
        }

        Assert.Equal(1500, all.Count);
        Assert.Equal(["n"], (await one.ReadBucketAsync(one.Snapshot, new KeyBucket(["id"], 0, 2), ["n"]).FirstAsync()).Schema.FieldsList.Select(f => f.Name));
    }

    private static async Task<HashSet<string>> KeysAsync(DeltaTable table, KeyBucket bucket)
    {
        HashSet<string> keys = [];
        await foreach (RecordBatch rows in table.ReadBucketAsync(table.Snapshot, bucket, ["id", "sub"]))
        {
            for (int i = 0; i < rows.Length; i++)
            {
                Assert.True(keys.Add($"{((Int64Array)rows.Column(0)).GetValue(i)}|{((StringArray)rows.Column(1)).GetString(i)}"));
            }
        }

        return keys;
    }

    private static async Task<CommitOutcome> IgnoringAsync(Task<OptimizeOutcome> optimize)
    {
        await optimize;
        return new CommitOutcome.Nothing(0);
    }

    private static async Task<Dictionary<string, string>> ByKeyAsync(DeltaTable table, Snapshot snapshot) =>
        (await RowBatches.LinesAsync(table, snapshot)).ToDictionary(l => l[..l.IndexOf("\"n\"", StringComparison.Ordinal)], l => l);
}
