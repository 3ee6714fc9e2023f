using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;

namespace CryptoInsight.Delta.Tests.Operations;

public sealed class MaintenanceSpecs
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long, false), new StructField("note", DataType.String), new StructField("day", DataType.Date)]);

    private static readonly CommitSpec Write = new("WRITE");

    [Fact]
    public async Task Small_files_of_a_partition_become_one_and_no_row_changes()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        for (int i = 0; i < 30; i++)
        {
            await table.AppendAsync([Rows([i], day: i % 3)], Write);
        }

        List<string> before = await RowBatches.LinesAsync(table);
        OptimizeOutcome outcome = await table.OptimizeAsync();
        Assert.Equal((30, 3, 3), (outcome.FilesRemoved, outcome.FilesAdded, outcome.PartitionsDone));
        Assert.Equal(3, table.Snapshot.Files.Count);
        Assert.All(table.Snapshot.Files, f => Assert.False(f.DataChange));
        Assert.Equal(before, await RowBatches.LinesAsync(table));
        Assert.Null((await table.OptimizeAsync()).Version);
    }

    [Fact]
    public async Task Only_the_partitions_of_the_condition_are_touched()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        for (int i = 0; i < 8; i++)
        {
            await table.AppendAsync([Rows([i], day: i % 2)], Write);
        }

        OptimizeOutcome outcome = await table.OptimizeAsync(new OptimizeSpec { Where = Predicate.Equal("day", 1L) });
        Assert.Equal((4, 1), (outcome.FilesRemoved, outcome.FilesAdded));
        Assert.Equal(5, table.Snapshot.Files.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("note,id")]
    public async Task Rows_deleted_while_optimize_runs_are_deleted_in_its_file_too(string zOrder)
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store);
        for (int i = 0; i < 6; i++)
        {
            await table.AppendAsync([Rows(Enumerable.Range(i * 10, 10).Select(n => (long)n), day: 0)], Write);
        }

        await table.UpsertAsync(new RowChanges(["id"]) { Deletes = [Keys([3, 55])] }, Write);
        DeltaTable other = await DeltaTable.OpenAsync(store, SeededIds.Options(5));
        bool done = false;
        store.Faults = call =>
        {
            // The moment before OPTIMIZE commits: its file is written, another writer comes first.
            if (!done && call.Operation == StoreOperation.PutIfAbsent && call.Key.EndsWith("00000000000000000008.json", StringComparison.Ordinal))
            {
                done = true;
                Task.Run(() => other.UpsertAsync(new RowChanges(["id"]) { Upserts = [RowBatches.Of(Schema, [[17L, "changed", 0L]])], Deletes = [Keys([0, 42, 59])] }, Write)).GetAwaiter().GetResult();
            }

            return StoreFault.None;
        };
        OptimizeOutcome outcome = await table.OptimizeAsync(new OptimizeSpec { ZOrderBy = zOrder.Length == 0 ? [] : zOrder.Split(',') });
        Assert.True(done);
        Assert.Equal((9, 6), (outcome.Version, outcome.FilesRemoved));
        Assert.Equal(4, table.Snapshot.Files.Max(f => f.DeletionVector?.Cardinality));
        long[] gone = [3, 55, 0, 42, 59, 17];
        Assert.Equal(RowBatches.Lines(Schema, [.. Enumerable.Range(0, 60).Select(i => (long)i).Except(gone).Select(i => Row(i, 0)), [17L, "changed", 0L]]), await RowBatches.LinesAsync(table));
    }

    [Fact]
    public async Task A_partition_that_others_rewrite_meanwhile_is_left_to_the_next_run()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store);
        await table.AppendAsync([Rows([1, 2], 0)], Write);
        await table.AppendAsync([Rows([3], 0)], Write);
        DeltaTable other = await DeltaTable.OpenAsync(store, SeededIds.Options(5));
        bool done = false;
        store.Faults = call =>
        {
            if (!done && call.Operation == StoreOperation.PutIfAbsent && call.Key.EndsWith("00000000000000000003.json", StringComparison.Ordinal))
            {
                done = true;
                Task.Run(() => other.OverwriteAsync([Rows([9], 0)])).GetAwaiter().GetResult();
            }

            return StoreFault.None;
        };
        OptimizeOutcome outcome = await table.OptimizeAsync();
        Assert.Equal((null, 1), (outcome.Version, outcome.PartitionsLeft));
        Assert.Equal(RowBatches.Lines(Schema, [Row(9, 0)]), await RowBatches.LinesAsync(table));
    }

    [Fact]
    public async Task Z_order_makes_range_queries_open_fewer_files_and_is_not_done_twice()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        for (int i = 0; i < 16; i++)
        {
            await table.AppendAsync([RowBatches.Of(Schema, [.. Enumerable.Range(0, 2000).Select(n => new object?[] { (long)(n * 16) + i, $"n{n * 7919 % 1000:000}", 0L })])], Write);
        }

        OptimizeSpec spec = new() { ZOrderBy = ["note", "id"], FileBytesTarget = 60_000, SmallFileBytesMax = 1 };
        Predicate query = Predicate.Between("note", "n100", "n110");
        int before = table.Snapshot.FilesFor(query).Count();
        OptimizeOutcome outcome = await table.OptimizeAsync(spec);
        Assert.NotNull(outcome.Version);
        Assert.True(outcome.FilesAdded > 2, $"{outcome}");
        Assert.Null((await table.OptimizeAsync(spec)).Version);
        Assert.Equal(16, before);
        int after = table.Snapshot.FilesFor(query).Count();
        Assert.True(after * 2 <= table.Snapshot.Files.Count, $"{after} of {table.Snapshot.Files.Count} files are still opened");
        Assert.Equal(32_000, (await RowBatches.LinesAsync(table)).Count);
    }

    [Fact]
    public async Task Vacuum_keeps_what_the_retention_needs_and_takes_the_rest()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await NewAsync(store, clock);
        await table.AppendAsync([Rows([1, 2], 0)], Write);
        await table.AppendAsync([Rows([3], 0)], Write);
        await table.UpsertAsync(new RowChanges(["id"]) { Upserts = [Rows([1], 0)] }, Write);
        await table.OptimizeAsync();
        store.Overwrite("part-left-by-a-dead-writer.parquet", new byte[3]);
        store.Overwrite("_not_ours/keep.bin", new byte[3]);
        Assert.Empty((await table.VacuumAsync()).Keys);

        clock.Advance(TimeSpan.FromDays(8));
        int objects = store.Keys.Count;
        VacuumOutcome dry = await table.VacuumAsync(new VacuumSpec { DryRun = true });
        Assert.Equal(objects, store.Keys.Count);
        VacuumOutcome wet = await table.VacuumAsync();
        Assert.Equal(dry.Keys, wet.Keys);
        // Three old data files, one orphan, one change file; the vector was inline.
        Assert.Equal(5, wet.Keys.Count);
        Assert.Equal(objects - 5, store.Keys.Count);
        Assert.Contains("_not_ours/keep.bin", store.Keys);
        Assert.Equal(RowBatches.Lines(Schema, [Row(1, 0), Row(2, 0), Row(3, 0)]), await RowBatches.LinesAsync(await DeltaTable.OpenAsync(store)));
        await Assert.ThrowsAsync<MissingFileException>(() => table.RestoreAsync(2));
    }

    [Fact]
    public async Task Lite_vacuum_takes_only_what_the_log_names()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await NewAsync(store, clock);
        await table.AppendAsync([Rows([1], 0)], Write);
        await table.AppendAsync([Rows([2], 0)], Write);
        await table.OptimizeAsync();
        store.Overwrite("part-left-by-a-dead-writer.parquet", new byte[3]);
        clock.Advance(TimeSpan.FromDays(8));
        VacuumOutcome outcome = await table.VacuumAsync(new VacuumSpec { Full = false });
        Assert.Equal(2, outcome.Keys.Count);
        Assert.Contains("part-left-by-a-dead-writer.parquet", store.Keys);
    }

    [Fact]
    public async Task Vacuum_refuses_a_retention_below_the_tables_own()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await Assert.ThrowsAsync<DeltaException>(() => table.VacuumAsync(new VacuumSpec { Retention = TimeSpan.FromHours(1) }));
        Assert.Empty((await table.VacuumAsync(new VacuumSpec { Retention = TimeSpan.FromHours(1), AllowShortRetention = true })).Keys);
    }

    [Fact]
    public async Task Vacuum_keeps_the_files_of_versions_that_a_follower_has_still_to_read()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await NewAsync(store, clock);
        await table.AppendAsync([Rows([1], 0)], Write);
        await table.UpsertAsync(new RowChanges(["id"]) { Upserts = [Rows([1], 0)] }, Write);
        await table.OverwriteAsync([Rows([5], 0)]);
        clock.Advance(TimeSpan.FromDays(30));
        List<string> feed = await RowBatches.ChangeLinesAsync(table, 0, 3);
        await table.VacuumAsync(new VacuumSpec { NeededFrom = 0 });
        Assert.Equal(feed, await RowBatches.ChangeLinesAsync(table, 0, 3));
        Assert.NotEmpty((await table.VacuumAsync(new VacuumSpec { NeededFrom = 3 })).Keys);
    }

    [Fact]
    public async Task Vacuum_tells_the_history_what_it_did_if_asked_to()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await NewAsync(store, clock);
        await table.AppendAsync([Rows([1], 0)], Write);
        await table.OverwriteAsync([Rows([2], 0)]);
        clock.Advance(TimeSpan.FromDays(8));
        Assert.Single((await table.VacuumAsync(new VacuumSpec { DryRun = true, InHistory = true })).Keys);
        Assert.Equal(2, table.Snapshot.Version);
        await table.VacuumAsync(new VacuumSpec { InHistory = true, Retention = TimeSpan.FromHours(170) });
        List<Delta.Log.CommitDescription> history = await table.HistoryAsync().Take(2).ToListAsync();
        Assert.Equal(["VACUUM END", "VACUUM START"], history.Select(h => h.Operation));
        Assert.Equal(("COMPLETED", "1", "1"), (history[0].OperationParameters["status"], history[0].OperationMetrics["numDeletedFiles"], history[0].OperationMetrics["numVacuumedDirectories"]));
        Assert.Equal(("612000000", "604800000", "1"), (history[1].OperationParameters["specifiedRetentionMillis"], history[1].OperationParameters["defaultRetentionMillis"], history[1].OperationMetrics["numFilesToDelete"]));
        Assert.Equal(RowBatches.Lines(Schema, [Row(2, 0)]), await RowBatches.LinesAsync(await DeltaTable.OpenAsync(store)));
    }

    [Fact]
    public async Task Vacuum_sweeps_what_writers_that_died_left_unfinished()
    {
        using TemporaryFolder folder = new();
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(folder.Path, new TableDefinition(Schema));
        foreach ((string name, int days) in (ReadOnlySpan<(string, int)>)[(".old-1.tmp", 2), (".new-1.tmp", 0)])
        {
            string file = Path.Combine(folder.Path, "_delta_log", name);
            File.WriteAllText(file, "half");
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-days));
        }

        Assert.Equal(0, (await table.VacuumAsync(new VacuumSpec { DryRun = true })).UnfinishedRemoved);
        Assert.Equal(1, (await table.VacuumAsync()).UnfinishedRemoved);
        Assert.True(File.Exists(Path.Combine(folder.Path, "_delta_log", ".new-1.tmp")));
    }

    [Fact]
    public async Task Restore_finds_the_version_of_an_instant()
    {
        ManualClock clock = new();
        DeltaTable table = await NewAsync(new MemoryObjectStore(clock), clock);
        await table.AppendAsync([Rows([1], 0)], Write);
        clock.Advance(TimeSpan.FromHours(1));
        DateTimeOffset between = clock.GetUtcNow().AddMinutes(-1);
        await table.OverwriteAsync([Rows([2], 0)]);
        Assert.Equal(3, Assert.IsType<CommitOutcome.Committed>(await table.RestoreAsync(between)).Version);
        Assert.Equal(RowBatches.Lines(Schema, [Row(1, 0)]), await RowBatches.LinesAsync(table));
        await Assert.ThrowsAsync<VersionNotFoundException>(() => table.RestoreAsync(between.AddDays(-9)));
    }

    [Fact]
    public async Task Restore_brings_rows_and_positions_back_in_one_commit()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await table.AppendAsync([Rows([1, 2], 0)], Write with { Transactions = [new AppTransaction("silver/x", 10)] });
        await table.UpsertAsync(new RowChanges(["id"]) { Deletes = [Keys([1])] }, Write with { Transactions = [new AppTransaction("silver/x", 11), new AppTransaction("new", 1)] });
        CommitOutcome outcome = await table.RestoreAsync(1, new RestoreSpec { PositionsOf = ["silver/x", "new"] });
        Assert.Equal(3, Assert.IsType<CommitOutcome.Committed>(outcome).Version);
        Assert.Equal((10L, -1L), (table.Snapshot.TransactionVersion("silver/x"), table.Snapshot.TransactionVersion("new")));
        Assert.Equal(RowBatches.Lines(Schema, [Row(1, 0), Row(2, 0)]), await RowBatches.LinesAsync(table));
        Assert.IsType<CommitOutcome.Nothing>(await table.RestoreAsync(3));
    }

    [Fact]
    public async Task Deleting_a_whole_partition_reads_no_file()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store);
        await table.AppendAsync([Rows([1, 2], 0), Rows([3], 1)], Write);
        store.Faults = call => call.Operation == StoreOperation.Read && call.Key.EndsWith(".parquet", StringComparison.Ordinal) ? throw new InvalidOperationException($"opened {call.Key}") : StoreFault.None;
        CommitOutcome.Committed outcome = Assert.IsType<CommitOutcome.Committed>(await table.DeleteAsync(Predicate.Equal("day", 0L)));
        Assert.Equal((2, 1), (outcome.Metrics.RowsRemoved, outcome.Metrics.FilesRemoved));
        store.Faults = null;
        Assert.Equal(RowBatches.Lines(Schema, [Row(3, 1)]), await RowBatches.LinesAsync(table));
    }

    [Fact]
    public async Task Replace_where_refuses_rows_outside_its_condition()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await table.AppendAsync([Rows([1], 0)], Write);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.OverwriteAsync([Rows([2], 1)], Predicate.Equal("day", 0L)));
    }

    [Fact]
    public async Task Detail_counts_live_rows_and_files()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await table.AppendAsync([Rows([1, 2], 0), Rows([3], 1)], Write);
        await table.UpsertAsync(new RowChanges(["id"]) { Deletes = [Keys([1])] }, Write);
        TableDetail detail = table.Detail();
        Assert.Equal((2L, 2, 1L, 1), (detail.RowCount!.Value, detail.FileCount, detail.DeletedRowCount, detail.FilesWithDeletedRows));
        Assert.Equal(table.Snapshot.Files.Sum(f => f.Size), detail.SizeBytes);
        Assert.Contains("deletionVectors", detail.Features);
    }

    private static object?[] Row(long id, long day) => [id, $"n{id}", day];

    private static Apache.Arrow.RecordBatch Rows(IEnumerable<long> ids, long day) => RowBatches.Of(Schema, [.. ids.Select(i => Row(i, day))]);

    private static Apache.Arrow.RecordBatch Keys(IEnumerable<long> ids) => RowBatches.Of(new StructType([Schema.Fields[0]]), [.. ids.Select(i => new object?[] { i })]);

    private static Task<DeltaTable> NewAsync(MemoryObjectStore store, TimeProvider? clock = null) => DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema)
    {
        PartitionColumns = ["day"],
        Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = "true", ["delta.enableChangeDataFeed"] = "true", ["delta.checkpointInterval"] = "1000" },
    }, SeededIds.Options(1) with { Clock = clock ?? TimeProvider.System });
}
