using System.Text;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Log;

/// <summary>Files of the log cut off at every byte, missing or lying: the newest whole version, or a refusal that is right.</summary>
public class DamageSpecs
{
    private static async Task<(MemoryObjectStore Store, string[] Paths)> TableAsync(bool withCheckpoint)
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options() with { Upkeep = LogUpkeepMode.Off });
        for (int i = 1; i <= 4; i++)
        {
            await Tables.AppendAsync(table, $"{i}.parquet", new CommitSpec("WRITE") { Transactions = [new AppTransactionSpec("job", i).Action] });
            if (withCheckpoint && i is 2 or 3)
            {
                await table.CheckpointAsync();
            }
        }

        return (store, Tables.Paths(table.Snapshot));
    }

    private sealed record AppTransactionSpec(string AppId, long Version)
    {
        internal Delta.Actions.AppTransaction Action => new(AppId, Version);
    }

    [Fact]
    public async Task A_newest_commit_cut_off_at_any_byte_leaves_the_version_before_it_readable_and_refuses_commits()
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: false);
        byte[] whole = await store.ReadAsync(LogFiles.Commit(4));
        string[] before = [.. paths.Where(p => p != "4.parquet")];
        for (int length = 0; length < whole.Length - 1; length++)
        {
            MemoryObjectStore cut = store.Fork();
            cut.Overwrite(LogFiles.Commit(4), whole.AsSpan(0, length));
            DeltaTable table = await DeltaTable.OpenAsync(cut, Tables.Options());
            Assert.Equal((3, 4), (table.Snapshot.Version, table.Damage?.Version));
            Assert.Equal(before, Tables.Paths(table.Snapshot));

            await Assert.ThrowsAsync<DamagedCommitException>(() => Tables.AppendAsync(table, "again.parquet"));
            await Assert.ThrowsAsync<DamagedCommitException>(() => table.VacuumAsync());
            Assert.Equal(length, (await cut.ReadAsync(LogFiles.Commit(4))).Length);
        }
    }

    [Theory]
    [InlineData("not JSON at all")]
    [InlineData("12")]
    [InlineData("[")]
    [InlineData("{\"add\":{\"path\":7,\"size\":1}}\n")]
    [InlineData("{\"add\":{\"path\":\"a\",\"size\":1}}}")]
    [InlineData("\0\0\0\0")]
    public async Task A_newest_commit_that_is_not_cut_but_wrong_is_refused(string text)
    {
        (MemoryObjectStore store, _) = await TableAsync(withCheckpoint: false);
        store.Overwrite(LogFiles.Commit(4), Encoding.UTF8.GetBytes(text));
        Assert.False((await Assert.ThrowsAsync<DamagedCommitException>(() => DeltaTable.OpenAsync(store))).IsCutOff);
    }

    [Fact]
    public async Task A_commit_that_lost_only_its_line_end_is_whole()
    {
        (MemoryObjectStore store, _) = await TableAsync(withCheckpoint: false);
        byte[] whole = await store.ReadAsync(LogFiles.Commit(4));
        store.Overwrite(LogFiles.Commit(4), whole.AsSpan(0, whole.Length - 1));
        DeltaTable table = await DeltaTable.OpenAsync(store);
        Assert.Equal((4, null), (table.Snapshot.Version, table.Damage));
    }

    [Fact]
    public async Task A_cut_commit_that_is_mended_is_read_on()
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: true);
        byte[] whole = await store.ReadAsync(LogFiles.Commit(4));
        store.Overwrite(LogFiles.Commit(4), whole.AsSpan(0, whole.Length / 2));
        DeltaTable table = await DeltaTable.OpenAsync(store);
        Assert.NotNull(table.Damage);
        store.Overwrite(LogFiles.Commit(4), whole);
        await table.RefreshAsync();
        Assert.Null(table.Damage);
        Assert.Equal(paths, Tables.Paths(table.Snapshot));
    }

    [Fact]
    public async Task A_commit_cut_off_at_any_byte_is_refused_where_others_stand_on_it_and_the_version_before_can_be_read()
    {
        (MemoryObjectStore store, _) = await TableAsync(withCheckpoint: false);
        byte[] whole = await store.ReadAsync(LogFiles.Commit(3));
        for (int length = 0; length < whole.Length - 1; length++)
        {
            MemoryObjectStore cut = store.Fork();
            cut.Overwrite(LogFiles.Commit(3), whole.AsSpan(0, length));
            DamagedCommitException refusal = await Assert.ThrowsAsync<DamagedCommitException>(() => DeltaTable.OpenAsync(cut));
            Assert.Contains("Version 3", refusal.Message, StringComparison.Ordinal);
        }

        DeltaTable reader = await DeltaTable.OpenAsync(store);
        store.Overwrite(LogFiles.Commit(3), whole.AsSpan(0, whole.Length / 2));
        Assert.Equal(2, (await reader.SnapshotAtAsync(2)).Files.Count);
    }

    [Fact]
    public async Task A_follower_refuses_a_commit_that_is_cut_off_and_keeps_what_it_has()
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: false);
        DeltaTable reader = await DeltaTable.OpenAsync(store, Tables.Options());
        DeltaTable writer = await DeltaTable.OpenAsync(store, Tables.Options());
        await Tables.AppendAsync(writer, "5.parquet");
        byte[] whole = await store.ReadAsync(LogFiles.Commit(5));
        for (int length = 0; length < whole.Length - 1; length++)
        {
            store.Overwrite(LogFiles.Commit(5), whole.AsSpan(0, length));
            await Assert.ThrowsAsync<DamagedCommitException>(() => reader.RefreshAsync());
            Assert.Equal(paths, Tables.Paths(reader.Snapshot));
        }

        store.Overwrite(LogFiles.Commit(5), whole);
        Assert.Equal(5, (await reader.RefreshAsync()).Version);
    }

    [Fact]
    public async Task A_checkpoint_cut_off_at_any_byte_costs_time_and_never_truth()
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: true);
        byte[] whole = await store.ReadAsync(LogFiles.ClassicCheckpoint(3));
        for (int length = 0; length < whole.Length; length++)
        {
            MemoryObjectStore cut = store.Fork();
            cut.Overwrite(LogFiles.ClassicCheckpoint(3), whole.AsSpan(0, length));
            Snapshot read = (await DeltaTable.OpenAsync(cut)).Snapshot;
            Assert.Equal(paths, Tables.Paths(read));
            Assert.Equal(4, read.TransactionVersion("job"));
            Assert.Equal(2, read.CheckpointVersion);
        }
    }

    [Fact]
    public async Task A_checkpoint_with_a_byte_changed_never_crashes_the_reader()
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: true);
        byte[] whole = await store.ReadAsync(LogFiles.ClassicCheckpoint(3));
        for (int at = 0; at < whole.Length; at += 7)
        {
            MemoryObjectStore changed = store.Fork();
            byte[] bytes = (byte[])whole.Clone();
            bytes[at] ^= 0xFF;
            changed.Overwrite(LogFiles.ClassicCheckpoint(3), bytes);

            // A flipped bit inside a value is past what Parquet's footer can tell; but the reader answers, or refuses by name.
            Exception? refusal = await Record.ExceptionAsync(() => DeltaTable.OpenAsync(changed));
            Assert.True(refusal is null or DeltaException, $"byte {at}: {refusal}");
        }

        Assert.Equal(4, paths.Length);
    }

    [Fact]
    public async Task A_hint_cut_off_at_any_byte_changes_nothing()
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: true);
        byte[] whole = await store.ReadAsync(LogFiles.LastCheckpoint);
        for (int length = 0; length < whole.Length; length++)
        {
            store.Overwrite(LogFiles.LastCheckpoint, whole.AsSpan(0, length));
            Assert.Equal(paths, Tables.Paths((await DeltaTable.OpenAsync(store)).Snapshot));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"3\"")]
    [InlineData("{}")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":4}")]
    [InlineData("{\"version\":2,\"parts\":7}")]
    [InlineData("{\"version\":99999999}")]
    [InlineData("{\"version\":-5}")]
    [InlineData("{\"version\":9223372036854775807}")]
    [InlineData("{\"version\":1e400}")]
    [InlineData("{\"version\":{}}")]
    [InlineData("\0\0\0\0")]
    public async Task A_hint_that_lies_changes_nothing(string hint)
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: true);
        store.Overwrite(LogFiles.LastCheckpoint, Encoding.UTF8.GetBytes(hint));
        Snapshot read = (await DeltaTable.OpenAsync(store)).Snapshot;
        Assert.Equal(4, read.Version);
        Assert.Equal(paths, Tables.Paths(read));
        Assert.Equal(2, (await (await DeltaTable.OpenAsync(store)).SnapshotAtAsync(2)).Files.Count);
    }

    [Fact]
    public async Task A_hint_to_a_damaged_checkpoint_falls_back_to_an_older_one_then_to_the_commits()
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: true);
        store.Overwrite(LogFiles.ClassicCheckpoint(3), "PAR1 not really"u8);
        Assert.Equal(2, (await DeltaTable.OpenAsync(store)).Snapshot.CheckpointVersion);
        store.Overwrite(LogFiles.ClassicCheckpoint(2), default);
        Snapshot read = (await DeltaTable.OpenAsync(store)).Snapshot;
        Assert.Equal(-1, read.CheckpointVersion);
        Assert.Equal(paths, Tables.Paths(read));
        await store.DeleteAsync(LogFiles.Commit(0));
        CorruptTableException refusal = await Assert.ThrowsAsync<CorruptTableException>(() => DeltaTable.OpenAsync(store));
        Assert.Contains("version 0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("checkpoint of version 3", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_missing_commit_that_no_checkpoint_covers_is_a_gap_and_refused()
    {
        (MemoryObjectStore store, _) = await TableAsync(withCheckpoint: false);
        for (int missing = 0; missing < 4; missing++)
        {
            MemoryObjectStore gap = store.Fork();
            await gap.DeleteAsync(LogFiles.Commit(missing));
            CorruptTableException refusal = await Assert.ThrowsAsync<CorruptTableException>(() => DeltaTable.OpenAsync(gap));
            Assert.Contains($"no entry for version {missing}", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Commits_before_a_checkpoint_are_not_missed()
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: true);
        await store.DeleteAsync(LogFiles.Commit(1));
        await store.DeleteAsync(LogFiles.LastCheckpoint);
        DeltaTable table = await DeltaTable.OpenAsync(store);
        Assert.Equal(paths, Tables.Paths(table.Snapshot));
        await Assert.ThrowsAsync<VersionNotFoundException>(() => table.SnapshotAtAsync(5));
        await Assert.ThrowsAsync<VersionNotFoundException>(() => table.SnapshotAtAsync(-1));
        await Assert.ThrowsAnyAsync<DeltaException>(() => table.SnapshotAtAsync(1));
    }

    [Fact]
    public async Task Foreign_files_in_the_log_folder_are_passed_over()
    {
        (MemoryObjectStore store, string[] paths) = await TableAsync(withCheckpoint: true);
        foreach (string name in (string[])["00000000000000000004.crc", ".00000000000000000004.json.crc", "00000000000000000009.json.tmp", "00000000000000000000.00000000000000000003.compacted.json",
            "_staged_commits/00000000000000000007.uuid.json", "_commits/00000000000000000007.json", "0.json", "zz", "00000000000000000004.checkpoint.0000000001.0000000002.parquet", "00000000000000000004.checkpoint.x.txt"])
        {
            store.Overwrite(LogFiles.Folder + name, "not for us"u8);
        }

        Snapshot read = (await DeltaTable.OpenAsync(store)).Snapshot;
        Assert.Equal(4, read.Version);
        Assert.Equal(paths, Tables.Paths(read));
    }

    [Fact]
    public async Task No_table_is_told_from_a_damaged_one()
    {
        MemoryObjectStore store = new();
        await Assert.ThrowsAsync<TableNotFoundException>(() => DeltaTable.OpenAsync(store));
        store.Overwrite("_delta_log/_last_checkpoint", "{\"version\":3}"u8);
        await Assert.ThrowsAsync<TableNotFoundException>(() => DeltaTable.OpenAsync(store));
        store.Overwrite(LogFiles.Commit(7), "{\"commitInfo\":{}}"u8);
        await Assert.ThrowsAsync<CorruptTableException>(() => DeltaTable.OpenAsync(store));
    }
}
