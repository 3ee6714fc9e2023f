using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;

namespace CryptoInsight.Delta.Tests.Operations;

public sealed class UpsertSpecs
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long, false), new StructField("note", DataType.String), new StructField("day", DataType.Date)]);

    private static readonly CommitSpec Merge = new("MERGE");

    [Fact]
    public async Task Files_that_cannot_hold_a_key_are_never_opened()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store);
        for (int f = 0; f < 50; f++)
        {
            await table.AppendAsync([Rows(Enumerable.Range(f * 10, 10).Select(i => (long)i))], Merge);
        }

        List<string> opened = [];
        store.Faults = call =>
        {
            // Checkpoints are Parquet too, and are read beside the commits.
            if (call.Operation == StoreOperation.Read && call.Key.EndsWith(".parquet", StringComparison.Ordinal) && !call.Key.StartsWith("_delta_log/", StringComparison.Ordinal))
            {
                opened.Add(call.Key);
            }

            return StoreFault.None;
        };
        await table.UpsertAsync(new RowChanges(["id"]) { Upserts = [Rows([105, 249])], Deletes = [Keys([107, 9999])] }, Merge);
        Assert.Equal(2, opened.Count);
    }

    [Fact]
    public async Task A_key_between_two_files_opens_neither()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store);
        await table.AppendAsync([Rows([1, 100])], Merge);
        await table.AppendAsync([Rows([200, 300])], Merge);
        store.Faults = call => call.Operation == StoreOperation.Read && call.Key.EndsWith(".parquet", StringComparison.Ordinal) ? throw new InvalidOperationException($"opened {call.Key}") : StoreFault.None;
        Assert.IsType<CommitOutcome.Committed>(await table.UpsertAsync(new RowChanges(["id"]) { Upserts = [Rows([0, 150, 301])] }, Merge));
    }

    [Fact]
    public async Task A_row_that_moves_to_another_partition_is_there_once()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore(), partitioned: true);
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "old", 100L], [2L, "stays", 100L]])], Merge);
        await table.UpsertAsync(new RowChanges(["id"]) { Upserts = [RowBatches.Of(Schema, [[1L, "new", 101L]])] }, Merge);
        Assert.Equal(RowBatches.Lines(Schema, [[1L, "new", 101L], [2L, "stays", 100L]]), await RowBatches.LinesAsync(table));
    }

    [Fact]
    public async Task A_file_of_which_every_row_goes_is_removed_whole()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await table.AppendAsync([Rows([1, 2, 3])], Merge);
        await table.UpsertAsync(new RowChanges(["id"]) { Deletes = [Keys([1, 3])] }, Merge);
        Assert.Equal(2, Assert.Single(table.Snapshot.Files).DeletionVector!.Cardinality);
        CommitOutcome.Committed last = Assert.IsType<CommitOutcome.Committed>(await table.UpsertAsync(new RowChanges(["id"]) { Deletes = [Keys([2])] }, Merge));
        Assert.Empty(table.Snapshot.Files);
        Assert.Equal((1, 1, 0), (last.Metrics.RowsRemoved, last.Metrics.FilesRemoved, last.Metrics.DeletionVectorsAdded));
    }

    [Fact]
    public async Task A_key_that_is_named_twice_is_refused()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.UpsertAsync(new RowChanges(["id"]) { Upserts = [Rows([1, 2]), Rows([2])] }, Merge));
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.UpsertAsync(new RowChanges(["id"]) { Upserts = [Rows([1])], Deletes = [Keys([1])] }, Merge));
        Assert.Equal(0, table.Snapshot.Version);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_concurrent_optimize_the_rows_are_found_again_by_key(bool vectors)
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store, vectors: vectors);
        await table.AppendAsync([Rows([1, 2, 3])], Merge);
        await table.AppendAsync([Rows([4, 5, 6])], Merge);
        DeltaTable stale = await DeltaTable.OpenAsync(store, SeededIds.Options(9));
        await CompactAsync(table);
        CommitOutcome outcome = await stale.UpsertAsync(new RowChanges(["id"]) { Upserts = [RowBatches.Of(Schema, [[5L, "changed", 1L]])] }, Merge with { Fence = new Fence(2) });
        Assert.Equal(4, Assert.IsType<CommitOutcome.Committed>(outcome).Version);
        Assert.Equal(RowBatches.Lines(Schema, [.. new long[] { 1, 2, 3, 4, 6 }.Select(Row), [5L, "changed", 1L]]), await RowBatches.LinesAsync(stale));
    }

    [Fact]
    public async Task Another_writers_rows_supersede_a_fenced_change()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store);
        await table.AppendAsync([Rows([1])], Merge);
        DeltaTable zombie = await DeltaTable.OpenAsync(store);
        await table.AppendAsync([Rows([2])], Merge);
        int before = store.Keys.Count;
        Assert.IsType<CommitOutcome.Superseded>(await zombie.UpsertAsync(new RowChanges(["id"]) { Upserts = [Rows([1])] }, Merge with { Fence = new Fence(1) }));
        Assert.Equal(before, store.Keys.Count);
        Assert.Equal(2, (await RowBatches.LinesAsync(table)).Count);
    }

    [Fact]
    public async Task Statistics_of_a_file_with_deleted_rows_count_the_whole_file_and_are_wide()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await table.AppendAsync([Rows([1, 2, 3])], Merge);
        await table.UpsertAsync(new RowChanges(["id"]) { Deletes = [Keys([3])] }, Merge);
        AddFile file = Assert.Single(table.Snapshot.Files);
        Assert.Contains("\"numRecords\":3", file.Stats, StringComparison.Ordinal);
        Assert.Contains("\"tightBounds\":false", file.Stats, StringComparison.Ordinal);
        Assert.Contains("\"maxValues\":{\"id\":3", file.Stats, StringComparison.Ordinal);
    }

    // What OPTIMIZE does, in its barest form: the same rows in one new file, dataChange = false.
    private static async Task CompactAsync(DeltaTable table)
    {
        Delta.Data.TableLayout layout = Delta.Data.TableLayout.Of(table.Snapshot);
        Delta.Data.DataFileWriter writer = new(table, layout, table.SmallFiles);
        List<AddFile> added = await writer.WriteAsync(new PartitionKey([]), table.ReadAsync(table.Snapshot), false, dataChange: false, default);
        PreparedCommit commit = new(table.Snapshot, [.. table.Snapshot.Files.Select(f => FileMatches.RemoveOf(f, 1, dataChange: false)), .. added], new CommitSpec("OPTIMIZE"))
        {
            Read = new ReadSet { Files = [.. table.Snapshot.Files.Select(f => f.Path)] },
        };
        Assert.IsType<CommitOutcome.Committed>(await table.Committer.CommitAsync(commit, default));
    }

    private static object?[] Row(long id) => [id, $"n{id}", id];

    private static Apache.Arrow.RecordBatch Rows(IEnumerable<long> ids) => RowBatches.Of(Schema, [.. ids.Select(Row)]);

    private static Apache.Arrow.RecordBatch Keys(IEnumerable<long> ids) => RowBatches.Of(new StructType([Schema.Fields[0]]), [.. ids.Select(i => new object?[] { i })]);

    private static Task<DeltaTable> NewAsync(MemoryObjectStore store, bool partitioned = false, bool vectors = true) => DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema)
    {
        PartitionColumns = partitioned ? ["day"] : [],
        Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = vectors ? "true" : "false" },
    }, SeededIds.Options(1));
}
