using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Delta.Commit;

/// <summary>A commit whose files are written and durable: all that is left is to give it a version.</summary>
/// <param name="Base">The snapshot that it was prepared from.</param>
/// <param name="Actions">File actions, and metadata, protocol or domains if they change. Positions come from the spec, commitInfo from the committer.</param>
/// <param name="Spec">How the caller wants it made.</param>
internal sealed record PreparedCommit(Snapshot Base, IReadOnlyList<DeltaAction> Actions, CommitSpec Spec)
{
    /// <summary>What was read to prepare it; nothing makes it a blind append, as long as it also removes nothing.</summary>
    public ReadSet Read { get; init; } = ReadSet.Nothing;

    /// <summary>What it does, for the history.</summary>
    public CommitMetrics Metrics { get; init; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>Metrics by name in place of the usual ones, for a commit that changes nothing and only tells what is done beside the log.</summary>
    public IReadOnlyDictionary<string, long>? Notes { get; init; }

    /// <summary>Prepares it again from a newer snapshot after concurrent commits moved the files that it names; null result: it cannot. Runs outside every lock of the table.</summary>
    public Func<Snapshot, CancellationToken, Task<PreparedCommit?>>? Rebase { get; init; }

    /// <summary>Whether it reads nothing and removes nothing.</summary>
    internal bool IsBlindAppend => Read.IsNothing && !Actions.Any(static a => a is not (AddFile or AppTransaction or DomainMetadata));

    /// <summary>Whether rows of the table differ after it.</summary>
    internal bool ChangesData => Actions.Any(static a => a is AddFile { DataChange: true } or RemoveFile { DataChange: true });

    /// <summary>Whether it puts the same rows into other files, and nothing else.</summary>
    internal bool IsRewrite => !ChangesData && Actions.Any(static a => a is AddFile or RemoveFile);
}

/// <summary>What a transaction has read of the table: whole, by condition, or file by file.</summary>
internal sealed record ReadSet
{
    /// <summary>Nothing was read.</summary>
    public static ReadSet Nothing { get; } = new() { IsNothing = true };

    /// <summary>Every file was read.</summary>
    public static ReadSet WholeTable { get; } = new() { Covers = static _ => true, IsWholeTable = true };

    /// <summary>Whether nothing was read.</summary>
    public bool IsNothing { get; private init; }

    /// <summary>Whether everything was read.</summary>
    public bool IsWholeTable { get; private init; }

    /// <summary>Whether a file that appears meanwhile would have been read too (by its partition values or statistics).</summary>
    public Func<AddFile, bool> Covers { get; init; } = static _ => false;

    /// <summary>The files that were read, by the path that the log writes.</summary>
    public IReadOnlyCollection<string> Files { get; init; } = [];
}
