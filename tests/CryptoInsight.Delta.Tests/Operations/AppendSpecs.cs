using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;

namespace CryptoInsight.Delta.Tests.Operations;

public sealed class AppendSpecs
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long, false), new StructField("note", DataType.String), new StructField("part", DataType.String)]);

    private static readonly CommitSpec Write = new("WRITE");

    [Fact]
    public async Task A_null_in_a_not_null_column_is_refused_and_nothing_is_written()
    {
        (MemoryObjectStore store, DeltaTable table) = await NewAsync();
        int before = store.Keys.Count;
        StructType loose = new([.. Schema.Fields.Select(f => f with { Nullable = true })]);
        ConstraintViolationException refusal = await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(loose, [[1L, "a", "p"], [null, "b", "p"]])], Write));
        Assert.Contains("'id'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, store.Keys.Count);
    }

    [Fact]
    public async Task A_null_inside_a_not_null_nested_field_is_refused_and_a_null_parent_is_not()
    {
        StructType nested = new([new StructField("id", DataType.Long), new StructField("st", new StructType([new StructField("must", DataType.Long, false)])), new StructField("list", new Delta.Schema.ArrayType(DataType.Long, false))]);
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(nested));
        Assert.IsType<CommitOutcome.Committed>(await table.AppendAsync([RowBatches.Of(nested, [[1L, null, null], [2L, new object?[] { 3L }, new object?[] { 1L }]])], Write));
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(nested, [[1L, new object?[] { null }, null]])], Write));
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(nested, [[1L, null, new object?[] { 1L, null }]])], Write));
    }

    [Fact]
    public async Task Columns_are_found_by_name_and_narrower_numbers_are_widened()
    {
        (_, DeltaTable table) = await NewAsync();
        StructType other = new([new StructField("PART", DataType.String), new StructField("id", DataType.Short)]);
        await table.AppendAsync([RowBatches.Of(other, [["p", 7L]])], Write);
        Assert.Equal(["""{"id":7,"note":null,"part":"p"}"""], await RowBatches.LinesAsync(table));
    }

    [Fact]
    public async Task A_column_that_the_table_does_not_have_is_refused()
    {
        (_, DeltaTable table) = await NewAsync();
        StructType wider = new([.. Schema.Fields, new StructField("extra", DataType.Long)]);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(wider, [[1L, "a", "p", 2L]])], Write));
    }

    [Fact]
    public async Task A_column_of_another_type_is_refused()
    {
        (_, DeltaTable table) = await NewAsync();
        StructType wrong = new([new StructField("id", DataType.String), Schema.Fields[1], Schema.Fields[2]]);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(wrong, [["1", "a", "p"]])], Write));
    }

    [Theory]
    [InlineData("plain", "part=plain/")]
    [InlineData("a/b", "part=a%2Fb/")]
    [InlineData("..", "part=../")]
    [InlineData("50% = ü:漢 ?", "part=50%25%20%3D%20ü%3A漢%20%3F/")]
    [InlineData(null, "part=__HIVE_DEFAULT_PARTITION__/")]
    public async Task Hostile_partition_values_make_harmless_folders(string? value, string folder)
    {
        (MemoryObjectStore store, DeltaTable table) = await NewAsync();
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "a", value]])], Write);
        Assert.Contains(store.Keys, k => k.StartsWith(folder + "part-00000-", StringComparison.Ordinal) && k.EndsWith(".snappy.parquet", StringComparison.Ordinal));
        Assert.Equal(RowBatches.Lines(Schema, [[1L, "a", value]]), await RowBatches.LinesAsync(await DeltaTable.OpenAsync(store)));
    }

    [Fact]
    public async Task A_partition_value_too_long_for_a_folder_is_still_kept()
    {
        (MemoryObjectStore store, DeltaTable table) = await NewAsync();
        string value = new('x', 5000);
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "a", value]])], Write);
        Assert.All(store.Keys, k => Assert.True(k.Length < 300));
        Assert.Equal(RowBatches.Lines(Schema, [[1L, "a", value]]), await RowBatches.LinesAsync(table));
    }

    [Fact]
    public async Task An_empty_partition_value_is_refused_because_the_protocol_reads_it_as_null()
    {
        (_, DeltaTable table) = await NewAsync();
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(Schema, [[1L, "a", ""]])], Write));
    }

    [Fact]
    public async Task No_rows_and_no_positions_make_no_version()
    {
        (_, DeltaTable table) = await NewAsync();
        Assert.Equal(new CommitOutcome.Nothing(0), await table.AppendAsync([RowBatches.Of(Schema, [])], Write));
    }

    [Fact]
    public async Task Positions_are_committed_with_the_rows()
    {
        (_, DeltaTable table) = await NewAsync();
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "a", "p"]])], Write with { Transactions = [new AppTransaction("job", 42)] });
        Assert.Equal(42, table.Snapshot.TransactionVersion("job"));
        await table.AppendAsync([], Write with { Transactions = [new AppTransaction("job", 43)] });
        Assert.Equal(43, table.Snapshot.TransactionVersion("job"));
    }

    [Fact]
    public async Task Big_appends_roll_over_to_new_files()
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema), SeededIds.Options(1) with { FileBytesTarget = 1 << 20 });
        List<object?[]> rows = [.. Enumerable.Range(0, 400_000).Select(i => new object?[] { i * 7919L, $"note {i * 31 % 1_000_003}", "p" })];
        CommitOutcome.Committed outcome = Assert.IsType<CommitOutcome.Committed>(await table.AppendAsync([RowBatches.Of(Schema, rows)], Write));
        Assert.Equal(400_000, outcome.Metrics.RowsAdded);
        Assert.True(table.Snapshot.Files.Count > 1, "the rows do not fit in one file of 1 MiB");
        long read = 0;
        await foreach (RecordBatch batch in table.ReadAsync(table.Snapshot, ["id"]))
        {
            read += batch.Length;
        }

        Assert.Equal(400_000, read);
    }

    [Fact]
    public async Task A_superseded_append_leaves_no_files_behind()
    {
        (MemoryObjectStore store, DeltaTable table) = await NewAsync();
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "a", "p"]])], Write);
        int before = store.Keys.Count;
        CommitOutcome outcome = await table.AppendAsync([RowBatches.Of(Schema, [[2L, "b", "p"]])], Write with { Fence = new Fence(0) });
        Assert.IsType<CommitOutcome.Superseded>(outcome);
        Assert.Equal(before, store.Keys.Count);
    }

    [Fact]
    public async Task An_append_only_table_takes_new_rows_and_refuses_changes()
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema) { Properties = new Dictionary<string, string> { ["delta.appendOnly"] = "true" } });
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "a", "p"]])], Write);
        await table.UpsertAsync(new RowChanges(["id"]) { Upserts = [RowBatches.Of(Schema, [[2L, "b", "p"]])] }, Write);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.UpsertAsync(new RowChanges(["id"]) { Upserts = [RowBatches.Of(Schema, [[1L, "c", "p"]])] }, Write));
        Assert.Equal(RowBatches.Lines(Schema, [[1L, "a", "p"], [2L, "b", "p"]]), await RowBatches.LinesAsync(table));
    }

    private static async Task<(MemoryObjectStore Store, DeltaTable Table)> NewAsync()
    {
        MemoryObjectStore store = new();
        return (store, await DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema) { PartitionColumns = ["part"] }, SeededIds.Options(1)));
    }
}
