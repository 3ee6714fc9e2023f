using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>Builds snapshots from the log: the newest usable checkpoint, then the commits after it.</summary>
/// <remarks>A hint or checkpoint that is missing, damaged or lying costs time, never truth: older checkpoints are tried, then the commits alone. A gap in the commits is refused.</remarks>
internal sealed class SnapshotLoader(IObjectStore store)
{
    private const int ListingAttemptsMax = 3;
    private const int ReadsAtOnce = 16;

    /// <summary>The newest version; if its entry is cut off, the newest whole one and the damage.</summary>
    /// <remarks>Only the last entry of the log is left out so: what came after one in the middle stands on it. An entry that is whole text and no commit is refused too: it may be of a protocol that this engine does not know.</remarks>
    internal async Task<(Snapshot Snapshot, DamagedCommitException? Damage)> LoadNewestWholeAsync(CancellationToken ct)
    {
        try
        {
            return (await LoadAsync(null, ct).ConfigureAwait(false), null);
        }
        catch (DamagedCommitException damage) when (damage is { IsCutOff: true, Version: > 0 })
        {
            if (await store.FindAsync(LogFiles.Commit(damage.Version + 1), ct).ConfigureAwait(false) is not null)
            {
                throw;
            }

            return (await LoadAsync(damage.Version - 1, ct).ConfigureAwait(false), damage);
        }
    }

    /// <summary>The newest version, or the one asked for.</summary>
    internal async Task<Snapshot> LoadAsync(long? version, CancellationToken ct)
    {
        long? hint = await LastCheckpoint.ReadAsync(store, ct).ConfigureAwait(false);
        if (hint is { } from && (version is null || from <= version))
        {
            LogListing near = await LogFiles.ListAsync(store, from, ct).ConfigureAwait(false);
            Snapshot? snapshot = near.Checkpoints.Count == 0 ? null : await TryLoadAsync(near, version, [], ct).ConfigureAwait(false);
            if (snapshot is not null)
            {
                return snapshot;
            }
        }

        return await LoadFromWholeLogAsync(version, ct).ConfigureAwait(false);
    }

    /// <summary>Reads one commit, or null if the log does not have it.</summary>
    internal async Task<LogCommit?> ReadCommitAsync(long version, CancellationToken ct)
    {
        byte[] bytes;
        try
        {
            bytes = await store.ReadAsync(LogFiles.Commit(version), ct).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException)
        {
            return null;
        }

        return LogCommitReader.Parse(bytes, version, store.Root);
    }

    // A listing is no atomic picture: files may appear and be cleaned while it runs, so what looks like a gap is looked at again before it is called one.
    private async Task<Snapshot> LoadFromWholeLogAsync(long? version, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            LogListing all = await LogFiles.ListAsync(store, 0, ct).ConfigureAwait(false);
            if (all.Newest < 0)
            {
                throw new TableNotFoundException($"There is no Delta table at {store.Root}: its _delta_log holds no version.");
            }

            if (version > all.Newest)
            {
                throw new VersionNotFoundException($"Version {version} of the table at {store.Root} does not exist; the newest is {all.Newest}.");
            }

            List<DamagedCheckpointException> damages = [];
            Snapshot? snapshot = await TryLoadAsync(all, version, damages, ct).ConfigureAwait(false);
            if (snapshot is not null)
            {
                return snapshot;
            }

            if (attempt == ListingAttemptsMax)
            {
                throw Refusal(all, version, damages);
            }
        }
    }

    private DeltaException Refusal(LogListing all, long? version, List<DamagedCheckpointException> damages)
    {
        long target = version ?? all.Newest;
        long oldest = all.Checkpoints.Count > 0 ? all.Checkpoints[0].Version : long.MaxValue;
        if (version is not null && target < oldest && (all.Commits.Count == 0 || all.Commits[0].Version > 0))
        {
            return new VersionNotFoundException($"Version {target} of the table at {store.Root} can be built no more: the log before it is cleaned. The oldest version that can be built is {oldest}.");
        }

        long missing = FirstGap(all, target);
        string damage = damages.Count > 0 ? $" {damages[0].Message}" : "";
        return new CorruptTableException($"Version {target} of the table at {store.Root} cannot be built: the log has no entry for version {missing} and no usable checkpoint after it.{damage} Restore the missing files from a copy.", damages.FirstOrDefault());
    }

    private static long FirstGap(LogListing all, long target)
    {
        long expected = target;
        for (int i = all.Commits.Count - 1; i >= 0; i--)
        {
            if (all.Commits[i].Version > target)
            {
                continue;
            }

            if (all.Commits[i].Version != expected)
            {
                break;
            }

            expected--;
        }

        return Math.Max(expected, 0);
    }

    private async Task<Snapshot?> TryLoadAsync(LogListing listing, long? version, List<DamagedCheckpointException> damages, CancellationToken ct)
    {
        long target = version ?? listing.Newest;
        if (listing.Newest < target)
        {
            return null;
        }

        for (int i = listing.Checkpoints.Count - 1; i >= -1; i--)
        {
            CheckpointFiles? checkpoint = i < 0 ? null : listing.Checkpoints[i];
            long start = checkpoint?.Version ?? -1;
            if (start > target || CommitsBetween(listing, start, target) is not { } commits)
            {
                continue;
            }

            try
            {
                return await ReplayAsync(listing, checkpoint, commits, target, version is null, ct).ConfigureAwait(false);
            }
            catch (DamagedCheckpointException e)
            {
                damages.Add(e);
            }
            catch (ObjectNotFoundException)
            {
                // Cleaned between listing and reading: an older start cannot do better, a fresh listing can.
                return null;
            }
        }

        return null;
    }

    /// <summary>The commits of (start, target], or null if one is missing.</summary>
    private static List<(long Version, StoredObject File)>? CommitsBetween(LogListing listing, long start, long target)
    {
        List<(long Version, StoredObject File)> commits = listing.Commits.FindAll(c => c.Version > start && c.Version <= target);
        if (commits.Count != target - start)
        {
            return null;
        }

        return commits;
    }

    private async Task<Snapshot> ReplayAsync(LogListing listing, CheckpointFiles? checkpoint, List<(long Version, StoredObject File)> commits, long target, bool isNewest, CancellationToken ct)
    {
        LogReplay replay = new(store.Root);
        if (checkpoint is not null)
        {
            await new CheckpointReader(store, checkpoint).FoldAsync(replay, ct).ConfigureAwait(false);
        }

        for (int i = 0; i < commits.Count; i += ReadsAtOnce)
        {
            byte[][] files = await Task.WhenAll(commits.Skip(i).Take(ReadsAtOnce).Select(c => store.ReadAsync(c.File.Key, ct))).ConfigureAwait(false);
            for (int j = 0; j < files.Length; j++)
            {
                replay.Fold(LogCommitReader.Parse(files[j], commits[i + j].Version, store.Root));
            }
        }

        DateTimeOffset fileTime = FileTime(listing, replay.Version);
        if (isNewest)
        {
            // The listing may have missed what was written while it ran.
            while (await ReadCommitAsync(replay.Version + 1, ct).ConfigureAwait(false) is { } next)
            {
                replay.Fold(next);
                fileTime = (await store.FindAsync(LogFiles.Commit(next.Version), ct).ConfigureAwait(false))?.ModifiedAt ?? fileTime;
            }
        }

        if (replay.InCommitTimestamps && !replay.FactsKnown && await ReadCommitAsync(target, ct).ConfigureAwait(false) is { } commit)
        {
            replay.KnowFacts(commit.Facts);
        }

        return replay.Build(fileTime);
    }

    private static DateTimeOffset FileTime(LogListing listing, long version)
    {
        int at = listing.Commits.FindLastIndex(c => c.Version == version);
        return at >= 0 ? listing.Commits[at].File.ModifiedAt : listing.Checkpoints.FindLast(c => c.Version == version)?.Parts[0].ModifiedAt ?? default;
    }
}
