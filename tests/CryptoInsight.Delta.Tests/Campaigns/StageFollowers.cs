using System.Collections.Immutable;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>What every actor does that does not write rows: opens, works, and tries again when the store fails.</summary>
internal abstract class StageVisitor(StageWorld world, string name) : StageActor(name)
{
    protected StageWorld World { get; } = world;

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
}

/// <summary>Runs OPTIMIZE, with and without Z-order.</summary>
internal sealed class Compactor(StageWorld world, Random random, int runs) : StageVisitor(world, "compactor")
{
    private int _done;

    protected override async Task LiveAsync()
    {
        StagedStore store = new(World, this);
        DeltaTable table = await OpenAsync(store).ConfigureAwait(false);
        while (_done++ < runs)
        {
            await store.PauseAsync("begin OPTIMIZE").ConfigureAwait(false);
            OperationBeganAt = World.Clock.GetUtcNow();
            OptimizeSpec spec = new()
            {
                DeletedShareMax = random.Next(3) / 10.0,
                ZOrderBy = random.Next(3) == 0 ? ["val", "id"] : [],
                FileBytesTarget = random.Next(3) == 0 ? 4000 : 1 << 20,
            };
            try
            {
                OptimizeOutcome outcome = await table.OptimizeAsync(spec).ConfigureAwait(false);
                World.Counts.Compactions += outcome.PartitionsDone;
            }
            catch (StageFaultException)
            {
                // The next run does what this one could not.
            }
            catch (CommitStateUnknownException e) when (e.InnerException is StageFaultException)
            {
                World.Counts.Unknown++;
            }

            OperationBeganAt = null;
        }
    }
}

/// <summary>Runs VACUUM, checkpoints and log cleanup.</summary>
internal sealed class Janitor(StageWorld world, Random random, int runs) : StageVisitor(world, "janitor")
{
    private int _done;

    protected override async Task LiveAsync()
    {
        World.IsVacuuming = false;
        StagedStore store = new(World, this);
        DeltaTable table = await OpenAsync(store).ConfigureAwait(false);
        while (_done++ < runs)
        {
            await store.PauseAsync("begin upkeep").ConfigureAwait(false);
            try
            {
                switch (random.Next(4))
                {
                    case 0:
                        await table.CheckpointAsync().ConfigureAwait(false);
                        break;
                    case 1:
                        World.Counts.LogCleaned += (await table.CleanLogAsync(World.Bug == PlantedBug.CleanupIgnoresFollowers ? null : World.NeededFrom).ConfigureAwait(false)).FilesRemoved;
                        break;
                    default:
                        await VacuumAsync(table).ConfigureAwait(false);
                        break;
                }
            }
            catch (StageFaultException)
            {
                // The next run does what this one could not.
            }
            catch (VersionNotFoundException) when (!World.CanBeBuilt(table.Snapshot.Version))
            {
                // Held so long that its own version is cleaned by now.
                World.Counts.PastRetention++;
            }

            World.IsVacuuming = false;
        }
    }

    private async Task VacuumAsync(DeltaTable table)
    {
        World.IsVacuuming = true;
        VacuumSpec spec = new()
        {
            Full = random.Next(3) > 0,
            NeededFrom = World.Bug == PlantedBug.VacuumIgnoresReaders ? null : World.NeededFrom,
            Retention = World.Bug == PlantedBug.VacuumIgnoresRetention ? TimeSpan.Zero : null,
            AllowShortRetention = World.Bug == PlantedBug.VacuumIgnoresRetention,
        };
        World.Counts.Vacuumed += (await table.VacuumAsync(spec).ConfigureAwait(false)).Keys.Count;
    }
}

/// <summary>Scans a version while everything else goes on; gets exactly its rows, or a clear refusal where the retention has passed.</summary>
internal sealed class LongReader(StageWorld world, Random random, int scans) : StageVisitor(world, "reader")
{
    private int _done;

    protected override async Task LiveAsync()
    {
        StagedStore store = new(World, this);
        while (_done < scans)
        {
            // Registered before it looks: whatever version it gets is not older.
            if (World.ReadersRegister)
            {
                World.Register(Name, World.Oracle.Newest);
            }

            await store.PauseAsync("begin scan").ConfigureAwait(false);
            try
            {
                DeltaTable table = await DeltaTable.OpenAsync(store, World.Options(this)).ConfigureAwait(false);
                await ScanAsync(table, await SnapshotAsync(table).ConfigureAwait(false)).ConfigureAwait(false);
                _done++;
            }
            catch (StageFaultException)
            {
                // Again, from the newest version.
            }

            World.Unregister(Name);
        }
    }

    private async Task<Snapshot?> SnapshotAsync(DeltaTable table)
    {
        if (World.ReadersRegister || random.Next(2) == 0)
        {
            return table.Snapshot;
        }

        long version = random.NextInt64(table.Snapshot.Version + 1);
        try
        {
            return await table.SnapshotAtAsync(version).ConfigureAwait(false);
        }
        catch (VersionNotFoundException) when (!World.CanBeBuilt(version))
        {
            World.Counts.PastRetention++;
            return null;
        }
    }

    private async Task ScanAsync(DeltaTable table, Snapshot? snapshot)
    {
        if (snapshot is null)
        {
            return;
        }

        try
        {
            List<string> rows = await StageWorld.RowsAsync(table, snapshot).ConfigureAwait(false);
            Assert.Equal(StageWorld.Texts(World.Oracle.States[(int)snapshot.Version].Values), rows);
            World.Counts.Scans++;
        }
        catch (MissingFileException) when (!World.ReadersRegister && World.Oracle.IsPastRetention(snapshot.Version, World.VacuumCutoff))
        {
            World.Counts.PastRetention++;
        }
    }
}

/// <summary>Follows the table from version 0 and keeps a copy by the changes alone: it must equal every version in turn.</summary>
internal sealed class TailFollower(StageWorld world, Random random) : StageVisitor(world, "tail")
{
    private ImmutableSortedDictionary<string, int> _copy = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);
    private long _position;

    public override bool IsFollower => true;

    public long Position => _position;

    protected override async Task LiveAsync()
    {
        StagedStore store = new(World, this);
        Hold();
        DeltaTable table = await OpenAsync(store).ConfigureAwait(false);
        TableTail tail = new(table);
        while (true)
        {
            await store.PauseAsync("poll", () => World.Oracle.Newest > _position || World.Scheduler.OnlyFollowersLeft).ConfigureAwait(false);
            if (World.Oracle.Newest == _position && World.Scheduler.OnlyFollowersLeft)
            {
                return;
            }

            try
            {
                await StepAsync(table, tail).ConfigureAwait(false);
            }
            catch (StageFaultException)
            {
                // The copy moves version by version: nothing of a step that failed was kept.
            }

            Hold();
        }
    }

    private void Hold()
    {
        if (World.ReadersRegister)
        {
            World.Register(Name, _position);
        }
    }

    private async Task StepAsync(DeltaTable table, TableTail tail)
    {
        switch (await tail.ReadAfterAsync(_position, new TailLimits(random.Next(1, 5), random.Next(3) == 0 ? 3000 : long.MaxValue)).ConfigureAwait(false))
        {
            case TailStep.Versions step:
                Assert.Equal(_position, step.FromExclusive);
                try
                {
                    await FollowAsync(table, step).ConfigureAwait(false);
                }
                catch (Exception e) when (e is MissingFileException or VersionNotFoundException && IsTooLate(step))
                {
                    await StartAgainAsync(table).ConfigureAwait(false);
                }

                break;
            case TailStep.CaughtUp caughtUp:
                Assert.Equal(_position, caughtUp.Version);
                break;
            case TailStep.FellBehind when !World.ReadersRegister && IsCleaned(_position + 1):
                await StartAgainAsync(table).ConfigureAwait(false);
                break;
            case TailStep other:
                Assert.Fail($"the tail at {_position} got {other}");
                break;
        }
    }

    private bool IsTooLate(TailStep.Versions step) =>
        !World.ReadersRegister && (IsCleaned(step.FromExclusive + 1) || Enumerable.Range((int)step.FromExclusive + 1, (int)(step.ToInclusive - step.FromExclusive)).Any(v => World.Oracle.AreChangesPastRetention(v, World.VacuumCutoff)));

    private bool IsCleaned(long version) => World.Objects.FindAsync(LogFiles.Commit(version)).GetAwaiter().GetResult() is null;

    private async Task FollowAsync(DeltaTable table, TailStep.Versions step)
    {
        if (step.IsAppendOnly)
        {
            Snapshot snapshot = table.Snapshot;
            for (long version = step.FromExclusive + 1; version <= step.ToInclusive; version++)
            {
                List<string> added = [];
                await foreach (Apache.Arrow.RecordBatch batch in table.ReadFilesAsync(snapshot, step.Appended.Where(f => f.Version == version).Select(static f => f.File)).ConfigureAwait(false))
                {
                    added.AddRange(StageWorld.RowsOf(batch).Select(static r => r.ToString()));
                }

                Take(version, added, []);
            }

            return;
        }

        List<(long Version, bool IsGone, string Row)> changes = [];
        await foreach (ChangeBatch batch in table.ReadChangesAsync(step.FromExclusive, step.ToInclusive).ConfigureAwait(false))
        {
            changes.AddRange(StageWorld.RowsOf(batch.Rows).Select(r => (batch.Version, batch.Kind is ChangeKind.Delete or ChangeKind.UpdatePreimage, r.ToString())));
        }

        Assert.Equal(changes.Select(static c => c.Version).Order(), changes.Select(static c => c.Version));
        for (long version = step.FromExclusive + 1; version <= step.ToInclusive; version++)
        {
            Take(version, changes.Where(c => c.Version == version && !c.IsGone).Select(static c => c.Row), changes.Where(c => c.Version == version && c.IsGone).Select(static c => c.Row));
        }
    }

    private void Take(long version, IEnumerable<string> came, IEnumerable<string> gone)
    {
        ImmutableSortedDictionary<string, int>.Builder copy = _copy.ToBuilder();
        foreach (string row in came)
        {
            copy[row] = copy.GetValueOrDefault(row) + 1;
        }

        foreach (string row in gone)
        {
            Assert.True(copy.TryGetValue(row, out int count), $"version {version} takes away a row that is not there: {row}");
            if (count == 1)
            {
                copy.Remove(row);
            }
            else
            {
                copy[row] = count - 1;
            }
        }

        Assert.Equal(StageWorld.Texts(World.Oracle.States[(int)version].Values), copy.SelectMany(static r => Enumerable.Repeat(r.Key, r.Value)));
        Assert.Equal(_position + 1, version);
        _copy = copy.ToImmutable();
        _position = version;
        World.Counts.TailVersions++;
    }

    // What a job does that fell behind: a whole snapshot, and on from there.
    private async Task StartAgainAsync(DeltaTable table)
    {
        World.Counts.PastRetention++;
        Snapshot snapshot = await table.RefreshAsync().ConfigureAwait(false);
        try
        {
            List<string> rows = await StageWorld.RowsAsync(table, snapshot).ConfigureAwait(false);
            Assert.Equal(StageWorld.Texts(World.Oracle.States[(int)snapshot.Version].Values), rows);
            _copy = rows.GroupBy(static r => r).ToImmutableSortedDictionary(static g => g.Key, static g => g.Count(), StringComparer.Ordinal);
            _position = snapshot.Version;
        }
        catch (MissingFileException) when (World.Oracle.IsPastRetention(snapshot.Version, World.VacuumCutoff))
        {
            // Held so long in between that this version is too old by now as well.
        }
    }
}
