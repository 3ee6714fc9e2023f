using CryptoInsight.Delta.Log;

namespace CryptoInsight.Delta;

/// <summary>The committed versions of a table after a position, as a pull: what every job reads.</summary>
/// <remarks>Versions without a data change (maintenance) are passed over but counted in the range.</remarks>
public sealed class TableTail
{
    /// <summary>Follows <paramref name="table"/>.</summary>
    public TableTail(DeltaTable table) => Table = table;

    /// <summary>The table.</summary>
    public DeltaTable Table { get; }

    /// <summary>What comes after <paramref name="version"/> (-1: everything), at most <paramref name="limits"/>.</summary>
    public async Task<TailStep> ReadAfterAsync(long version, TailLimits limits, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, -1);
        long newest = (await Table.RefreshAsync(ct).ConfigureAwait(false)).Version;
        if (version >= newest)
        {
            return version == newest ? new TailStep.CaughtUp(newest) : new TailStep.Rewound(newest);
        }

        List<VersionedFile> appended = [];
        bool isAppendOnly = true;
        long bytes = 0;
        long reached = version;
        while (reached < newest && reached - version < limits.VersionsMax && bytes < limits.BytesMax)
        {
            LogCommit? commit = await Table.Log.CommitAtAsync(reached + 1, ct).ConfigureAwait(false);
            if (commit is null)
            {
                // Cleaned. What was read before the gap is whole, so it is handed out first.
                return reached > version
                    ? new TailStep.Versions(version, reached, isAppendOnly, isAppendOnly ? appended : [])
                    : new TailStep.FellBehind(await OldestAsync(Table, ct).ConfigureAwait(false), newest);
            }

            long size = commit.Adds.Where(static a => a.DataChange).Sum(static a => a.Size) + commit.ChangeFiles.Sum(static c => c.Size);
            if (reached > version && bytes + size > limits.BytesMax)
            {
                break;
            }

            bytes += size;
            reached = commit.Version;
            isAppendOnly &= IsAppend(commit);
            appended.AddRange(commit.Adds.Where(static a => a.DataChange).Select(a => new VersionedFile(commit.Version, a)));
        }

        return new TailStep.Versions(version, reached, isAppendOnly, isAppendOnly ? appended : []);
    }

    private static bool IsAppend(LogCommit commit) =>
        commit.ChangeFiles.Count == 0 && !commit.Removes.Exists(static r => r.DataChange) && !commit.Adds.Exists(static a => a.DataChange && a.DeletionVector is not null);

    // The oldest version that has a checkpoint to start from and every commit after it.
    internal static async Task<long> OldestAsync(DeltaTable table, CancellationToken ct)
    {
        LogListing listing = await LogFiles.ListAsync(table.Store, 0, ct).ConfigureAwait(false);
        int at = listing.Commits.Count - 1;
        while (at > 0 && listing.Commits[at - 1].Version == listing.Commits[at].Version - 1)
        {
            at--;
        }

        long before = at >= 0 ? listing.Commits[at].Version - 1 : listing.Newest;
        return listing.Checkpoints.Find(c => c.Version >= before)?.Version ?? listing.Newest;
    }
}

/// <summary>How much one step may hold; a step holds at least one version whatever its size.</summary>
public sealed record TailLimits(int VersionsMax, long BytesMax)
{
    /// <summary>10,000 versions or 256 MiB of data files.</summary>
    public static TailLimits Default { get; } = new(10_000, 256L << 20);
}

/// <summary>One answer of the tail. A closed union.</summary>
public abstract record TailStep
{
    private TailStep()
    {
    }

    /// <summary>Nothing is newer than the position.</summary>
    public sealed record CaughtUp(long Version) : TailStep;

    /// <summary>The versions in (FromExclusive, ToInclusive]. <paramref name="IsAppendOnly"/>: all data changes are adds without deletion vectors, listed in <paramref name="Appended"/> in commit order;
    /// otherwise read them with <see cref="DeltaTable.ReadChangesAsync"/>.</summary>
    public sealed record Versions(long FromExclusive, long ToInclusive, bool IsAppendOnly, IReadOnlyList<VersionedFile> Appended) : TailStep;

    /// <summary>The log after the position is cleaned: start again from a snapshot. <paramref name="OldestVersion"/> is the oldest that can be followed from.</summary>
    public sealed record FellBehind(long OldestVersion, long NewestVersion) : TailStep;

    /// <summary>The table is older than the position: it was replaced.</summary>
    public sealed record Rewound(long NewestVersion) : TailStep;
}

/// <summary>A file and the version that added it.</summary>
public sealed record VersionedFile(long Version, Actions.AddFile File);
