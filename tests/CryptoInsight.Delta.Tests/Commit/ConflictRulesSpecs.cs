using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Commit;

/// <summary>The conflict matrix: who may follow whom.</summary>
public class ConflictRulesSpecs
{
    private static readonly AddFile s_a = Tables.Add("a", dt: "2026-01-01");
    private static readonly AddFile s_b = Tables.Add("b", dt: "2026-01-02");
    private static readonly DeletionVectorDescriptor s_vector = new("u", "ab^-aqEH.-t@S}K{vb[*k^", 4, 40, 6);

    private static async Task<Snapshot> BaseAsync(string? level = null)
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore(), null, level is null ? [] : [("delta.isolationLevel", level)]);
        await table.Committer.CommitAsync(Tables.Prepare(table, new CommitSpec("WRITE"), s_a, s_b), default);
        return table.Snapshot;
    }

    private static LogCommit Winner(bool? isBlindAppend, params DeltaAction[] actions) => LogCommit.Of(2, actions, new CommitFacts(null, null, "w", isBlindAppend, null, null));

    private static PreparedCommit Append(Snapshot s) => new(s, [Tables.Add("new")], new CommitSpec("WRITE"));

    private static PreparedCommit Rewrite(Snapshot s, AddFile file) => new(s, [Tables.Remove(file), Tables.Add("rewritten")], new CommitSpec("UPDATE"))
    {
        Read = new ReadSet { Files = [file.Path], Covers = added => added.PartitionValues["dt"] == file.PartitionValues["dt"] },
    };

    private static PreparedCommit Compact(Snapshot s, AddFile file) => new(s, [Tables.Remove(file, dataChange: false), Tables.Add("compacted", dataChange: false)], new CommitSpec("OPTIMIZE"))
    {
        Read = new ReadSet { Files = [file.Path] },
    };

    private static ConflictKind? Check(PreparedCommit ours, LogCommit winner) => ConflictRules.Check(ours, winner, ConflictRules.LevelFor(ours, ours.Base.Metadata))?.Kind;

    [Fact]
    public async Task An_insert_follows_inserts_rewrites_and_compaction()
    {
        Snapshot s = await BaseAsync();
        Assert.Null(Check(Append(s), Winner(true, Tables.Add("x"))));
        Assert.Null(Check(Append(s), Winner(false, Tables.Remove(s_a), Tables.Add("x"))));
        Assert.Null(Check(Append(s), Winner(false, Tables.Remove(s_a, dataChange: false), Tables.Add("x", dataChange: false))));
    }

    [Fact]
    public async Task Nothing_follows_a_change_of_protocol_or_metadata()
    {
        Snapshot s = await BaseAsync();
        foreach (PreparedCommit ours in (PreparedCommit[])[Append(s), Rewrite(s, s_a), Compact(s, s_a)])
        {
            Assert.Equal(ConflictKind.ProtocolChanged, Check(ours, Winner(false, s.Protocol)));
            Assert.Equal(ConflictKind.MetadataChanged, Check(ours, Winner(false, s.Metadata)));
        }
    }

    [Fact]
    public async Task A_rewrite_minds_files_that_appear_where_it_looked_and_only_there()
    {
        Snapshot s = await BaseAsync();
        Assert.Equal(ConflictKind.ConcurrentAppend, Check(Rewrite(s, s_a), Winner(true, Tables.Add("x", dt: "2026-01-01"))));
        Assert.Null(Check(Rewrite(s, s_a), Winner(true, Tables.Add("x", dt: "2026-01-02"))));
    }

    [Fact]
    public async Task An_edit_that_found_no_row_minds_rows_that_appear_where_it_looked()
    {
        Snapshot s = await BaseAsync();
        PreparedCommit found = Rewrite(s, s_a) with { Actions = [] };
        Assert.Equal(ConflictKind.ConcurrentAppend, Check(found, Winner(true, Tables.Add("x", dt: "2026-01-01"))));
        Assert.Null(Check(found, Winner(true, Tables.Add("x", dt: "2026-01-02"))));
        Assert.Null(Check(found, Winner(false, Tables.Remove(s_b, dataChange: false), Tables.Add("x", dataChange: false))));
    }

    [Fact]
    public async Task Under_write_serializable_blind_appends_slip_in_and_rewrites_do_not()
    {
        Snapshot s = await BaseAsync("WriteSerializable");
        Assert.Null(Check(Rewrite(s, s_a), Winner(true, Tables.Add("x"))));
        Assert.Null(Check(Rewrite(s, s_a), Winner(null, Tables.Add("x"))));
        Assert.Equal(ConflictKind.ConcurrentAppend, Check(Rewrite(s, s_a), Winner(false, Tables.Add("x"))));
        Assert.Equal(ConflictKind.ConcurrentAppend, Check(Rewrite(s, s_a), Winner(null, Tables.Remove(s_b), Tables.Add("x"))));
    }

    [Fact]
    public async Task A_rewrite_minds_that_its_file_is_gone_whatever_took_it()
    {
        Snapshot s = await BaseAsync();
        Assert.Equal(ConflictKind.ConcurrentDeleteRead, Check(Rewrite(s, s_a), Winner(false, Tables.Remove(s_a))));
        Assert.Equal(ConflictKind.ConcurrentDeleteRead, Check(Rewrite(s, s_a), Winner(false, Tables.Remove(s_a, dataChange: false), Tables.Add("x", dataChange: false))));
        Assert.Equal(ConflictKind.ConcurrentDeleteRead, Check(Rewrite(s, s_a) with { Read = new ReadSet { Files = [s_a.Path] } }, Winner(false, Tables.Remove(s_a), s_a with { DeletionVector = s_vector })));
        Assert.Null(Check(Rewrite(s, s_a), Winner(false, Tables.Remove(s_b))));
    }

    [Fact]
    public async Task Two_compactions_of_one_file_conflict_and_of_different_files_do_not()
    {
        Snapshot s = await BaseAsync();
        LogCommit other = Winner(false, Tables.Remove(s_a, dataChange: false), Tables.Add("x", dataChange: false));
        Assert.Equal(ConflictKind.ConcurrentDeleteRead, Check(Compact(s, s_a), other));
        Assert.Equal(ConflictKind.ConcurrentDeleteDelete, Check(Compact(s, s_a) with { Read = ReadSet.Nothing }, other));
        Assert.Null(Check(Compact(s, s_b), other));
    }

    [Fact]
    public async Task Compaction_minds_no_appends_even_where_it_read_all()
    {
        Snapshot s = await BaseAsync();
        PreparedCommit all = Compact(s, s_a) with { Read = new ReadSet { Files = [s_a.Path, s_b.Path], Covers = _ => true } };
        Assert.Null(Check(all, Winner(true, Tables.Add("x"))));
    }

    [Fact]
    public async Task Whoever_read_the_whole_table_minds_every_append_and_every_removal()
    {
        Snapshot s = await BaseAsync();
        PreparedCommit ours = new(s, [Tables.Add("new")], new CommitSpec("INSERT SELECT")) { Read = ReadSet.WholeTable };
        Assert.Equal(ConflictKind.ConcurrentAppend, Check(ours, Winner(true, Tables.Add("x"))));
        Assert.Equal(ConflictKind.ConcurrentDeleteRead, Check(ours, Winner(false, Tables.Remove(s_b))));
        Assert.Null(Check(ours, Winner(false, new AppTransaction("other", 1))));
    }

    [Fact]
    public async Task Files_are_the_same_in_every_spelling()
    {
        Snapshot s = await BaseAsync();
        PreparedCommit ours = Rewrite(s, s_a) with { Read = new ReadSet { Files = ["dt=1/a%20b"] } };
        Assert.Equal(ConflictKind.ConcurrentDeleteRead, Check(ours, Winner(false, new RemoveFile("dt=1/a b", true))));
    }

    [Fact]
    public async Task One_position_has_one_mover_but_bookmarks_of_blind_appends_may_meet()
    {
        Snapshot s = await BaseAsync();
        CommitSpec spec = new("MERGE") { Transactions = [new AppTransaction("job", 2)] };
        LogCommit winner = Winner(true, new AppTransaction("job", 1));
        Assert.Equal(ConflictKind.ConcurrentTransaction, Check(Rewrite(s, s_a) with { Spec = spec }, winner));
        Assert.Null(Check(Append(s) with { Spec = spec }, winner));
    }

    [Fact]
    public async Task Two_writers_of_one_domain_conflict()
    {
        Snapshot s = await BaseAsync();
        PreparedCommit ours = new(s, [new DomainMetadata("app.x", "1", false)], new CommitSpec("SET"));
        Assert.Equal(ConflictKind.DomainChanged, Check(ours, Winner(true, new DomainMetadata("app.x", "2", false))));
        Assert.Null(Check(ours, Winner(true, new DomainMetadata("app.y", "2", false))));
    }

    [Fact]
    public async Task Rebasing_a_rewrite_over_a_rewrite_of_another_partition_keeps_both()
    {
        MemoryObjectStore store = new();
        DeltaTable ours = await Tables.CreateAsync(store);
        await ours.Committer.CommitAsync(Tables.Prepare(ours, new CommitSpec("WRITE"), s_a, s_b), default);
        DeltaTable theirs = await DeltaTable.OpenAsync(store, Tables.Options(seed: 2));
        PreparedCommit prepared = Rewrite(ours.Snapshot, s_a);
        await theirs.Committer.CommitAsync(new PreparedCommit(theirs.Snapshot, [Tables.Remove(s_b), Tables.Add("b2", dt: "2026-01-02")], new CommitSpec("UPDATE")) { Read = new ReadSet { Files = ["b"] } }, default);
        Assert.Equal(3, Assert.IsType<CommitOutcome.Committed>(await ours.Committer.CommitAsync(prepared, default)).Version);
        Assert.Equal(["b2", "rewritten"], Tables.Paths(ours.Snapshot));
    }

    [Fact]
    public async Task A_commit_that_breaks_the_rules_of_a_log_entry_or_of_the_table_is_refused_before_it_is_written()
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore(), null, ("delta.appendOnly", "true"));
        await Tables.AppendAsync(table, "a");
        Task<CommitOutcome> CommitAsync(params DeltaAction[] actions) => table.Committer.CommitAsync(Tables.Prepare(table, new CommitSpec("X"), actions), default);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => CommitAsync(Tables.Remove(s_a)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(Tables.Add("x"), Tables.Add("x")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(Tables.Add("x y"), Tables.Add("x%20y")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(Tables.Add("x") with { DeletionVector = s_vector }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(new AddCdcFile("c", s_a.PartitionValues, 1)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => CommitAsync(new DomainMetadata("d", "", false)));
        Assert.Equal(1, table.Snapshot.Version);

        // Maintenance of an append-only table is lawful: no row changes.
        Assert.IsType<CommitOutcome.Committed>(await CommitAsync(Tables.Remove(s_a, dataChange: false), Tables.Add("a2", dataChange: false)));
    }

    [Fact]
    public async Task A_commit_of_nothing_makes_no_version()
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore());
        Assert.Equal(0, Assert.IsType<CommitOutcome.Nothing>(await table.CommitTransactionsAsync(new CommitSpec("WRITE"))).Version);
    }
}
