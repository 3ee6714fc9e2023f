using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using Rows = System.Collections.Immutable.ImmutableSortedDictionary<long, CryptoInsight.Delta.Tests.Campaigns.StageRow>;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>A job with a position: its operations land once each, whatever the store says.</summary>
internal abstract class PositionedWriter(StageWorld world, string name, int operations) : StageActor(name)
{
    private const int AttemptsMax = 200;
    private long _next;
    private int _attempt;

    protected StageWorld World { get; } = world;

    /// <summary>Plans operation <paramref name="number"/>; asked once for each, so that a retry means the same.</summary>
    protected abstract Func<DeltaTable, CommitSpec, Task<CommitOutcome>> Plan(long number);

    /// <summary>The fence of this writer's operations.</summary>
    protected abstract Fence? FenceFor(long number, Snapshot snapshot);

    /// <summary>Whether an operation that nobody's crash or fault disturbed may come to nothing.</summary>
    protected abstract void CheckRefusal(CommitOutcome outcome, Snapshot began);

    private readonly Dictionary<long, Func<DeltaTable, CommitSpec, Task<CommitOutcome>>> _plans = [];

    protected override async Task LiveAsync()
    {
        StagedStore store = new(World, this);
        DeltaTable table = await OpenAsync(store).ConfigureAwait(false);
        while (_next < operations)
        {
            Assert.True(_attempt < AttemptsMax, $"{Name} does not get through.");
            await store.PauseAsync($"begin {_next}").ConfigureAwait(false);
            OperationBeganAt = World.Clock.GetUtcNow();
            try
            {
                // What landed before a crash, or after an unknown outcome, shows in the table's position.
                if (World.Bug != PlantedBug.BlindRetry && (table.Snapshot.TransactionVersion(Name) ?? -1) >= _next)
                {
                    Assert.True(World.Oracle.HasLanded(Name, _next));
                    _next++;
                }
                else if (!await TryAsync(table).ConfigureAwait(false))
                {
                    await table.RefreshAsync().ConfigureAwait(false);
                }
            }
            catch (CommitStateUnknownException e) when (e.InnerException is StageFaultException)
            {
                World.Counts.Unknown++;
                table = await OpenAsync(store).ConfigureAwait(false);
            }
            catch (StageFaultException)
            {
                // The store failed, and the commit surely did not land: again.
            }

            OperationBeganAt = null;
        }
    }

    private async Task<bool> TryAsync(DeltaTable table)
    {
        if (!_plans.TryGetValue(_next, out Func<DeltaTable, CommitSpec, Task<CommitOutcome>>? plan))
        {
            _plans.Add(_next, plan = Plan(_next));
        }

        string attempt = $"{Name}/{_next}/{_attempt++}";
        Snapshot began = table.Snapshot;
        Fence? fence = World.Bug == PlantedBug.BlindRetry ? null : FenceFor(_next, began);
        CommitSpec spec = new(GetType().Name) { Transactions = [new AppTransaction(Name, _next)], UserMetadata = attempt, Fence = fence };
        try
        {
            CommitOutcome outcome = await plan(table, spec).ConfigureAwait(false);
            if (outcome is CommitOutcome.Committed committed)
            {
                World.Oracle.Confirm(attempt, committed.Version);
                _next++;
                return true;
            }

            World.Oracle.Disown(attempt);
            World.Counts.Superseded++;
            CheckRefusal(outcome, began);
            return false;
        }
        catch (MissingFileException) when (World.Oracle.IsPastRetention(began.Version, World.VacuumCutoff))
        {
            World.Oracle.Disown(attempt);
            return false;
        }
        catch (StageFaultException)
        {
            World.Oracle.Disown(attempt);
            throw;
        }
    }

    protected async Task<DeltaTable> OpenAsync(StagedStore store)
    {
        while (true)
        {
            try
            {
                return await DeltaTable.OpenAsync(store, World.Options(this)).ConfigureAwait(false);
            }
            catch (StageFaultException)
            {
                await store.PauseAsync("open again").ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether a commit between two versions is more than maintenance, by what really landed.</summary>
    protected bool WasReal(long afterVersion, long toVersion) =>
        Enumerable.Range((int)afterVersion + 1, (int)(Math.Min(toVersion, World.Oracle.Newest) - afterVersion)).Any(v => !World.Oracle.Commits[v].IsMaintenance);
}

/// <summary>Appends rows blindly; nobody may make it fail.</summary>
internal sealed class Appender(StageWorld world, string name, Random random, long firstId, int operations) : PositionedWriter(world, name, operations)
{
    private long _id = firstId;

    protected override Func<DeltaTable, CommitSpec, Task<CommitOutcome>> Plan(long number)
    {
        StageRow[] rows = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => new StageRow(_id++, $"p{random.Next(3)}", random.Next(100), random.Next(4) == 0 ? null : Name))];
        World.Oracle.Plan(Name, number, (_, state) => state.AddRange(rows.Select(static r => KeyValuePair.Create(r.Id, r))));
        World.Counts.Appends++;
        return (table, spec) => table.AppendAsync([StageWorld.Batch(rows)], spec);
    }

    // Where a put may land long after it failed, a blind append needs a fence against itself.
    protected override Fence? FenceFor(long number, Snapshot snapshot) =>
        World.Faults.LatePuts ? new Fence(snapshot.Version) { OnlyForAppIds = [Name] } : null;

    protected override void CheckRefusal(CommitOutcome outcome, Snapshot began) =>
        Assert.True(World.Faults.LatePuts && outcome is CommitOutcome.Superseded, $"an append failed: {outcome}");
}

/// <summary>Upserts, merges, updates, deletes, overwrites and restores; fenced by version, or rebased by the conflict rules.</summary>
internal sealed class Merger(StageWorld world, string name, Random random, long firstId, int operations) : PositionedWriter(world, name, operations)
{
    private long _id = firstId;

    protected override Func<DeltaTable, CommitSpec, Task<CommitOutcome>> Plan(long number)
    {
        World.Counts.Merges++;
        (Func<TableOracle, Rows, Rows> model, Func<DeltaTable, CommitSpec, Task<CommitOutcome>> run) = random.Next(12) switch
        {
            < 5 => Upsert(number),
            < 7 => Merge(number),
            7 => Update(),
            8 or 9 => Delete(),
            10 => Replace(),

            // Which version is young enough changes while a late put is under way: no RESTORE then.
            _ => World.Faults.LatePuts ? Replace() : Restore(),
        };
        World.Oracle.Plan(Name, number, model);
        return run;
    }

    protected override Fence? FenceFor(long number, Snapshot snapshot) =>
        number % 2 == 0 ? new Fence(snapshot.Version)
        : World.Faults.LatePuts ? new Fence(snapshot.Version) { OnlyForAppIds = [Name] }
        : null;

    protected override void CheckRefusal(CommitOutcome outcome, Snapshot began)
    {
        bool isRight = outcome switch
        {
            // Where the log of the winners is gone nobody can tell what they did.
            CommitOutcome.Superseded s => s.BaseVersion == began.Version && (WasReal(began.Version, s.WinnerVersion) || IsCleaned(s.WinnerVersion)),
            CommitOutcome.Conflict => IsCleaned(began.Version + 1),
            _ => false,
        };
        Assert.True(isRight, $"{Name} was refused for no reason: {outcome}");
    }

    private bool IsOld(long version)
    {
        DateTimeOffset young = World.Clock.GetUtcNow() - (StageWorld.FileRetention * 0.1);
        return World.Oracle.IsPastRetention(version, young) || World.Oracle.Commits[(int)version + 1].Facts.Timestamp < young.ToUnixTimeMilliseconds();
    }

    private bool IsCleaned(long version) => World.Objects.FindAsync(LogFiles.Commit(version)).GetAwaiter().GetResult() is null;

    // Rows that are there, whoever wrote them, or keys of the first rows; never one that an appender has yet to write.
    private long SomeId()
    {
        Rows rows = World.Oracle.States[^1];
        return rows.Count == 0 || random.Next(3) == 0 ? random.Next(12) : rows.ElementAt(random.Next(rows.Count)).Key;
    }

    private StageRow[] SomeRows(long number, int countMax) =>
        [.. Enumerable.Range(0, random.Next(1, countMax)).Select(_ => SomeId()).Distinct().Select(id => new StageRow(id, $"p{random.Next(3)}", (number * 100) + random.Next(100), random.Next(3) == 0 ? null : $"{Name}.{number}"))];

    private (Func<TableOracle, Rows, Rows>, Func<DeltaTable, CommitSpec, Task<CommitOutcome>>) Upsert(long number)
    {
        StageRow[] upserts = SomeRows(number, 7);
        long[] deletes = [.. Enumerable.Range(0, random.Next(3)).Select(_ => SomeId()).Distinct().Except(upserts.Select(static r => r.Id))];
        StageRow[] inserts = random.Next(3) == 0 ? [new StageRow(_id++, "p0", 1, "insert")] : [];
        RowChanges changes = new(["id"])
        {
            Upserts = [StageWorld.Batch(upserts)],
            Inserts = inserts.Length > 0 ? [StageWorld.Batch(inserts)] : [],
            Deletes = [Data.RowBatches.Of(new Delta.Schema.StructType([StageWorld.Schema.Fields[0]]), [.. deletes.Select(static d => new object?[] { d })])],
        };
        return ((_, state) => state.RemoveRange(deletes).SetItems(upserts.Concat(inserts).Select(static r => KeyValuePair.Create(r.Id, r))), (table, spec) => table.UpsertAsync(changes, spec));
    }

    private (Func<TableOracle, Rows, Rows>, Func<DeltaTable, CommitSpec, Task<CommitOutcome>>) Merge(long number)
    {
        StageRow[] source = SomeRows(number, 6);
        MergeSpec merge = new(["id"], [StageWorld.Batch(source)])
        {
            WhenMatched =
            [
                MergeClause.Delete((_, s) => [.. StageWorld.RowsOf(s!).Select(static r => r.Val % 3 == 0)]),
                MergeClause.Write((t, s) => StageWorld.Batch([.. StageWorld.RowsOf(t!).Zip(StageWorld.RowsOf(s!), static (a, b) => a with { Val = a.Val + b.Val, Note = b.Note })])),
            ],
            WhenNotMatched = [MergeClause.WriteSource()],
        };
        return ((_, state) =>
        {
            foreach (StageRow row in source)
            {
                state = !state.TryGetValue(row.Id, out StageRow? old) ? state.Add(row.Id, row)
                    : row.Val % 3 == 0 ? state.Remove(row.Id)
                    : state.SetItem(row.Id, old with { Val = old.Val + row.Val, Note = row.Note });
            }

            return state;
        }, (table, spec) => table.MergeAsync(merge, spec));
    }

    private (Predicate Where, Func<StageRow, bool> Holds) SomeCondition()
    {
        string part = $"p{random.Next(3)}";
        long limit = random.Next(120);
        return random.Next(3) switch
        {
            0 => (new Predicate.Compare("val", Comparison.Less, limit), r => r.Val < limit),
            1 => (Predicate.All(Predicate.Equal("part", part), new Predicate.Compare("val", Comparison.GreaterOrEqual, limit)), r => r.Part == part && r.Val >= limit),
            _ => (Predicate.Equal("part", part), r => r.Part == part),
        };
    }

    private (Func<TableOracle, Rows, Rows>, Func<DeltaTable, CommitSpec, Task<CommitOutcome>>) Update()
    {
        (Predicate where, Func<StageRow, bool> holds) = SomeCondition();
        return ((_, state) => state.SetItems(state.Where(r => holds(r.Value)).Select(static r => KeyValuePair.Create(r.Key, r.Value with { Val = r.Value.Val + 1, Note = "updated" }))),
            (table, spec) => table.UpdateAsync(where, static rows => StageWorld.Batch([.. StageWorld.RowsOf(rows).Select(static r => r with { Val = r.Val + 1, Note = "updated" })]), spec));
    }

    private (Func<TableOracle, Rows, Rows>, Func<DeltaTable, CommitSpec, Task<CommitOutcome>>) Delete()
    {
        (Predicate where, Func<StageRow, bool> holds) = SomeCondition();
        return ((_, state) => state.RemoveRange(state.Where(r => holds(r.Value)).Select(static r => r.Key)), (table, spec) => table.DeleteAsync(where, spec));
    }

    private (Func<TableOracle, Rows, Rows>, Func<DeltaTable, CommitSpec, Task<CommitOutcome>>) Replace()
    {
        string part = $"p{random.Next(3)}";
        StageRow[] rows = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => new StageRow(_id++, part, random.Next(100), "replaced"))];
        return ((_, state) => state.RemoveRange(state.Where(r => r.Value.Part == part).Select(static r => r.Key)).AddRange(rows.Select(static r => KeyValuePair.Create(r.Id, r))),
            (table, spec) => table.OverwriteAsync([StageWorld.Batch(rows)], Predicate.Equal("part", part), spec));
    }

    // Only to a version that is surely young enough: what VACUUM may take while RESTORE runs is not RESTORE's to find.
    private (Func<TableOracle, Rows, Rows>, Func<DeltaTable, CommitSpec, Task<CommitOutcome>>) Restore()
    {
        long version = -1;
        return ((oracle, state) => oracle.States[(int)version], (table, spec) =>
        {
            version = Math.Max(World.Oracle.Newest - random.Next(3), 0);
            while (version < World.Oracle.Newest && IsOld(version))
            {
                version++;
            }

            return table.RestoreAsync(version, null, spec);
        });
    }
}
