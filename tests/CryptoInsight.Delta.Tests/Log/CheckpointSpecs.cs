using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Log;

/// <summary>Checkpoints that this engine writes: the same state as the commits, and nothing that has expired.</summary>
public class CheckpointSpecs
{
    private static DeltaTableOptions Inline(ManualClock clock) => Tables.Options(clock) with { Upkeep = LogUpkeepMode.Inline, OnUpkeepFault = e => throw new InvalidOperationException("upkeep failed", e) };

    private static async Task DeleteCommitsAsync(MemoryObjectStore store, long upTo)
    {
        for (long version = 0; version <= upTo; version++)
        {
            await store.DeleteAsync(LogFiles.Commit(version));
        }
    }

    [Fact]
    public async Task The_state_is_the_same_with_and_without_the_commits()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options() with { Upkeep = LogUpkeepMode.Off }, ("delta.enableDeletionVectors", "true"), ("delta.feature.domainMetadata", "supported"));
        AddFile plain = Tables.Add("dt=2026-01-01/plain%20file.parquet") with { Tags = new Dictionary<string, string?> { ["a"] = "1", ["b"] = null }, BaseRowId = 5, DefaultRowCommitVersion = 1, ClusteringProvider = "liquid" };
        AddFile withVector = Tables.Add("v.parquet", dt: null!) with { DeletionVector = new DeletionVectorDescriptor("u", "ab^-aqEH.-t@S}K{vb[*k^", 4, 40, 6), Stats = null };
        await table.Committer.CommitAsync(Tables.Prepare(table, new CommitSpec("WRITE") { Transactions = [new AppTransaction("job", 3)] }, plain, withVector, new DomainMetadata("app.x", "{\"k\":1}", false)), default);
        await Tables.AppendAsync(table, "gone.parquet");
        await table.Committer.CommitAsync(Tables.Prepare(table, new CommitSpec("DELETE"), Tables.Remove(Tables.Add("gone.parquet"))), default);
        await table.CheckpointAsync();
        await DeleteCommitsAsync(store, 2);

        Snapshot read = (await DeltaTable.OpenAsync(store)).Snapshot;
        Assert.Equal(3, read.Version);
        Assert.Equal(3, read.CheckpointVersion);
        Assert.Equal(table.Snapshot.Protocol.ReaderFeatures, read.Protocol.ReaderFeatures);
        Assert.Equal(table.Snapshot.Protocol.WriterFeatures, read.Protocol.WriterFeatures);
        Assert.Equal(table.Snapshot.Metadata.SchemaString, read.Metadata.SchemaString);
        Assert.Equal(table.Snapshot.Metadata.Configuration, read.Metadata.Configuration);
        Assert.Equal(table.Snapshot.Metadata.PartitionColumns, read.Metadata.PartitionColumns);
        Assert.Equal(table.Snapshot.Metadata.CreatedTime, read.Metadata.CreatedTime);
        Assert.Equal(table.Snapshot.Schema, read.Schema);
        Assert.Equal(3, read.TransactionVersion("job"));
        Assert.Equal("{\"k\":1}", read.Domains["app.x"].Configuration);
        Assert.Equal(["dt=2026-01-01/plain%20file.parquet", "v.parquet"], Tables.Paths(read));
        AddFile first = read.FindFile(plain.Path)!;
        Assert.Equal(plain.Stats, first.Stats);
        Assert.Equal(plain.PartitionValues, first.PartitionValues);
        Assert.Equal(plain.Tags, first.Tags);
        Assert.Equal((plain.Size, plain.ModificationTime, plain.BaseRowId, plain.DefaultRowCommitVersion, plain.ClusteringProvider), (first.Size, first.ModificationTime, first.BaseRowId, first.DefaultRowCommitVersion, first.ClusteringProvider));
        AddFile second = read.FindFile("v.parquet")!;
        Assert.Equal(withVector.DeletionVector, second.DeletionVector);
        Assert.Null(second.Stats);
        Assert.Null(second.PartitionValues["dt"]);
    }

    [Fact]
    public async Task Tombstones_stay_until_they_expire_and_go_when_their_file_comes_back()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options(clock) with { Upkeep = LogUpkeepMode.Off });
        foreach (string path in (string[])["old", "back", "new"])
        {
            await Tables.AppendAsync(table, path);
        }

        long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
        Task RemoveAsync(string path) => table.Committer.CommitAsync(Tables.Prepare(table, new CommitSpec("DELETE"), Tables.Remove(Tables.Add(path)) with { DeletionTimestamp = Now() }), default);
        await RemoveAsync("old");
        await RemoveAsync("back");
        await table.CheckpointAsync();
        Assert.Equal(["back", "old"], await TombstonesAsync(table, 0));
        await Tables.AppendAsync(table, "back");
        clock.Advance(TimeSpan.FromDays(6));
        await RemoveAsync("new");
        await table.CheckpointAsync();
        Assert.Equal(["new", "old"], await TombstonesAsync(table, 0));
        clock.Advance(TimeSpan.FromDays(2));
        await Tables.AppendAsync(table, "x");
        await table.CheckpointAsync();
        Assert.Equal(["new"], await TombstonesAsync(table, 0));
        Assert.Equal(["back", "x"], Tables.Paths((await DeltaTable.OpenAsync(store)).Snapshot));
    }

    private static async Task<string[]> TombstonesAsync(DeltaTable table, long notBefore) =>
        [.. (await Tombstones.ReadAsync(table.Log, table.Snapshot, notBefore, default)).Select(r => r.Path).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Idle_positions_expire_only_where_the_table_says_so()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options(clock), ("delta.setTransactionRetentionDuration", "interval 1 day"));
        await table.CommitTransactionsAsync(new CommitSpec("WRITE") { Transactions = [new AppTransaction("old", 1)] });
        clock.Advance(TimeSpan.FromDays(2));
        await table.CommitTransactionsAsync(new CommitSpec("WRITE") { Transactions = [new AppTransaction("new", 1)] });
        await table.CheckpointAsync();
        await DeleteCommitsAsync(store, 2);
        Assert.Equal(["new"], (await DeltaTable.OpenAsync(store)).Snapshot.Transactions.Keys);
    }

    [Fact]
    public async Task A_checkpoint_comes_every_interval_and_the_hint_points_to_it()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await Tables.CreateAsync(store, Inline(clock), ("delta.checkpointInterval", "5"));
        for (int i = 0; i < 12; i++)
        {
            await Tables.AppendAsync(table, $"{i}.parquet");
        }

        Assert.Equal([LogFiles.ClassicCheckpoint(5), LogFiles.ClassicCheckpoint(10)], store.Keys.Where(k => k.Contains("checkpoint.", StringComparison.Ordinal)));
        Assert.Equal(10, await LastCheckpoint.ReadAsync(store, default));
        Assert.Equal(12, (await DeltaTable.OpenAsync(store)).Snapshot.Files.Count);
    }

    [Fact]
    public async Task Checkpoints_in_the_background_end_and_tell_their_faults()
    {
        List<Exception> faults = [];
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options() with { OnUpkeepFault = faults.Add });
        store.Faults = call => call.Operation == StoreOperation.Complete ? new StoreFault(StoreFaultKind.ErrorBefore) : StoreFault.None;
        for (int i = 0; i < 10; i++)
        {
            Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(table, $"{i}.parquet"));
        }

        await table.WhenIdleAsync();
        Assert.Same(Assert.Single(faults), table.UpkeepFault);
        store.Faults = null;
        await Tables.AppendAsync(table, "11.parquet");
        await table.WhenIdleAsync();
        Assert.Null(table.UpkeepFault);
        Assert.Contains(LogFiles.ClassicCheckpoint(11), store.Keys);
    }

    [Fact]
    public async Task A_log_of_commits_after_a_checkpoint_is_followed_in_steps_that_only_touch_changes()
    {
        // A naive model beside the persistent set: thousands of adds and removes, compared whole at every step.
        Random random = new(5);
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options() with { Upkeep = LogUpkeepMode.Off });
        HashSet<string> model = [];
        for (int round = 0; round < 400; round++)
        {
            List<DeltaAction> actions = [];
            foreach (string path in model.Where(_ => random.Next(12) == 0).Take(20).ToList())
            {
                actions.Add(Tables.Remove(Tables.Add(path)));
                model.Remove(path);
            }

            for (int i = random.Next(12); i >= 0; i--)
            {
                string path = $"{round}-{i}";
                actions.Add(Tables.Add(path));
                model.Add(path);
            }

            await table.Committer.CommitAsync(new PreparedCommit(table.Snapshot, actions, new CommitSpec("WRITE")) { Read = ReadSet.WholeTable }, default);
            Assert.Equal(model.Count, table.Snapshot.Files.Count);
            if (round % 40 == 39)
            {
                Assert.Equal(model.Order(StringComparer.Ordinal), Tables.Paths(table.Snapshot));
                Assert.All(model, path => Assert.NotNull(table.Snapshot.FindFile(path)));
            }
        }

        Assert.Equal(model.Order(StringComparer.Ordinal), Tables.Paths((await DeltaTable.OpenAsync(store)).Snapshot));
    }
}
