using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests;

public class TableTailSpecs
{
    [Fact]
    public async Task A_follower_sees_every_append_once_and_in_order()
    {
        MemoryObjectStore store = new();
        DeltaTable writer = await Tables.CreateAsync(store);
        TableTail tail = new(await DeltaTable.OpenAsync(store, Tables.Options(seed: 2)));
        Assert.Equal(0, Assert.IsType<TailStep.Versions>(await tail.ReadAfterAsync(-1, TailLimits.Default)).ToInclusive);
        Assert.Equal(0, Assert.IsType<TailStep.CaughtUp>(await tail.ReadAfterAsync(0, TailLimits.Default)).Version);
        for (int i = 1; i <= 7; i++)
        {
            await Tables.AppendAsync(writer, $"{i}");
        }

        List<VersionedFile> seen = [];
        long position = 0;
        while (await tail.ReadAfterAsync(position, new TailLimits(3, long.MaxValue)) is TailStep.Versions step)
        {
            Assert.Equal(position, step.FromExclusive);
            Assert.True(step.IsAppendOnly);
            seen.AddRange(step.Appended);
            position = step.ToInclusive;
        }

        Assert.Equal(Enumerable.Range(1, 7).Select(i => ((long)i, $"{i}")), seen.Select(f => (f.Version, f.File.Path)));
    }

    [Fact]
    public async Task Bytes_limit_a_step_but_one_version_always_fits()
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore());
        for (int i = 1; i <= 5; i++)
        {
            await Tables.AppendAsync(table, $"{i}");
        }

        TableTail tail = new(table);
        Assert.Equal(1, Assert.IsType<TailStep.Versions>(await tail.ReadAfterAsync(0, new TailLimits(100, 1))).ToInclusive);
        Assert.Equal(2, Assert.IsType<TailStep.Versions>(await tail.ReadAfterAsync(0, new TailLimits(100, 2500))).ToInclusive);
    }

    [Fact]
    public async Task Maintenance_is_passed_over_and_a_rewrite_is_no_append()
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore());
        AddFile file = Tables.Add("a");
        await Tables.AppendAsync(table, "a");
        await table.Committer.CommitAsync(Tables.Prepare(table, new CommitSpec("OPTIMIZE"), Tables.Remove(file, dataChange: false), Tables.Add("b", dataChange: false)), default);
        TailStep.Versions maintained = Assert.IsType<TailStep.Versions>(await new TableTail(table).ReadAfterAsync(0, TailLimits.Default));
        Assert.True(maintained.IsAppendOnly);
        Assert.Equal(2, maintained.ToInclusive);
        Assert.Equal(["a"], maintained.Appended.Select(f => f.File.Path));
        await table.Committer.CommitAsync(Tables.Prepare(table, new CommitSpec("DELETE"), Tables.Remove(Tables.Add("b"))), default);
        Assert.False(Assert.IsType<TailStep.Versions>(await new TableTail(table).ReadAfterAsync(2, TailLimits.Default)).IsAppendOnly);
    }

    [Fact]
    public async Task A_follower_behind_the_cleaned_log_is_told_where_to_start_again()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options(clock) with { Upkeep = LogUpkeepMode.Off }, ("delta.logRetentionDuration", "interval 1 day"));
        for (int i = 1; i <= 9; i++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            await Tables.AppendAsync(table, $"{i}");
            if (i == 6)
            {
                await table.CheckpointAsync();
            }
        }

        await table.CleanLogAsync();
        DeltaTable reader = await DeltaTable.OpenAsync(store, Tables.Options(clock, 2));
        TailStep.FellBehind behind = Assert.IsType<TailStep.FellBehind>(await new TableTail(reader).ReadAfterAsync(2, TailLimits.Default));
        Assert.Equal((6, 9), (behind.OldestVersion, behind.NewestVersion));
        Assert.Equal(6, (await reader.SnapshotAtAsync(behind.OldestVersion)).Files.Count);
        Assert.Equal(9, Assert.IsType<TailStep.Versions>(await new TableTail(reader).ReadAfterAsync(behind.OldestVersion, TailLimits.Default)).ToInclusive);
    }

    [Fact]
    public async Task A_position_ahead_of_the_table_means_that_it_was_replaced()
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore());
        Assert.Equal(0, Assert.IsType<TailStep.Rewound>(await new TableTail(table).ReadAfterAsync(5, TailLimits.Default)).NewestVersion);
    }

    [Fact]
    public async Task A_follower_far_behind_catches_up_through_commits_and_through_a_checkpoint()
    {
        MemoryObjectStore store = new();
        DeltaTable writer = await Tables.CreateAsync(store, Tables.Options() with { Upkeep = LogUpkeepMode.Off });
        DeltaTable slow = await DeltaTable.OpenAsync(store, Tables.Options(seed: 2));
        DeltaTable slower = await DeltaTable.OpenAsync(store, Tables.Options(seed: 3));
        for (int i = 1; i <= 700; i++)
        {
            await Tables.AppendAsync(writer, $"{i}");
        }

        Assert.Equal(700, (await slow.RefreshAsync()).Files.Count);
        await writer.CheckpointAsync();
        Assert.Equal(700, (await slower.RefreshAsync()).Files.Count);
        Assert.Equal(700, slower.Snapshot.CheckpointVersion);
        Assert.Equal(690, (await slower.SnapshotAtAsync(690)).Files.Count);
    }

    [Fact]
    public async Task Whoever_waits_for_a_newer_version_wakes_when_this_object_learns_of_one()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store);
        Task<Snapshot> first = table.NewerThanAsync(0);
        Task<Snapshot> second = table.NewerThanAsync(1);
        Assert.False(first.IsCompleted);
        await Tables.AppendAsync(table, "1");
        Assert.Equal(1, (await first).Version);
        Assert.False(second.IsCompleted);
        await Tables.AppendAsync(await DeltaTable.OpenAsync(store, Tables.Options(seed: 2)), "2");
        await table.RefreshAsync();
        Assert.Equal(2, (await second).Version);
        Assert.Equal(2, (await table.NewerThanAsync(0)).Version);
        using CancellationTokenSource stop = new();
        Task<Snapshot> never = table.NewerThanAsync(2, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
    }
}
