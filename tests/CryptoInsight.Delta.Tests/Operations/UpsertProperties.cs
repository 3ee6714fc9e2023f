using System.Text.Json;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Operations;

/// <summary>Random appends, upserts and deletes against a dictionary, in every kind of table.</summary>
public sealed class UpsertProperties
{
    private static readonly StructType Schema = new(
    [
        new StructField("symbol", DataType.String, false),
        new StructField("at", DataType.Timestamp, false),
        new StructField("price", DataType.Double),
        new StructField("note", DataType.String),
        new StructField("size", new DecimalType(12, 3)),
        new StructField("dt", DataType.Date, false),
    ]);

    private static readonly Gen<(string Symbol, long At)> Key = Gen.Select(Gen.Int[0, 3].Select(i => new[] { "BTC", "ETH", "Ω/ %:=", "a=b&c" }[i]), Gen.Long[0, 5]);

    private static readonly Gen<object?[]> Row = Gen.Select(Key, Gen.Double, Gen.String[0, 40], Gen.Int[0, 5], Gen.Int[0, 2],
        (k, price, note, nulls, day) => new object?[] { k.Symbol, k.At, nulls == 0 ? null : price, nulls == 1 ? null : Clean(note), nulls == 2 ? null : (Int128)(long)k.At * 1000, (long)day });

    private static readonly Gen<Step> Steps = Gen.OneOf(
        Row.List[1, 12].Select(r => new Step(r, [])),
        Gen.Select(Row.List[0, 6], Key.List[0, 6], (r, d) => new Step(r, d)));

    public static IEnumerable<object[]> Kinds() =>
        from vectors in new[] { true, false }
        from feed in new[] { true, false }
        from partitions in new[] { "", "dt", "dt,symbol" }
        select new object[] { vectors, feed, partitions };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_table_is_always_what_a_dictionary_says(bool vectors, bool feed, string partitions) =>
        Gen.Select(Steps.List[1, 8], Gen.Int).Sample((steps, seed) => CheckAsync(steps, seed, vectors, feed, partitions).GetAwaiter().GetResult(), iter: 40);

    private static async Task CheckAsync(List<Step> steps, int seed, bool vectors, bool feed, string partitions)
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema)
        {
            PartitionColumns = partitions.Length == 0 ? [] : partitions.Split(','),
            Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = vectors ? "true" : "false", ["delta.enableChangeDataFeed"] = feed ? "true" : "false" },
        }, SeededIds.Options(seed));
        Dictionary<(string, long), object?[]> model = [];
        foreach (Step step in steps)
        {
            Dictionary<(string, long), object?[]> upserts = [];
            foreach (object?[] row in step.Upserts)
            {
                upserts[((string)row[0]!, (long)row[1]!)] = row;
            }

            List<(string, long)> deletes = [.. step.Deletes.Distinct().Where(k => !upserts.ContainsKey(k))];
            await ApplyAsync(table, model, upserts, deletes);
            List<string> expected = RowBatches.Lines(Schema, [.. model.Values]);
            Assert.Equal(expected, await RowBatches.LinesAsync(table));
        }

        await CheckReopenedAsync(table, model);
        await CheckFeedAsync(table, model);
    }

    // Keys that the table does not have go in as proven inserts half of the time.
    private static async Task ApplyAsync(DeltaTable table, Dictionary<(string, long), object?[]> model, Dictionary<(string, long), object?[]> upserts, List<(string, long)> deletes)
    {
        List<object?[]> inserts = [.. upserts.Where(u => !model.ContainsKey(u.Key) && u.Key.Item2 % 2 == 0).Select(u => u.Value)];
        List<object?[]> others = [.. upserts.Values.Where(r => !inserts.Contains(r))];
        StructType keys = new([.. Schema.Fields.Take(2)]);
        CommitOutcome outcome = await table.UpsertAsync(new RowChanges(["symbol", "at"])
        {
            Inserts = [RowBatches.Of(Schema, inserts)],
            Upserts = [RowBatches.Of(Schema, [.. others.Take(others.Count / 2)]), RowBatches.Of(Schema, [.. others.Skip(others.Count / 2)])],
            Deletes = [RowBatches.Of(keys, [.. deletes.Select(k => new object?[] { k.Item1, k.Item2 })])],
        }, new CommitSpec("MERGE"));
        int gone = deletes.Count(model.ContainsKey);
        if (upserts.Count == 0 && gone == 0)
        {
            Assert.IsType<CommitOutcome.Nothing>(outcome);
        }
        else
        {
            CommitMetrics metrics = Assert.IsType<CommitOutcome.Committed>(outcome).Metrics;
            Assert.Equal(upserts.Count, metrics.RowsAdded);
            Assert.Equal(upserts.Keys.Count(model.ContainsKey) + gone, metrics.RowsRemoved);
        }

        foreach (((string, long) key, object?[] row) in upserts)
        {
            model[key] = row;
        }

        deletes.ForEach(k => model.Remove(k));
    }

    private static async Task CheckReopenedAsync(DeltaTable table, Dictionary<(string, long), object?[]> model)
    {
        DeltaTable again = await DeltaTable.OpenAsync(table.Store);
        Assert.Equal(RowBatches.Lines(Schema, [.. model.Values]), await RowBatches.LinesAsync(again));
        foreach (AddFile file in again.Snapshot.Files)
        {
            long records = JsonDocument.Parse(file.Stats!).RootElement.GetProperty("numRecords").GetInt64();
            Assert.True(records > (file.DeletionVector?.Cardinality ?? 0), "a file without live rows must not stay in the table");
        }
    }

    // Applying the feed to nothing must give the table: every delete and preimage names a row that is there, byte for byte.
    private static async Task CheckFeedAsync(DeltaTable table, Dictionary<(string, long), object?[]> model)
    {
        Dictionary<string, int> bag = [];
        foreach (IGrouping<long, (string Row, string Kind, long Version)> version in (await RowBatches.ChangeLinesAsync(table, -1, table.Snapshot.Version)).Select(Split).GroupBy(c => c.Version).OrderBy(g => g.Key))
        {
            foreach ((string row, string kind, _) in version.OrderBy(c => c.Kind is "insert" or "update_postimage"))
            {
                int left = bag.GetValueOrDefault(row) + (kind is "insert" or "update_postimage" ? 1 : -1);
                Assert.True(left >= 0, $"version {version.Key} takes away a row that is not there: {row}");
                bag[row] = left;
            }
        }

        Assert.Equal(RowBatches.Lines(Schema, [.. model.Values]).Order(StringComparer.Ordinal), bag.Where(b => b.Value > 0).SelectMany(b => Enumerable.Repeat(b.Key, b.Value)).Order(StringComparer.Ordinal));
    }

    private static (string Row, string Kind, long Version) Split(string line)
    {
        int at = line.LastIndexOf(",\"_change_type\"", StringComparison.Ordinal);
        JsonElement tail = JsonDocument.Parse("{" + line[(at + 1)..]).RootElement;
        return (line[..at] + "}", tail.GetProperty("_change_type").GetString()!, tail.GetProperty("_commit_version").GetInt64());
    }

    private static string Clean(string text) => new([.. text.Where(c => !char.IsSurrogate(c))]);

    private sealed record Step(List<object?[]> Upserts, List<(string Symbol, long At)> Deletes);
}
