using System.Collections.Immutable;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>The table as of one version: immutable, shared freely between threads.</summary>
public sealed partial class Snapshot
{
    internal Snapshot(Uri root, long version)
    {
        Root = root;
        Version = version;
    }

    /// <summary>The version.</summary>
    public long Version { get; }

    /// <summary>The commit's time: its in-commit timestamp, else the log file's (for a commit of this very process: when it was stamped).</summary>
    public DateTimeOffset CommittedAt { get; internal init; }

    /// <summary>The protocol action in force.</summary>
    public Protocol Protocol { get; internal init; } = null!;

    /// <summary>The metadata action in force.</summary>
    public Metadata Metadata { get; internal init; } = null!;

    /// <summary>The schema, partition columns included.</summary>
    public StructType Schema { get; internal init; } = null!;

    /// <summary>The live files, in no promised order.</summary>
    public IReadOnlyCollection<AddFile> Files => FileSet;

    /// <summary>All application positions.</summary>
    public IReadOnlyDictionary<string, AppTransaction> Transactions => TransactionMap;

    /// <summary>The configuration of every domain that is not removed, by name.</summary>
    public IReadOnlyDictionary<string, DomainMetadata> Domains => DomainMap;

    /// <summary>Where the table lies.</summary>
    internal Uri Root { get; }

    internal FileSet FileSet { get; init; } = FileSet.Empty;

    internal ImmutableDictionary<string, AppTransaction> TransactionMap { get; init; } = ImmutableDictionary<string, AppTransaction>.Empty;

    internal ImmutableDictionary<string, DomainMetadata> DomainMap { get; init; } = ImmutableDictionary<string, DomainMetadata>.Empty;

    /// <summary>The in-commit timestamp, in milliseconds, where the table has them.</summary>
    internal long? InCommitTimestamp { get; init; }

    /// <summary>The newest checkpoint that this snapshot knows of, or -1.</summary>
    internal long CheckpointVersion { get; init; }

    /// <summary>The application's position, or null.</summary>
    public long? TransactionVersion(string appId) => TransactionMap.TryGetValue(appId, out AppTransaction? txn) ? txn.Version : null;

    /// <summary>The live file of a path as the log writes it (whatever its spelling), or null.</summary>
    public AddFile? FindFile(string logPath) => FileSet.Find(TablePath.Canonical(logPath, Root));
}
