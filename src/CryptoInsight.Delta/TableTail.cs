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
    public Task<TailStep> ReadAfterAsync(long version, TailLimits limits, CancellationToken ct = default) => throw new NotImplementedException();
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
