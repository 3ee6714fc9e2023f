using System.Collections.Immutable;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Log;

/// <summary>Folds checkpoints and commits, oldest first, into a snapshot: the newest action of each kind wins.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Action Reconciliation". A commit's removes are applied before its adds, since a commit may replace (path, old vector) by (path, new vector).</remarks>
internal sealed class LogReplay
{
    private readonly Uri _root;
    private readonly FileSet.Builder _checkpointFiles = new();
    private FileSet _files;
    private readonly Dictionary<string, AddFile?> _changes = new(StringComparer.Ordinal);
    private readonly ImmutableDictionary<string, AppTransaction>.Builder _transactions;
    private readonly ImmutableDictionary<string, DomainMetadata>.Builder _domains;
    private readonly Snapshot? _base;
    private Protocol? _protocol;
    private Metadata? _metadata;
    private CommitFacts _facts;
    private bool _factsKnown;

    /// <summary>Starts from nothing.</summary>
    internal LogReplay(Uri root)
    {
        _root = root;
        _files = FileSet.Empty;
        _transactions = ImmutableDictionary.CreateBuilder<string, AppTransaction>(StringComparer.Ordinal);
        _domains = ImmutableDictionary.CreateBuilder<string, DomainMetadata>(StringComparer.Ordinal);
        Version = -1;
        CheckpointVersion = -1;
    }

    /// <summary>Starts from a snapshot.</summary>
    internal LogReplay(Snapshot snapshot)
    {
        _root = snapshot.Root;
        _base = snapshot;
        _files = snapshot.FileSet;
        _transactions = snapshot.TransactionMap.ToBuilder();
        _domains = snapshot.DomainMap.ToBuilder();
        _protocol = snapshot.Protocol;
        _metadata = snapshot.Metadata;
        Version = snapshot.Version;
        CheckpointVersion = snapshot.CheckpointVersion;
    }

    /// <summary>The version folded last.</summary>
    internal long Version { get; private set; }

    /// <summary>The version of the checkpoint that was folded, or -1.</summary>
    internal long CheckpointVersion { get; private set; }

    /// <summary>Whether the state so far has protocol and metadata: what a whole checkpoint must have.</summary>
    internal bool IsComplete => _protocol is not null && _metadata is not null;

    /// <summary>The in-commit timestamp of the version folded last: known if that version's commit was folded.</summary>
    internal bool FactsKnown => _factsKnown;

    /// <summary>Whether in-commit timestamps are on.</summary>
    internal bool InCommitTimestamps => _metadata is not null && _protocol is not null && TableProperties.InCommitTimestamps(_protocol, _metadata);

    /// <summary>Folds a file of a checkpoint.</summary>
    internal void FoldCheckpointFile(AddFile file) => _checkpointFiles.Add(TablePath.Canonical(file.Path, _root), file);

    /// <summary>Makes room for files of a checkpoint.</summary>
    internal void ExpectCheckpointFiles(int count) => _checkpointFiles.Reserve(count);

    /// <summary>Folds the other actions of a checkpoint.</summary>
    internal void FoldCheckpoint(LogCommit actions)
    {
        _files = _checkpointFiles.Build();
        Fold(actions);
        _factsKnown = false;
        CheckpointVersion = actions.Version;
    }

    /// <summary>Folds the next version.</summary>
    internal void Fold(LogCommit commit)
    {
        foreach (RemoveFile remove in commit.Removes)
        {
            string path = TablePath.Canonical(remove.Path, _root);
            AddFile? live = _changes.TryGetValue(path, out AddFile? changed) ? changed : _files.Find(path);
            if (live is not null && live.DeletionVector?.UniqueId == remove.DeletionVector?.UniqueId)
            {
                _changes[path] = null;
            }
        }

        foreach (AddFile add in commit.Adds)
        {
            _changes[TablePath.Canonical(add.Path, _root)] = add;
        }

        foreach (AppTransaction txn in commit.Transactions)
        {
            _transactions[txn.AppId] = txn;
        }

        foreach (DomainMetadata domain in commit.Domains)
        {
            if (domain.Removed)
            {
                _domains.Remove(domain.Domain);
            }
            else
            {
                _domains[domain.Domain] = domain;
            }
        }

        _protocol = commit.Protocol ?? _protocol;
        _metadata = commit.Metadata ?? _metadata;
        _facts = commit.Facts;
        _factsKnown = true;
        Version = commit.Version;
    }

    /// <summary>Adds the facts of the version folded last, when they came from its commit file beside a checkpoint.</summary>
    internal void KnowFacts(CommitFacts facts) => (_facts, _factsKnown) = (facts, true);

    /// <summary>The snapshot; refused if it has no protocol or metadata, or needs a feature that this engine does not read.</summary>
    /// <param name="fileTime">The time of the log file of the version, used where in-commit timestamps are off.</param>
    internal Snapshot Build(DateTimeOffset fileTime)
    {
        if (_protocol is null || _metadata is null)
        {
            throw new CorruptTableException($"The log of the table at {_root} has no {(_protocol is null ? "protocol" : "metaData")} action up to version {Version}: it is no whole Delta log. Restore the missing log files from a copy.");
        }

        ProtocolSupport.CheckReadable(_protocol, _root);
        long? inCommitTimestamp = TableProperties.InCommitTimestamps(_protocol, _metadata) ? _facts.InCommitTimestamp : null;
        return new Snapshot(_root, Version)
        {
            Protocol = _protocol,
            Metadata = _metadata,
            Schema = ReferenceEquals(_metadata, _base?.Metadata) ? _base!.Schema : SchemaJson.Parse(_metadata.SchemaString),
            FileSet = _files.With(_changes),
            TransactionMap = _transactions.ToImmutable(),
            DomainMap = _domains.ToImmutable(),
            InCommitTimestamp = inCommitTimestamp,
            CommittedAt = inCommitTimestamp is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : fileTime,
            CheckpointVersion = CheckpointVersion,
        };
    }
}
