using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>The removed files of a version that are not expired yet: kept in the log, not in memory, since only checkpoints and VACUUM ask for them.</summary>
internal static class Tombstones
{
    /// <summary>Reads the tombstones of a snapshot's version that were set after <paramref name="notBefore"/> (milliseconds).</summary>
    /// <remarks>From the newest checkpoint at or before the version, and the commits after it. Memory grows with the number of tombstones.</remarks>
    internal static async Task<IReadOnlyCollection<RemoveFile>> ReadAsync(TableLog log, Snapshot snapshot, long notBefore, CancellationToken ct)
    {
        LogListing? listing = log.CheckpointVersion >= 0 ? await LogFiles.ListAsync(log.Store, Math.Min(log.CheckpointVersion, snapshot.Version), ct).ConfigureAwait(false) : null;
        if (listing is null || !listing.Checkpoints.Exists(c => c.Version <= snapshot.Version))
        {
            listing = await LogFiles.ListAsync(log.Store, 0, ct).ConfigureAwait(false);
        }

        for (int i = listing.Checkpoints.Count - 1; i >= -1; i--)
        {
            CheckpointFiles? start = i < 0 ? null : listing.Checkpoints[i];
            if (start?.Version > snapshot.Version)
            {
                continue;
            }

            try
            {
                return await ReadFromAsync(log, start, snapshot, notBefore, ct).ConfigureAwait(false);
            }
            catch (DamagedCheckpointException) when (i >= 0)
            {
                // An older start has them too.
            }
        }

        throw new CorruptTableException($"The removed files of version {snapshot.Version} of the table at {log.Store.Root} cannot be read: no checkpoint and no unbroken run of commits leads to it.");
    }

    private static async Task<IReadOnlyCollection<RemoveFile>> ReadFromAsync(TableLog log, CheckpointFiles? start, Snapshot snapshot, long notBefore, CancellationToken ct)
    {
        Dictionary<(string Path, string? Vector), RemoveFile> tombstones = [];
        void Take(RemoveFile remove)
        {
            if (remove.DeletionTimestamp > notBefore)
            {
                tombstones[(TablePath.Canonical(remove.Path, snapshot.Root), remove.DeletionVector?.UniqueId)] = remove;
            }
        }

        if (start is not null)
        {
            await new CheckpointReader(log.Store, start).ReadTombstonesAsync(Take, ct).ConfigureAwait(false);
        }

        for (long version = (start?.Version ?? -1) + 1; version <= snapshot.Version; version++)
        {
            LogCommit commit = await log.CommitAtAsync(version, ct).ConfigureAwait(false)
                ?? throw new CorruptTableException($"The log of the table at {log.Store.Root} has no entry for version {version}, which is needed to know its removed files.");
            commit.Removes.ForEach(Take);
            foreach (AddFile add in commit.Adds)
            {
                // A file that came back is no tombstone: the two collections never meet.
                tombstones.Remove((TablePath.Canonical(add.Path, snapshot.Root), add.DeletionVector?.UniqueId));
            }
        }

        return tombstones.Values;
    }
}
