using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>When versions were committed: in-commit timestamps where the table has them, else the log files' times made to grow.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Recommendations for Readers of Tables with In-Commit Timestamps".</remarks>
internal sealed class CommitTimes(TableLog log)
{
    /// <summary>The newest version committed at or before an instant.</summary>
    internal async Task<long> NewestAtAsync(DateTimeOffset instant, CancellationToken ct)
    {
        Snapshot newest = await log.RefreshAsync(ct).ConfigureAwait(false);
        if (instant >= newest.CommittedAt)
        {
            return newest.Version;
        }

        LogListing listing = await LogFiles.ListAsync(log.Store, 0, ct).ConfigureAwait(false);
        (long enabledVersion, long enabledAt) = Enablement(newest);
        bool useInCommit = TableProperties.InCommitTimestamps(newest.Protocol, newest.Metadata) && instant.ToUnixTimeMilliseconds() >= enabledAt;
        long found = useInCommit
            ? await SearchInCommitAsync(listing, Math.Max(enabledVersion, 0), instant.ToUnixTimeMilliseconds(), ct).ConfigureAwait(false)
            : SearchFileTimes(listing, enabledVersion > 0 ? enabledVersion - 1 : long.MaxValue, instant);
        return found >= 0 ? found : throw new VersionNotFoundException($"The table at {log.Store.Root} has no version that was committed at or before the instant asked for and can still be built. Ask for a later instant.");
    }

    private static (long Version, long At) Enablement(Snapshot snapshot)
    {
        long version = snapshot.Metadata.Configuration.TryGetValue("delta.inCommitTimestampEnablementVersion", out string? v) && long.TryParse(v, out long n) ? n : 0;
        long at = snapshot.Metadata.Configuration.TryGetValue("delta.inCommitTimestampEnablementTimestamp", out string? t) && long.TryParse(t, out long m) ? m : long.MinValue;
        return (version, at);
    }

    private async Task<long> SearchInCommitAsync(LogListing listing, long fromVersion, long instantMs, CancellationToken ct)
    {
        // They grow strictly, so a binary search reads few commits.
        List<(long Version, StoredObject File)> commits = listing.Commits.FindAll(c => c.Version >= fromVersion);
        int low = 0, high = commits.Count - 1;
        long found = -1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            LogCommit? commit = await log.CommitAtAsync(commits[middle].Version, ct).ConfigureAwait(false);
            long? at = commit?.Facts.InCommitTimestamp;
            if (at is null)
            {
                throw new CorruptTableException($"Version {commits[middle].Version} of the table at {log.Store.Root} has no in-commit timestamp although the table demands one.");
            }

            if (at <= instantMs)
            {
                found = commits[middle].Version;
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return found;
    }

    // Clocks of different writers may step back: a version counts as at least a millisecond after the one before.
    private static long SearchFileTimes(LogListing listing, long toVersion, DateTimeOffset instant)
    {
        long found = -1;
        DateTimeOffset last = DateTimeOffset.MinValue;
        foreach ((long version, StoredObject file) in listing.Commits)
        {
            if (version > toVersion)
            {
                break;
            }

            last = file.ModifiedAt > last ? file.ModifiedAt : last.AddMilliseconds(1);
            if (last > instant)
            {
                break;
            }

            found = version;
        }

        return found;
    }
}
