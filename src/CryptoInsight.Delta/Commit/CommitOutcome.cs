using CryptoInsight.Delta.Actions;

namespace CryptoInsight.Delta.Commit;

/// <summary>What became of a commit. A closed union: use <see cref="Match{T}"/>.</summary>
/// <remarks>A store that fails for good, and a table that is corrupt, are exceptions.</remarks>
public abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>The commit is durable as this version.</summary>
    public sealed record Committed(long Version, CommitMetrics Metrics) : CommitOutcome;

    /// <summary>There was nothing to write; no version was made.</summary>
    public sealed record Nothing(long Version) : CommitOutcome;

    /// <summary>Someone else committed since the fence's base: throw the batch away and start again from the tables.</summary>
    public sealed record Superseded(long BaseVersion, long WinnerVersion, string Why) : CommitOutcome;

    /// <summary>A concurrent commit changed what this one had read, or retries ran out; the table is as the others left it.</summary>
    public sealed record Conflict(long WinnerVersion, string Why) : CommitOutcome;

    /// <summary>One case per outcome.</summary>
    public T Match<T>(Func<Committed, T> committed, Func<Nothing, T> nothing, Func<Superseded, T> superseded, Func<Conflict, T> conflict) => this switch
    {
        Committed c => committed(c),
        Nothing n => nothing(n),
        Superseded s => superseded(s),
        Conflict c => conflict(c),
        _ => throw new InvalidOperationException("The union is closed."),
    };
}

/// <summary>What a commit did, for history, logs and metrics.</summary>
public sealed record CommitMetrics(long RowsAdded, long RowsRemoved, int FilesAdded, int FilesRemoved, int DeletionVectorsAdded, long BytesAdded);

/// <summary>How a commit is to be made.</summary>
/// <param name="Operation">The name in the history, such as <c>WRITE</c>, <c>MERGE</c>, <c>STREAMING UPDATE</c>.</param>
public sealed record CommitSpec(string Operation)
{
    /// <summary>Parameters for the history.</summary>
    public IReadOnlyDictionary<string, string> OperationParameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Positions to write with the data.</summary>
    public IReadOnlyList<AppTransaction> Transactions { get; init; } = [];

    /// <summary>True where positions are bookmarks: each is written as the greater of this one and the one in the table when the commit lands.</summary>
    public bool KeepGreatestPosition { get; init; }

    /// <summary>The fence, or null: then the commit rebases by the conflict matrix (a blind append always succeeds).</summary>
    public Fence? Fence { get; init; }

    /// <summary>Free text for the history.</summary>
    public string? UserMetadata { get; init; }

    /// <summary>What columns do that the rows have and the table has not.</summary>
    public SchemaMode SchemaMode { get; init; }

    /// <summary>How much this commit minds what others commit while it runs; null: what the table says (<c>delta.isolationLevel</c>).</summary>
    public IsolationLevel? Isolation { get; init; }

    /// <summary>True makes the write happen once: if the table has reached all of <see cref="Transactions"/> already, nothing is written (<see cref="CommitOutcome.Nothing"/>).</summary>
    /// <remarks>Spark's <c>txnAppId</c> and <c>txnVersion</c>: a batch that is sent again after a crash leaves the table as it is.</remarks>
    public bool SkipIfPositionReached { get; init; }
}

/// <summary>Admits a commit only if every commit since <paramref name="BaseVersion"/> is maintenance (no txn action, every file action dataChange=false).</summary>
/// <param name="BaseVersion">The version of this table that the plan read.</param>
public sealed record Fence(long BaseVersion)
{
    /// <summary>If not empty, only commits that move the txn of one of these apps break the fence (for tables that others append to blindly, such as a dead-letter table).</summary>
    public IReadOnlyCollection<string> OnlyForAppIds { get; init; } = [];
}
