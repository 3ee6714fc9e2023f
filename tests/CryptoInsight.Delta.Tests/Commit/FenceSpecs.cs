using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Commit;

/// <summary>What may come between a plan and its commit: the fence matrix.</summary>
public class FenceSpecs
{
    private static readonly AppTransaction s_position = new("job", 7);

    private static CommitSpec Fenced(DeltaTable table) => new("MERGE") { Fence = new Fence(table.Snapshot.Version), Transactions = [s_position] };

    private static async Task<(DeltaTable Ours, DeltaTable Theirs, AddFile File)> TwoWritersAsync()
    {
        MemoryObjectStore store = new();
        DeltaTable ours = await Tables.CreateAsync(store);
        await Tables.AppendAsync(ours, "a.parquet");
        DeltaTable theirs = await DeltaTable.OpenAsync(store, Tables.Options(seed: 2));
        return (ours, theirs, ours.Snapshot.Files.Single());
    }

    [Fact]
    public async Task Nothing_in_between_commits()
    {
        (DeltaTable ours, _, _) = await TwoWritersAsync();
        CommitOutcome outcome = await Tables.AppendAsync(ours, "b.parquet", Fenced(ours));
        Assert.Equal(2, Assert.IsType<CommitOutcome.Committed>(outcome).Version);
        Assert.Equal(7, ours.Snapshot.TransactionVersion("job"));
    }

    [Fact]
    public async Task A_blind_append_of_another_supersedes()
    {
        (DeltaTable ours, DeltaTable theirs, _) = await TwoWritersAsync();
        CommitSpec spec = Fenced(ours);
        await Tables.AppendAsync(theirs, "b.parquet");
        CommitOutcome.Superseded superseded = Assert.IsType<CommitOutcome.Superseded>(await Tables.AppendAsync(ours, "c.parquet", spec));
        Assert.Equal((1, 2), (superseded.BaseVersion, superseded.WinnerVersion));
        Assert.Equal(["a.parquet", "b.parquet"], Tables.Paths((await DeltaTable.OpenAsync(ours.Store)).Snapshot));
    }

    [Fact]
    public async Task A_position_without_rows_supersedes()
    {
        (DeltaTable ours, DeltaTable theirs, _) = await TwoWritersAsync();
        CommitSpec spec = Fenced(ours);
        await theirs.CommitTransactionsAsync(new CommitSpec("WRITE") { Transactions = [new AppTransaction("other", 1)] });
        Assert.IsType<CommitOutcome.Superseded>(await Tables.AppendAsync(ours, "c.parquet", spec));
    }

    [Fact]
    public async Task A_zombie_cannot_append_8_to_12_after_another_committed_10()
    {
        // The versions of a txn only grow here, and still the zombie must lose: positions are no fences.
        (DeltaTable zombie, DeltaTable successor, _) = await TwoWritersAsync();
        CommitSpec old = new("MERGE") { Fence = new Fence(1), Transactions = [new AppTransaction("job", 12)] };
        await Tables.AppendAsync(successor, "b.parquet", new CommitSpec("MERGE") { Fence = new Fence(1), Transactions = [new AppTransaction("job", 10)] });
        Assert.IsType<CommitOutcome.Superseded>(await Tables.AppendAsync(zombie, "c.parquet", old));
    }

    [Fact]
    public async Task Maintenance_in_between_commits()
    {
        (DeltaTable ours, DeltaTable theirs, AddFile file) = await TwoWritersAsync();
        CommitSpec spec = Fenced(ours);
        await theirs.Committer.CommitAsync(Tables.Prepare(theirs, new CommitSpec("OPTIMIZE"), Tables.Remove(file, dataChange: false), Tables.Add("a2.parquet", dataChange: false)), default);
        Assert.Equal(3, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(ours, "c.parquet", spec)).Version);
        Assert.Equal(["a2.parquet", "c.parquet"], Tables.Paths(ours.Snapshot));
    }

    [Fact]
    public async Task After_maintenance_moved_the_files_the_rows_are_found_again()
    {
        (DeltaTable ours, DeltaTable theirs, AddFile file) = await TwoWritersAsync();
        PreparedCommit prepared = Tables.Prepare(ours, Fenced(ours), Tables.Remove(file), Tables.Add("b.parquet")) with { Read = new ReadSet { Files = [file.Path] } };
        await theirs.Committer.CommitAsync(Tables.Prepare(theirs, new CommitSpec("OPTIMIZE"), Tables.Remove(file, dataChange: false), Tables.Add("a2.parquet", dataChange: false)), default);
        int asked = 0;
        prepared = prepared with
        {
            Rebase = (newest, _) =>
            {
                asked++;
                AddFile moved = newest.Files.Single();
                return Task.FromResult<PreparedCommit?>(prepared with { Base = newest, Actions = [Tables.Remove(moved), Tables.Add("b.parquet")], Read = new ReadSet { Files = [moved.Path] } });
            },
        };
        Assert.Equal(3, Assert.IsType<CommitOutcome.Committed>(await ours.Committer.CommitAsync(prepared, default)).Version);
        Assert.Equal(1, asked);
        Assert.Equal(["b.parquet"], Tables.Paths(ours.Snapshot));
    }

    [Fact]
    public async Task After_maintenance_moved_the_files_a_commit_that_cannot_find_them_again_conflicts()
    {
        (DeltaTable ours, DeltaTable theirs, AddFile file) = await TwoWritersAsync();
        PreparedCommit prepared = Tables.Prepare(ours, Fenced(ours), Tables.Remove(file), Tables.Add("b.parquet")) with { Read = new ReadSet { Files = [file.Path] } };
        await theirs.Committer.CommitAsync(Tables.Prepare(theirs, new CommitSpec("OPTIMIZE"), Tables.Remove(file, dataChange: false), Tables.Add("a2.parquet", dataChange: false)), default);
        Assert.IsType<CommitOutcome.Conflict>(await ours.Committer.CommitAsync(prepared, default));
    }

    [Fact]
    public async Task A_schema_change_in_between_supersedes()
    {
        (DeltaTable ours, DeltaTable theirs, _) = await TwoWritersAsync();
        CommitSpec spec = Fenced(ours);
        Metadata changed = theirs.Snapshot.Metadata with { Description = "changed" };
        await theirs.Committer.CommitAsync(Tables.Prepare(theirs, new CommitSpec("SET TBLPROPERTIES"), changed), default);
        Assert.IsType<CommitOutcome.Superseded>(await Tables.AppendAsync(ours, "c.parquet", spec));
    }

    [Fact]
    public async Task A_fence_for_one_application_lets_blind_appends_of_others_through()
    {
        (DeltaTable ours, DeltaTable theirs, _) = await TwoWritersAsync();
        CommitSpec spec = new("WRITE") { Fence = new Fence(1) { OnlyForAppIds = ["job"] }, Transactions = [s_position] };
        await Tables.AppendAsync(theirs, "b.parquet", new CommitSpec("WRITE") { Transactions = [new AppTransaction("ingest", 1)] });
        Assert.Equal(3, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(ours, "c.parquet", spec)).Version);
    }

    [Fact]
    public async Task A_fence_for_one_application_breaks_when_its_position_moved()
    {
        (DeltaTable ours, DeltaTable theirs, _) = await TwoWritersAsync();
        CommitSpec spec = new("WRITE") { Fence = new Fence(1) { OnlyForAppIds = ["job"] }, Transactions = [s_position] };
        await Tables.AppendAsync(theirs, "b.parquet", new CommitSpec("WRITE") { Transactions = [new AppTransaction("job", 3)] });
        Assert.IsType<CommitOutcome.Superseded>(await Tables.AppendAsync(ours, "c.parquet", spec));
    }

    [Fact]
    public async Task Versions_that_the_preparation_saw_but_the_plan_did_not_count_too()
    {
        (DeltaTable ours, DeltaTable theirs, _) = await TwoWritersAsync();
        await Tables.AppendAsync(theirs, "b.parquet");
        await ours.RefreshAsync();
        CommitSpec plannedAtVersion1 = new("MERGE") { Fence = new Fence(1), Transactions = [s_position] };
        Assert.IsType<CommitOutcome.Superseded>(await Tables.AppendAsync(ours, "c.parquet", plannedAtVersion1));
    }

    [Fact]
    public async Task A_fence_ahead_of_the_table_is_superseded()
    {
        (DeltaTable ours, _, _) = await TwoWritersAsync();
        Assert.IsType<CommitOutcome.Superseded>(await Tables.AppendAsync(ours, "c.parquet", new CommitSpec("MERGE") { Fence = new Fence(99) }));
    }

    [Fact]
    public async Task A_fence_whose_versions_are_cleaned_is_superseded()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store);
        await Tables.AppendAsync(table, "a.parquet");
        await Tables.AppendAsync(table, "b.parquet");
        DeltaTable reopened = await DeltaTable.OpenAsync(store, Tables.Options(seed: 3));
        await store.DeleteAsync(LogFiles.Commit(1));
        Assert.IsType<CommitOutcome.Superseded>(await Tables.AppendAsync(reopened, "c.parquet", new CommitSpec("MERGE") { Fence = new Fence(0) }));
    }

    [Fact]
    public async Task Bookmarks_never_go_back()
    {
        (DeltaTable ours, DeltaTable theirs, _) = await TwoWritersAsync();
        await Tables.AppendAsync(theirs, "b.parquet", new CommitSpec("WRITE") { Transactions = [new AppTransaction("ingest", 10)], KeepGreatestPosition = true });
        Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(ours, "c.parquet", new CommitSpec("WRITE") { Transactions = [new AppTransaction("ingest", 4)], KeepGreatestPosition = true }));
        Assert.Equal(10, ours.Snapshot.TransactionVersion("ingest"));
    }
}
