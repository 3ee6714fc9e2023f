using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Commit;

/// <summary>Why a commit cannot follow a winner.</summary>
internal enum ConflictKind
{
    /// <summary>The winner changed the protocol.</summary>
    ProtocolChanged,

    /// <summary>The winner changed schema or properties.</summary>
    MetadataChanged,

    /// <summary>The winner added files that this one would have read.</summary>
    ConcurrentAppend,

    /// <summary>The winner removed files that this one read.</summary>
    ConcurrentDeleteRead,

    /// <summary>The winner removed files that this one removes.</summary>
    ConcurrentDeleteDelete,

    /// <summary>The winner moved a position that this one moves.</summary>
    ConcurrentTransaction,

    /// <summary>The winner changed a metadata domain that this one changes.</summary>
    DomainChanged,

    /// <summary>The winner's commit is cleaned, so nothing can be proven.</summary>
    Unknown,
}

/// <summary>One conflict, in words.</summary>
internal sealed record CommitConflict(ConflictKind Kind, string Why)
{
    /// <summary>Whether preparing the commit again from a newer snapshot can help.</summary>
    internal bool IsAboutFiles => Kind is ConflictKind.ConcurrentAppend or ConflictKind.ConcurrentDeleteRead or ConflictKind.ConcurrentDeleteDelete;
}

/// <summary>Decides whether a commit may follow commits that it did not see. Pure.</summary>
/// <remarks>The checks and their order are those of the protocol's known writers; the documented outcome (inserts conflict with nothing, compaction never with inserts) follows.</remarks>
internal static class ConflictRules
{
    /// <summary>The level that applies: a commit that rewrites files but changes no rows minds only its own files.</summary>
    /// <remarks>One without any file action is no such commit: it looked for rows and found none, and a row that came meanwhile would have been one.</remarks>
    internal static IsolationLevel LevelFor(PreparedCommit ours, Metadata metadata) =>
        ours.IsRewrite && !ours.Actions.Any(static a => a is Metadata or Protocol) ? IsolationLevel.Snapshot
        : ours.Spec.Isolation ?? TableProperties.Isolation(metadata.Configuration.GetValueOrDefault(TableProperties.IsolationLevelProperty)) ?? IsolationLevel.Serializable;

    /// <summary>Why a fenced commit is superseded by a winner, or null if the winner is maintenance.</summary>
    internal static string? BreaksFence(Fence fence, LogCommit winner)
    {
        if (fence.OnlyForAppIds.Count > 0)
        {
            return winner.Transactions.Exists(t => fence.OnlyForAppIds.Contains(t.AppId)) ? "it moved the position of the fence's application" : null;
        }

        return winner.Transactions.Count > 0 ? "it moved a position" : winner.HasDataChange ? "it changed rows" : null;
    }

    /// <summary>The first conflict with a winner, or null.</summary>
    internal static CommitConflict? Check(PreparedCommit ours, LogCommit winner, IsolationLevel level)
    {
        if (winner.Protocol is not null)
        {
            return new CommitConflict(ConflictKind.ProtocolChanged, "it changed the protocol");
        }

        if (winner.Metadata is not null)
        {
            return new CommitConflict(ConflictKind.MetadataChanged, "it changed the schema or the properties");
        }

        return CheckFiles(ours, winner, level) ?? CheckNames(ours, winner);
    }

    private static CommitConflict? CheckFiles(PreparedCommit ours, LogCommit winner, IsolationLevel level)
    {
        if (ours.Read.IsNothing && ours.IsBlindAppend)
        {
            return null;
        }

        Uri root = ours.Base.Root;
        if (MindsAppends(ours, winner, level) && winner.Adds.Exists(a => a.DataChange && ours.Read.Covers(a)))
        {
            return new CommitConflict(ConflictKind.ConcurrentAppend, "it added files to what this commit had read");
        }

        if (winner.Removes.Count == 0)
        {
            return null;
        }

        HashSet<string> gone = new(winner.Removes.Select(r => TablePath.Canonical(r.Path, root)), StringComparer.Ordinal);
        if (ours.Read.IsWholeTable || ours.Read.Files.Any(f => gone.Contains(TablePath.Canonical(f, root))))
        {
            return new CommitConflict(ConflictKind.ConcurrentDeleteRead, "it removed or rewrote a file that this commit had read");
        }

        return ours.Actions.Any(a => a is RemoveFile r && gone.Contains(TablePath.Canonical(r.Path, root)))
            ? new CommitConflict(ConflictKind.ConcurrentDeleteDelete, "it removed or rewrote a file that this commit removes")
            : null;
    }

    private static bool MindsAppends(PreparedCommit ours, LogCommit winner, IsolationLevel level) => level switch
    {
        IsolationLevel.Snapshot => false,
        IsolationLevel.WriteSerializable when !ours.Actions.Any(static a => a is Metadata) => !(winner.Facts.IsBlindAppend ?? winner.Removes.Count == 0),
        _ => true,
    };

    private static CommitConflict? CheckNames(PreparedCommit ours, LogCommit winner)
    {
        if (!ours.IsBlindAppend && winner.Transactions.Exists(t => ours.Spec.Transactions.Any(o => o.AppId == t.AppId)))
        {
            return new CommitConflict(ConflictKind.ConcurrentTransaction, "it moved a position that this commit moves too");
        }

        return winner.Domains.Exists(d => ours.Actions.Any(a => a is DomainMetadata o && o.Domain == d.Domain))
            ? new CommitConflict(ConflictKind.DomainChanged, "it changed a metadata domain that this commit changes too")
            : null;
    }
}
