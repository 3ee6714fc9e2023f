using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>The removed files of a version that are not expired yet: kept in the log, not in memory, since only checkpoints and VACUUM ask for them.</summary>
internal static class Tombstones
{
    private const int ListingAttemptsMax = 3;

    /// <summary>Reads the tombstones of a snapshot's version that were set after <paramref name="notBefore"/> (milliseconds).</summary>
    /// <remarks>From the newest checkpoint at or before the version, and the commits after it. Memory grows with the number of tombstones.</remarks>
    internal static async Task<IReadOnlyCollection<RemoveFile>> ReadAsync(TableLog log, Snapshot snapshot, long notBefore, CancellationToken ct)
    {
        long from = Math.Clamp(log.CheckpointVersion, 0, snapshot.Version);
        LogListing listing = new();
        for (int attempt = 1; attempt <= ListingAttemptsMax; attempt++)
        {
            listing = await LogFiles.ListAsync(log.Store, from, ct).ConfigureAwait(false);
            from = 0;
            for (int i = listing.Checkpoints.Count - 1; i >= -1; i--)
            {
                CheckpointFiles? start = i < 0 ? null : listing.Checkpoints[i];
                if (start?.Version > snapshot.Version)
                {
                    continue;
                }

                try
                {
                    if (await ReadFromAsync(log, start, snapshot, notBefore, ct).ConfigureAwait(false) is { } tombstones)
                    {
                        return tombstones;
                    }
                }
                catch (Exception e) when (e is DamagedCheckpointException or ObjectNotFoundException && i >= 0)
                {
                    // An older start has them too; where the log was cleaned since the listing, a newer one that a fresh listing shows.
                }
            }
        }

        if ((listing.Commits.Count == 0 || listing.Commits[0].Version > 0) && !listing.Checkpoints.Exists(c => c.Version <= snapshot.Version))
        {
            throw new VersionNotFoundException($"Version {snapshot.Version} of the table at {log.Store.Root} was cleaned from the log while its removed files were looked for. Try again from the newest version.");
        }

        throw new CorruptTableException($"The removed files of version {snapshot.Version} of the table at {log.Store.Root} cannot be read: no checkpoint and no unbroken run of commits leads to it.");
    }

    // Null: a commit is missing on the way.
    private static async Task<IReadOnlyCollection<RemoveFile>?> ReadFromAsync(TableLog log, CheckpointFiles? start, Snapshot snapshot, long notBefore, CancellationToken ct)
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
            if (await log.CommitAtAsync(version, ct).ConfigureAwait(false) is not { } commit)
            {
                return null;
            }

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
