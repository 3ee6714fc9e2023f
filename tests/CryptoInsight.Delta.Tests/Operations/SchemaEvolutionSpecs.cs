using Apache.Arrow;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;

namespace CryptoInsight.Delta.Tests.Operations;

public sealed class SchemaEvolutionSpecs
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long, false), new StructField("place", new StructType([new StructField("city", DataType.String)])), new StructField("day", DataType.Date)]);

    private static readonly StructType Wider = new(
    [
        new StructField("id", DataType.Long),
        new StructField("place", new StructType([new StructField("city", DataType.String), new StructField("zip", DataType.Integer)])),
        new StructField("day", DataType.Date),
        new StructField("seen", DataType.TimestampNtz),
        new StructField("marks", new Delta.Schema.ArrayType(DataType.Double, false)),
    ]);

    private static readonly CommitSpec Merging = new("WRITE") { SchemaMode = SchemaMode.Merge };

    [Theory]
    [InlineData("none")]
    [InlineData("name")]
    [InlineData("id")]
    public async Task New_columns_at_every_depth_come_with_the_rows_and_old_rows_have_nulls_there(string mapping)
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store, mapping);
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, new object?[] { "a" }, 0L]])]);
        Assert.IsType<CommitOutcome.Committed>(await table.AppendAsync([RowBatches.Of(Wider, [[2L, new object?[] { "b", 7L }, 0L, 5L, new object?[] { 1.5 }]])], Merging));
        DeltaTable read = await DeltaTable.OpenAsync(store);
        Assert.Equal(["id", "place", "day", "seen", "marks"], read.Snapshot.Schema.Fields.Select(f => f.Name));
        Assert.False(read.Snapshot.Schema.Fields[0].Nullable);
        Assert.True(((Delta.Schema.ArrayType)read.Snapshot.Schema.Fields[4].Type).ContainsNull);
        Assert.Contains("timestampNtz", read.Snapshot.Protocol.WriterFeatures);
        List<string> lines = await RowBatches.LinesAsync(read);
        Assert.Equal(2, lines.Count);
        Assert.StartsWith("""{"id":1,"place":{"city":"a","zip":null},""", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("""{"id":2,"place":{"city":"b","zip":7},""", lines[1], StringComparison.Ordinal);

        // Rows of the old shape go on being welcome, and nothing changes by them.
        long version = read.Snapshot.Version;
        await read.AppendAsync([RowBatches.Of(Schema, [[3L, null, 0L]])], Merging);
        Assert.Equal(5, read.Snapshot.Schema.Fields.Count);
        Assert.Equal(version + 1, read.Snapshot.Version);
        Assert.Equal(3, (await RowBatches.LinesAsync(read)).Count);
    }

    [Fact]
    public async Task Without_leave_neither_a_new_column_nor_a_new_nested_field_is_taken_or_dropped()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(Wider, [])]));
        StructType nested = new([Schema.Fields[0], Wider.Fields[1], Schema.Fields[2]]);
        ConstraintViolationException refusal = await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(nested, [[1L, new object?[] { "a", 7L }, 0L]])]));
        Assert.Contains("place.zip", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, table.Snapshot.Version);
    }

    [Fact]
    public async Task A_column_of_another_type_is_no_new_column()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        StructType other = new([new StructField("id", DataType.String), Schema.Fields[2]]);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(other, [["x", 0L]])], Merging));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("name")]
    public async Task Overwriting_the_table_may_replace_its_schema_but_not_its_partition_columns(string mapping)
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store, mapping);
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, new object?[] { "a" }, 0L]])]);
        StructType other = new([new StructField("day", DataType.Date), new StructField("id", DataType.String), new StructField("n", DataType.Integer)]);
        CommitSpec overwrite = new("WRITE") { SchemaMode = SchemaMode.Overwrite };
        Assert.IsType<CommitOutcome.Committed>(await table.OverwriteAsync([RowBatches.Of(other, [[1L, "x", 2L]])], null, overwrite));
        DeltaTable read = await DeltaTable.OpenAsync(store);
        Assert.Equal(["day", "id", "n"], read.Snapshot.Schema.Fields.Select(f => f.Name));
        Assert.Equal(RowBatches.Lines(other, [[1L, "x", 2L]]), await RowBatches.LinesAsync(read));
        Assert.Single((await read.SnapshotAtAsync(1)).Files);
        Assert.Single(await RowBatches.LinesAsync(read, await read.SnapshotAtAsync(1)));
        StructType bare = new([new StructField("id", DataType.String)]);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => read.OverwriteAsync([RowBatches.Of(bare, [["x"]])], null, overwrite));
        await Assert.ThrowsAsync<ArgumentException>(() => read.OverwriteAsync([RowBatches.Of(other, [])], Predicate.Equal("day", 1L), overwrite));
    }

    [Fact]
    public async Task Keyed_changes_and_merge_may_bring_new_columns_too()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, null, 0L], [2L, null, 0L]])]);
        StructType wider = new([Schema.Fields[0], Schema.Fields[2], new StructField("score", DataType.Double)]);
        await table.UpsertAsync(new RowChanges(["id"]) { Upserts = [RowBatches.Of(wider, [[2L, 0L, 0.5]])] }, new CommitSpec("MERGE") { SchemaMode = SchemaMode.Merge });
        StructType evenWider = new([.. wider.Fields, new StructField("why", DataType.String)]);
        await table.MergeAsync(
            new MergeSpec(["id"], [RowBatches.Of(evenWider, [[1L, 0L, 1.5, "m"], [3L, 0L, null, "i"]])]) { WhenMatched = [MergeClause.WriteSource()], WhenNotMatched = [MergeClause.WriteSource()] },
            new CommitSpec("MERGE") { SchemaMode = SchemaMode.Merge });
        Assert.Equal(["id", "place", "day", "score", "why"], table.Snapshot.Schema.Fields.Select(f => f.Name));
        Assert.Equal(
            RowBatches.Lines(table.Snapshot.Schema, [[1L, null, 0L, 1.5, "m"], [2L, null, 0L, 0.5, null], [3L, null, 0L, null, "i"]]),
            await RowBatches.LinesAsync(table));
    }

    [Fact]
    public async Task Two_writers_that_change_the_schema_at_once_are_told()
    {
        MemoryObjectStore store = new();
        DeltaTable one = await NewAsync(store);
        DeltaTable two = await DeltaTable.OpenAsync(store, SeededIds.Options(7));
        Assert.IsType<CommitOutcome.Committed>(await one.AppendAsync([RowBatches.Of(Wider, [[1L, null, 0L, null, null]])], Merging));
        Assert.IsType<CommitOutcome.Conflict>(await two.AppendAsync([RowBatches.Of(Wider, [[2L, null, 0L, null, null]])], Merging));
        Assert.IsType<CommitOutcome.Committed>(await two.AppendAsync([RowBatches.Of(Wider, [[2L, null, 0L, null, null]])], Merging));
        Assert.Equal(2, (await RowBatches.LinesAsync(two)).Count);
    }

    [Fact]
    public async Task A_write_that_is_to_happen_once_happens_once()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store);
        CommitSpec once = new("STREAMING UPDATE") { Transactions = [new Delta.Actions.AppTransaction("query", 4)], SkipIfPositionReached = true };
        RecordBatch rows = RowBatches.Of(Schema, [[1L, null, 0L]]);
        Assert.IsType<CommitOutcome.Committed>(await table.AppendAsync([rows], once));
        int objects = store.Keys.Count;
        Assert.Equal(new CommitOutcome.Nothing(1), await (await DeltaTable.OpenAsync(store)).AppendAsync([rows], once));
        DeltaTable stale = await NewAsync(store);
        Assert.Equal(objects, store.Keys.Count);
        Assert.IsType<CommitOutcome.Committed>(await table.AppendAsync([rows], once with { Transactions = [new Delta.Actions.AppTransaction("query", 5)] }));

        // A writer that has not yet seen the position learns of it when it commits.
        Assert.Equal(new CommitOutcome.Nothing(2), await stale.AppendAsync([rows], once with { Transactions = [new Delta.Actions.AppTransaction("query", 5)] }));
        Assert.Equal(2, (await RowBatches.LinesAsync(table)).Count);
    }

    [Fact]
    public void Arrow_types_become_the_delta_types_that_hold_every_value()
    {
        Apache.Arrow.Schema arrow = new(
        [
            new Field("u8", Apache.Arrow.Types.UInt8Type.Default, false), new Field("u32", Apache.Arrow.Types.UInt32Type.Default, true), new Field("d", new Apache.Arrow.Types.Decimal128Type(20, 3), true),
            new Field("t", new Apache.Arrow.Types.TimestampType(Apache.Arrow.Types.TimeUnit.Millisecond, "Asia/Seoul"), true), new Field("l", new Apache.Arrow.Types.ListType(new Field("x", Apache.Arrow.Types.StringType.Default, false)), true),
        ], null);
        Assert.Equal(
            new StructType(
            [
                new StructField("u8", DataType.Short, false), new StructField("u32", DataType.Long), new StructField("d", new DecimalType(20, 3)), new StructField("t", DataType.Timestamp),
                new StructField("l", new Delta.Schema.ArrayType(DataType.String, false)),
            ]),
            ArrowTypes.FromArrowSchema(arrow));
        Assert.Throws<UnsupportedFeatureException>(() => ArrowTypes.FromArrow(new Field("h", Apache.Arrow.Types.UInt64Type.Default, true)));
    }

    private static Task<DeltaTable> NewAsync(MemoryObjectStore store, string mapping = "none") => DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema)
    {
        PartitionColumns = ["day"],
        Properties = mapping == "none" ? new Dictionary<string, string>() : new Dictionary<string, string> { ["delta.columnMapping.mode"] = mapping },
    }, SeededIds.Options(3));
}
