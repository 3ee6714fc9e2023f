using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>Removes log files that are older than the retention and not needed to build any version that is kept.</summary>
/// <remarks>Nothing goes unless a checkpoint that was just read whole stands before everything that stays. Files go oldest first, so a crash half-way leaves a shorter log, not a broken one.
/// <b>Source</b>: PROTOCOL.md, "Metadata Cleanup".</remarks>
internal sealed class LogCleanup(TableLog log, TimeProvider clock)
{
    private static readonly TimeSpan s_sidecarAgeMin = TimeSpan.FromDays(1);

    /// <summary>Cleans up to the retention of the table's properties.</summary>
    /// <param name="neededFrom">The lowest position of any reader: the versions after it stay, and so does a way to build it. Null: no reader.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<LogCleanupOutcome> RunAsync(long? neededFrom, CancellationToken ct)
    {
        Snapshot snapshot = log.Current;
        DateTimeOffset cutoff = TableProperties.Before(clock.GetUtcNow(), TableProperties.LogRetention(snapshot.Metadata));
        LogListing listing = await LogFiles.ListAsync(log.Store, 0, ct).ConfigureAwait(false);
        long kept = CutoffVersion(listing, cutoff, neededFrom);
        long oldest = listing.Commits.Count > 0 ? listing.Commits[0].Version : listing.Newest;
        if (await UsableCheckpointAsync(listing, kept, ct).ConfigureAwait(false) is not { } start || start <= oldest)
        {
            return new LogCleanupOutcome(oldest, 0);
        }

        int removed = 0;
        foreach ((long version, StoredObject file) in listing.All)
        {
            if (version >= start)
            {
                break;
            }

            await log.Store.DeleteAsync(file.Key, ct).ConfigureAwait(false);
            removed++;
        }

        removed += await RemoveSidecarsAsync(listing, start, ct).ConfigureAwait(false);
        return new LogCleanupOutcome(start, removed);
    }

    // The newest commit that is not newer than the cutoff: it and everything after it stays.
    private static long CutoffVersion(LogListing listing, DateTimeOffset cutoff, long? neededFrom)
    {
        long version = -1;
        foreach ((long candidate, StoredObject file) in listing.Commits)
        {
            if (file.ModifiedAt > cutoff)
            {
                break;
            }

            version = candidate;
        }

        return neededFrom is { } needed ? Math.Min(version, needed) : version;
    }

    private async Task<long?> UsableCheckpointAsync(LogListing listing, long atMost, CancellationToken ct)
    {
        for (int i = listing.Checkpoints.Count - 1; i >= 0; i--)
        {
            CheckpointFiles checkpoint = listing.Checkpoints[i];
            if (checkpoint.Version > atMost)
            {
                continue;
            }

            try
            {
                await new CheckpointReader(log.Store, checkpoint).FoldAsync(new LogReplay(log.Store.Root), ct).ConfigureAwait(false);
                return checkpoint.Version;
            }
            catch (Exception e) when (e is DamagedCheckpointException or ObjectNotFoundException)
            {
                // It would leave nothing to build from, or another cleanup has just taken it: look for an older one.
            }
        }

        return null;
    }

    private async Task<int> RemoveSidecarsAsync(LogListing listing, long keptFrom, CancellationToken ct)
    {
        DateTimeOffset old = clock.GetUtcNow() - s_sidecarAgeMin;
        List<string> candidates = [];
        await foreach (StoredObject sidecar in log.Store.ListAsync(LogFiles.Sidecars, null, ct).ConfigureAwait(false))
        {
            if (sidecar.ModifiedAt < old)
            {
                candidates.Add(sidecar.Key);
            }
        }

        if (candidates.Count == 0)
        {
            return 0;
        }

        HashSet<string> needed = new(StringComparer.Ordinal);
        foreach (CheckpointFiles checkpoint in listing.Checkpoints.Where(c => c.Version >= keptFrom))
        {
            try
            {
                needed.UnionWith(await new CheckpointReader(log.Store, checkpoint).SidecarKeysAsync(ct).ConfigureAwait(false));
            }
            catch (ObjectNotFoundException)
            {
                // Another cleanup has taken it: it needs no sidecars any more.
            }
        }

        candidates.RemoveAll(needed.Contains);
        foreach (string key in candidates)
        {
            await log.Store.DeleteAsync(key, ct).ConfigureAwait(false);
        }

        return candidates.Count;
    }
}
