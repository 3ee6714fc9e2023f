using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Log;

/// <summary>Cleanup never takes what a kept version or a reader needs.</summary>
public class LogCleanupSpecs
{
    private static async Task<(MemoryObjectStore Store, DeltaTable Table, ManualClock Clock)> DayPerVersionAsync()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options(clock) with { Upkeep = LogUpkeepMode.Off }, ("delta.logRetentionDuration", "interval 10 days"));
        for (int version = 1; version <= 30; version++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            await Tables.AppendAsync(table, $"{version}");
            if (version % 5 == 0)
            {
                await table.CheckpointAsync();
            }
        }

        return (store, table, clock);
    }

    [Fact]
    public async Task What_is_older_than_the_retention_goes_up_to_a_checkpoint_before_it()
    {
        (MemoryObjectStore store, DeltaTable table, _) = await DayPerVersionAsync();
        LogCleanupOutcome outcome = await table.CleanLogAsync();
        Assert.Equal(20, outcome.OldestVersion);
        Assert.DoesNotContain(store.Keys, k => LogFiles.TryVersion(k.AsSpan(LogFiles.Folder.Length), out long v, out _) && v < 20);
        Assert.Contains(LogFiles.Commit(20), store.Keys);
        DeltaTable read = await DeltaTable.OpenAsync(store);
        Assert.Equal(30, read.Snapshot.Files.Count);
        for (long version = 20; version <= 30; version++)
        {
            Assert.Equal(version, (await read.SnapshotAtAsync(version)).Files.Count);
        }

        await Assert.ThrowsAsync<VersionNotFoundException>(() => read.SnapshotAtAsync(19));
    }

    [Fact]
    public async Task A_reader_that_is_behind_holds_the_log()
    {
        (MemoryObjectStore store, DeltaTable table, _) = await DayPerVersionAsync();
        LogCleanupOutcome outcome = await table.CleanLogAsync(neededFrom: 13);
        Assert.Equal(10, outcome.OldestVersion);
        Assert.Contains(LogFiles.Commit(14), store.Keys);
        TailStep.Versions step = Assert.IsType<TailStep.Versions>(await new TableTail(table).ReadAfterAsync(13, TailLimits.Default));
        Assert.Equal((13, 30), (step.FromExclusive, step.ToInclusive));
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_no_reason_to_delete_what_it_should_replace()
    {
        (MemoryObjectStore store, DeltaTable table, _) = await DayPerVersionAsync();
        store.Overwrite(LogFiles.ClassicCheckpoint(20), (await store.ReadAsync(LogFiles.ClassicCheckpoint(20))).AsSpan(0, 200));
        Assert.Equal(15, (await table.CleanLogAsync()).OldestVersion);
        Assert.Equal(30, (await DeltaTable.OpenAsync(store)).Snapshot.Files.Count);
        Assert.Equal(20, (await table.SnapshotAtAsync(20)).Files.Count);
    }

    [Fact]
    public async Task Without_a_checkpoint_nothing_goes()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options(clock));
        await Tables.AppendAsync(table, "a");
        clock.Advance(TimeSpan.FromDays(400));
        Assert.Equal(0, (await table.CleanLogAsync()).FilesRemoved);
    }

    [Fact]
    public async Task A_crash_at_any_point_of_a_cleanup_leaves_a_whole_table()
    {
        (MemoryObjectStore store, DeltaTable table, ManualClock clock) = await DayPerVersionAsync();
        long calls = store.Calls;
        MemoryObjectStore rehearsal = store.Fork();
        await (await DeltaTable.OpenAsync(rehearsal, Tables.Options(clock))).CleanLogAsync();
        for (long crashAt = 0; crashAt < rehearsal.Calls; crashAt++)
        {
            MemoryObjectStore future = store.Fork();
            DeltaTable writer = await DeltaTable.OpenAsync(future, Tables.Options(clock));
            long from = future.Calls;
            future.Faults = call => call.Ordinal == from + crashAt ? new StoreFault(StoreFaultKind.CrashAfter) : StoreFault.None;
            _ = await Record.ExceptionAsync(() => writer.CleanLogAsync());
            future.Faults = null;
            future.Revive();
            Assert.Equal(Tables.Paths(table.Snapshot), Tables.Paths((await DeltaTable.OpenAsync(future)).Snapshot));
            Assert.Equal(20, (await writer.SnapshotAtAsync(20)).Files.Count);
        }
    }

    [Fact]
    public async Task A_writer_that_slept_past_a_cleanup_does_not_commit_into_the_cleaned_past()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable sleeper = await Tables.CreateAsync(store, Tables.Options(clock) with { Upkeep = LogUpkeepMode.Off }, ("delta.logRetentionDuration", "interval 1 day"));
        DeltaTable busy = await DeltaTable.OpenAsync(store, Tables.Options(clock, 2));
        for (int i = 0; i < 20; i++)
        {
            await Tables.AppendAsync(busy, $"{i}");
        }

        clock.Advance(TimeSpan.FromDays(3));
        await busy.CheckpointAsync();
        await busy.CleanLogAsync();
        Assert.DoesNotContain(LogFiles.Commit(1), store.Keys);

        // Version 1 is free again: a put there would succeed, and nobody would ever read it.
        CommitOutcome.Committed committed = Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(sleeper, "late"));
        Assert.Equal(21, committed.Version);
        Assert.Equal(21, (await DeltaTable.OpenAsync(store)).Snapshot.Files.Count);
    }
}
