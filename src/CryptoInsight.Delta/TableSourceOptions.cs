namespace CryptoInsight.Delta;

/// <summary>Where a stream starts, how large its steps are, and what it does with rows that change.</summary>
public sealed record TableSourceOptions
{
    /// <summary>As <see cref="StartingVersion"/>: only what is committed from now on.</summary>
    public const long Newest = -1;

    /// <summary>Files in a step (Spark's <c>maxFilesPerTrigger</c>).</summary>
    public int FilesMax { get; init; } = 1000;

    /// <summary>Bytes of data files in a step (Spark's <c>maxBytesPerTrigger</c>); a step holds at least one file, or one version of a change feed, whatever its size.</summary>
    public long BytesMax { get; init; } = 256L << 20;

    /// <summary>Starts with the changes of this version, or with <see cref="Newest"/>; null: with all rows that are there (the initial snapshot), then every version after it.</summary>
    public long? StartingVersion { get; init; }

    /// <summary>Starts with the first version committed at or after this instant; null: see <see cref="StartingVersion"/>.</summary>
    public DateTimeOffset? StartingTimestamp { get; init; }

    /// <summary>What happens at a commit that deletes or changes rows, where the change feed is not read.</summary>
    public SourceChanges OnChanges { get; init; }

    /// <summary>Reads what happened to rows, not only what was added (Spark's <c>readChangeFeed</c>): change files where a version has them, else the difference of its files. Rows of the initial snapshot are inserts.</summary>
    public bool ReadChangeFeed { get; init; }
}

/// <summary>What a stream of added rows does with a commit that deletes or changes rows.</summary>
public enum SourceChanges
{
    /// <summary>Stops there and says so.</summary>
    Refuse,

    /// <summary>Passes over such commits whole (Spark's <c>skipChangeCommits</c>).</summary>
    Skip,

    /// <summary>Passes over commits that only delete; stops at others (Spark's <c>ignoreDeletes</c>).</summary>
    SkipDeletes,

    /// <summary>Hands out all rows of the files that such a commit wrote, so unchanged ones come again; deletes are not told (Spark's <c>ignoreChanges</c>).</summary>
    Resend,
}

/// <summary>How far a stream has come.</summary>
/// <param name="Version">The version that is read next, or in the middle of.</param>
/// <param name="FilesDone">How many of its files are done; -1: not even its schema was looked at.</param>
/// <param name="IsInitialSnapshot">Whether the files are those that the version holds, not those that it added.</param>
public sealed record SourceOffset(long Version, long FilesDone, bool IsInitialSnapshot);

/// <summary>One answer of a stream. A closed union.</summary>
public abstract record SourceStep
{
    private SourceStep()
    {
    }

    /// <summary>Nothing new. <paramref name="Next"/> is where to go on: further than asked where versions were passed over.</summary>
    public sealed record CaughtUp(SourceOffset Next) : SourceStep;

    /// <summary>Rows, to be read with <see cref="TableSource.ReadAsync"/>.</summary>
    /// <param name="Next">Where to go on.</param>
    /// <param name="FromExclusive">The version before the first of the step.</param>
    /// <param name="ToInclusive">The last version of the step, perhaps not all of it.</param>
    /// <param name="Files">The files whose rows are added; none for a change feed.</param>
    /// <param name="IsChangeFeed">Whether the changes of the versions are read.</param>
    public sealed record Batch(SourceOffset Next, long FromExclusive, long ToInclusive, IReadOnlyList<VersionedFile> Files, bool IsChangeFeed) : SourceStep;

    /// <summary>From this version on the rows have another schema. Whoever can take it goes on at <paramref name="Resume"/>.</summary>
    /// <param name="Version">The version.</param>
    /// <param name="Before">The schema until then; null if the log does not tell any more.</param>
    /// <param name="After">The schema from then on.</param>
    /// <param name="Resume">Where to go on.</param>
    public sealed record SchemaChanged(long Version, Schema.StructType? Before, Schema.StructType After, SourceOffset Resume) : SourceStep;

    /// <summary>A version deletes or changes rows, which a stream of added rows cannot tell. Choose another <see cref="SourceChanges"/>, read the change feed, or pass over it at <paramref name="Resume"/>.</summary>
    /// <param name="Version">The version.</param>
    /// <param name="OnlyDeletes">Whether it adds nothing.</param>
    /// <param name="Resume">The offset after it.</param>
    public sealed record ChangesRefused(long Version, bool OnlyDeletes, SourceOffset Resume) : SourceStep;

    /// <summary>The log after the offset is cleaned: start again, or take the difference of two versions by key (<see cref="DeltaTable.DiffAsync"/>).</summary>
    /// <param name="OldestVersion">The oldest version that can be followed from.</param>
    /// <param name="NewestVersion">The newest version.</param>
    public sealed record FellBehind(long OldestVersion, long NewestVersion) : SourceStep;

    /// <summary>The table is older than the offset: it was replaced.</summary>
    public sealed record Rewound(long NewestVersion) : SourceStep;
}
