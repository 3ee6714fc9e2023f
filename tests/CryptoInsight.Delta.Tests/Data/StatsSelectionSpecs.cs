using System.Text.Json;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Data;

/// <summary>Which columns get statistics: the first ones, nested leaves counted, or those that the table names.</summary>
public sealed class StatsSelectionSpecs
{
    // 4 leaves of a struct, then 36 columns.
    private static readonly StructType Schema = new(
    [
        new StructField("part", DataType.Long),
        new StructField("st", new StructType([new StructField("a", DataType.Long), new StructField("in", new StructType([new StructField("b", DataType.String), new StructField("c", DataType.Date)])), new StructField("l", new ArrayType(DataType.Long, true))])),
        .. Enumerable.Range(0, 36).Select(i => new StructField($"c{i}", DataType.Long)),
    ]);

    [Fact]
    public async Task The_first_32_leaves_have_bounds_nested_ones_counted_and_partition_columns_not()
    {
        JsonElement stats = await StatsAsync();
        Assert.Equal(["st", .. Enumerable.Range(0, 28).Select(i => $"c{i}")], Names(stats, "nullCount"));
        Assert.Equal(["a", "in", "l"], stats.GetProperty("nullCount").GetProperty("st").EnumerateObject().Select(p => p.Name));
        Assert.Equal(["a", "in"], stats.GetProperty("minValues").GetProperty("st").EnumerateObject().Select(p => p.Name));
        Assert.Equal(("x", "1970-01-08", 7L), (stats.GetProperty("maxValues").GetProperty("st").GetProperty("in").GetProperty("b").GetString(), stats.GetProperty("minValues").GetProperty("st").GetProperty("in").GetProperty("c").GetString(), stats.GetProperty("minValues").GetProperty("c3").GetInt64()));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("2", 1)]
    [InlineData("6", 3)]
    [InlineData("-1", 37)]
    [InlineData("nonsense", 29)]
    public async Task The_number_of_leaves_is_the_tables_choice(string leaves, int columns) =>
        Assert.Equal(columns, Names(await StatsAsync(("delta.dataSkippingNumIndexedCols", leaves)), "nullCount").Length);

    [Fact]
    public async Task Named_columns_win_over_the_number_and_may_lie_deep()
    {
        JsonElement stats = await StatsAsync(("delta.dataSkippingStatsColumns", "st.in.b, `c35`"), ("delta.dataSkippingNumIndexedCols", "3"));
        Assert.Equal(["st", "c35"], Names(stats, "minValues"));
        Assert.Equal("""{"in":{"b":"x"}}""", stats.GetProperty("minValues").GetProperty("st").GetRawText());
    }

    [Fact]
    public async Task Merge_opens_only_files_that_can_hold_a_key_of_the_source()
    {
        StructType schema = new([new StructField("id", DataType.Long), new StructField("text", DataType.String)]);
        MemoryObjectStore store = new();
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(store, new TableDefinition(schema), SeededIds.Options(1));
        for (long i = 0; i < 5; i++)
        {
            await table.AppendAsync([RowBatches.Of(schema, [[i * 10, "a"], [(i * 10) + 9, "b"]])]);
        }

        string wanted = table.Snapshot.FilesFor(CryptoInsight.Delta.Predicates.Predicate.Equal("id", 29L)).Single().Path;
        HashSet<string> opened = [];
        store.Faults = call =>
        {
            if (call.Operation == StoreOperation.Read && call.Key.EndsWith(".parquet", StringComparison.Ordinal))
            {
                opened.Add(call.Key);
            }

            return StoreFault.None;
        };
        await table.MergeAsync(new MergeSpec(["id"], [RowBatches.Of(schema, [[29L, "new"], [99L, "none"]])]) { WhenMatched = [MergeClause.WriteSource()] });
        store.Faults = null;
        Assert.Equal([wanted], opened);
        Assert.Contains("""{"id":29,"text":"new"}""", await RowBatches.LinesAsync(table));
    }

    private static string[] Names(JsonElement stats, string kind) => [.. stats.GetProperty(kind).EnumerateObject().Select(p => p.Name)];

    private static async Task<JsonElement> StatsAsync(params (string Name, string Value)[] properties)
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(
            new MemoryObjectStore(), new TableDefinition(Schema) { PartitionColumns = ["part"], Properties = properties.ToDictionary(p => p.Name, p => p.Value) }, SeededIds.Options(1));
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, new object?[] { 7L, new object?[] { "x", 7L }, new object?[] { 1L } }, .. Enumerable.Repeat<object?>(7L, 36)]])]);
        return JsonDocument.Parse(table.Snapshot.Files.Single().Stats!).RootElement;
    }
}
