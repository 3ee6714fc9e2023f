using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Commit;

/// <summary>The documented conflict matrix, cell by cell and level by level. "Loser" is who comes second and asks whether it may follow.</summary>
public class IsolationSpecs
{
    private static readonly AddFile s_mine = Tables.Add("mine", dt: "2026-01-01");
    private static readonly AddFile s_other = Tables.Add("other", dt: "2026-01-02");

    public enum Operation
    {
        Insert,
        Rewrite,
        Compaction,
    }

    /// <summary>Loser, winner, level; whether they conflict in the same partition with the same files, and in different partitions.</summary>
    public static TheoryData<Operation, Operation, IsolationLevel, bool, bool> Cells()
    {
        TheoryData<Operation, Operation, IsolationLevel, bool, bool> cells = [];
        foreach (IsolationLevel level in Enum.GetValues<IsolationLevel>())
        {
            // An insert reads nothing: it follows anything.
            cells.Add(Operation.Insert, Operation.Insert, level, false, false);
            cells.Add(Operation.Insert, Operation.Rewrite, level, false, false);
            cells.Add(Operation.Insert, Operation.Compaction, level, false, false);

            // UPDATE, DELETE and MERGE mind new rows where they looked, but for blind ones under WriteSerializable, and none under Snapshot.
            cells.Add(Operation.Rewrite, Operation.Insert, level, level == IsolationLevel.Serializable, false);
            cells.Add(Operation.Rewrite, Operation.Rewrite, level, true, false);
            cells.Add(Operation.Rewrite, Operation.Compaction, level, true, false);

            // Compaction minds its files and nothing else, whatever the level.
            cells.Add(Operation.Compaction, Operation.Insert, level, false, false);
            cells.Add(Operation.Compaction, Operation.Rewrite, level, true, false);
            cells.Add(Operation.Compaction, Operation.Compaction, level, true, false);
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_cell_of_the_matrix_holds_by_property_and_by_commit(Operation loser, Operation winner, IsolationLevel level, bool samePlace, bool elsewhere)
    {
        foreach (bool byProperty in (bool[])[true, false])
        {
            Snapshot s = await BaseAsync(byProperty ? level.ToString() : null);
            IsolationLevel? perCommit = byProperty ? null : level;
            Assert.Equal(samePlace, Conflicts(Ours(s, loser, perCommit), Winner(winner, s_mine)));
            Assert.Equal(elsewhere, Conflicts(Ours(s, loser, perCommit), Winner(winner, s_other)));
        }
    }

    [Fact]
    public async Task Under_every_level_what_was_read_and_is_gone_is_a_conflict()
    {
        foreach (IsolationLevel level in Enum.GetValues<IsolationLevel>())
        {
            Snapshot s = await BaseAsync(null);
            PreparedCommit readsAll = new(s, [Tables.Add("copy")], new CommitSpec("INSERT SELECT") { Isolation = level }) { Read = ReadSet.WholeTable };
            Assert.True(Conflicts(readsAll, Winner(Operation.Rewrite, s_other)));
            Assert.Equal(level == IsolationLevel.Serializable, Conflicts(readsAll, Winner(Operation.Insert, s_other)));
        }
    }

    [Theory]
    [InlineData("serializable", IsolationLevel.Serializable)]
    [InlineData("WriteSerializable", IsolationLevel.WriteSerializable)]
    [InlineData("SnapshotIsolation", IsolationLevel.Snapshot)]
    [InlineData("Snapshot", IsolationLevel.Snapshot)]
    public async Task The_property_is_read_in_every_spelling_and_goes_into_the_history(string text, IsolationLevel level)
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore(), null, ("delta.isolationLevel", text));
        PreparedCommit rewrite = Ours(table.Snapshot, Operation.Insert, null);
        Assert.Equal(level, ConflictRules.LevelFor(rewrite, table.Snapshot.Metadata));
        await table.Committer.CommitAsync(rewrite, default);
        CommitDescription newest = await First(table.HistoryAsync());
        Assert.Equal(level == IsolationLevel.Snapshot ? "SnapshotIsolation" : level.ToString(), newest.IsolationLevel);
    }

    [Fact]
    public async Task A_level_that_does_not_exist_is_refused_when_it_is_set_and_the_strictest_where_another_engine_set_it()
    {
        await Assert.ThrowsAsync<DeltaException>(() => Tables.CreateAsync(new MemoryObjectStore(), null, ("delta.isolationLevel", "Sloppy")));
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore());
        await Assert.ThrowsAsync<DeltaException>(() => table.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { ["delta.isolationLevel"] = "2" } }));
        Metadata foreign = table.Snapshot.Metadata with { Configuration = new Dictionary<string, string> { ["delta.isolationLevel"] = "Sloppy" } };
        Assert.Equal(IsolationLevel.Serializable, ConflictRules.LevelFor(Ours(table.Snapshot, Operation.Insert, null), foreign));
    }

    private static async Task<CommitDescription> First(IAsyncEnumerable<CommitDescription> history)
    {
        await foreach (CommitDescription commit in history)
        {
            return commit;
        }

        throw new InvalidOperationException("The history is empty.");
    }

    private static async Task<Snapshot> BaseAsync(string? level)
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore(), null, level is null ? [] : [("delta.isolationLevel", level)]);
        await table.Committer.CommitAsync(Tables.Prepare(table, new CommitSpec("WRITE"), s_mine, s_other), default);
        return table.Snapshot;
    }

    private static bool Conflicts(PreparedCommit ours, LogCommit winner) => ConflictRules.Check(ours, winner, ConflictRules.LevelFor(ours, ours.Base.Metadata)) is not null;

    private static PreparedCommit Ours(Snapshot s, Operation operation, IsolationLevel? level)
    {
        CommitSpec spec = new("X") { Isolation = level };
        ReadSet read = new() { Files = [s_mine.Path], Covers = added => added.PartitionValues["dt"] == "2026-01-01" };
        return operation switch
        {
            Operation.Insert => new PreparedCommit(s, [Tables.Add("new")], spec),
            Operation.Rewrite => new PreparedCommit(s, [Tables.Remove(s_mine), Tables.Add("rewritten")], spec) { Read = read },
            _ => new PreparedCommit(s, [Tables.Remove(s_mine, dataChange: false), Tables.Add("compacted", dataChange: false)], spec) { Read = read },
        };
    }

    private static LogCommit Winner(Operation operation, AddFile file)
    {
        DeltaAction[] actions = operation switch
        {
            Operation.Insert => [Tables.Add("theirs", dt: file.PartitionValues["dt"]!)],
            Operation.Rewrite => [Tables.Remove(file), Tables.Add("theirs", dt: file.PartitionValues["dt"]!)],
            _ => [Tables.Remove(file, dataChange: false), Tables.Add("theirs", dataChange: false, dt: file.PartitionValues["dt"]!)],
        };
        return LogCommit.Of(2, actions, new CommitFacts(null, null, "w", operation == Operation.Insert, null, null));
    }
}
