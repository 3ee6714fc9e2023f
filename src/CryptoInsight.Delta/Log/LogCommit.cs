using System.Text;
using System.Text.Json;
using CryptoInsight.Delta.Actions;

namespace CryptoInsight.Delta.Log;

/// <summary>The actions of one version, sorted by kind, each kind in the order of the file.</summary>
internal sealed class LogCommit(long version)
{
    private ReadOnlyMemory<byte> _commitInfo;
    private CommitInfo? _written;

    internal long Version { get; } = version;

    internal List<AddFile> Adds { get; } = [];

    internal List<RemoveFile> Removes { get; } = [];

    internal List<AddCdcFile> ChangeFiles { get; } = [];

    internal List<AppTransaction> Transactions { get; } = [];

    internal List<DomainMetadata> Domains { get; } = [];

    internal List<Sidecar> Sidecars { get; } = [];

    internal Protocol? Protocol { get; set; }

    internal Metadata? Metadata { get; set; }

    /// <summary>The fields of commitInfo that the engine itself uses.</summary>
    internal CommitFacts Facts { get; set; }

    /// <summary>How many actions the file holds, unknown ones included.</summary>
    internal int ActionCount { get; set; }

    /// <summary>Whether rows changed: a file action that is not maintenance.</summary>
    internal bool HasDataChange => Adds.Exists(static a => a.DataChange) || Removes.Exists(static r => r.DataChange);

    /// <summary>Whether the commit only rearranges: it moves no position and changes no rows.</summary>
    internal bool IsMaintenance => Transactions.Count == 0 && !HasDataChange;

    /// <summary>commitInfo in full, or null.</summary>
    internal CommitInfo? ReadCommitInfo() => _written is not null || _commitInfo.IsEmpty ? _written : new CommitInfo(JsonDocument.Parse(_commitInfo).RootElement);

    /// <summary>The commit that this process has just written, without reading it back.</summary>
    internal static LogCommit Of(long version, IReadOnlyList<DeltaAction> actions, CommitFacts facts)
    {
        LogCommit commit = new(version) { Facts = facts, ActionCount = actions.Count };
        foreach (DeltaAction action in actions)
        {
            switch (action)
            {
                case AddFile add: commit.Adds.Add(add.Stats is { } stats ? add with { StatsBytes = Encoding.UTF8.GetBytes(stats) } : add); break;
                case RemoveFile remove: commit.Removes.Add(remove); break;
                case AddCdcFile cdc: commit.ChangeFiles.Add(cdc); break;
                case AppTransaction txn: commit.Transactions.Add(txn); break;
                case DomainMetadata domain: commit.Domains.Add(domain); break;
                case Protocol protocol: commit.Protocol = protocol; break;
                case Metadata metadata: commit.Metadata = metadata; break;
                case CommitInfo commitInfo: commit._written = commitInfo; break;
            }
        }

        return commit;
    }

    internal void KeepCommitInfo(ReadOnlyMemory<byte> json) => _commitInfo = json;
}

/// <summary>What the engine reads from commitInfo.</summary>
internal readonly record struct CommitFacts(long? Timestamp, long? InCommitTimestamp, string? TxnId, bool? IsBlindAppend, long? ActionCount, string? Operation);

/// <summary>A file of file actions that a v2 checkpoint points to.</summary>
internal sealed record Sidecar(string Path, long SizeInBytes);
