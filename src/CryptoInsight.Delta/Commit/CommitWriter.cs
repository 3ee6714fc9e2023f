using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Delta.Commit;

/// <summary>Makes the actions and bytes of a commit out of what was prepared and the snapshot that it follows.</summary>
internal static class CommitWriter
{
    /// <summary>All actions of the commit in the order of the file: commitInfo first, as in-commit timestamps demand.</summary>
    internal static List<DeltaAction> Actions(PreparedCommit prepared, Snapshot? parent, string txnId, DateTimeOffset now, string engine, out CommitFacts facts)
    {
        long stamp = now.ToUnixTimeMilliseconds();
        List<DeltaAction> rest = [];
        rest.AddRange(prepared.Actions.Where(static a => a is Protocol));
        rest.AddRange(prepared.Actions.Where(static a => a is Metadata));
        rest.AddRange(prepared.Spec.Transactions.Select(t => Position(t, prepared.Spec, parent, stamp)));
        rest.AddRange(prepared.Actions.Where(static a => a is not (Protocol or Metadata or CommitInfo or AppTransaction)));
        facts = new CommitFacts(stamp, InCommitTimestamp(prepared, parent, stamp), txnId, prepared.IsBlindAppend, rest.Count + 1, prepared.Spec.Operation);
        rest.Insert(0, Provenance(prepared, parent, facts, engine));
        return rest;
    }

    /// <summary>The actions of version 0.</summary>
    internal static List<DeltaAction> Creation(Protocol protocol, Metadata metadata, string txnId, DateTimeOffset now, string engine)
    {
        PreparedCommit creation = new(null!, [protocol, metadata], new CommitSpec("CREATE TABLE"));
        return Actions(creation, null, txnId, now, engine, out _);
    }

    private static AppTransaction Position(AppTransaction txn, CommitSpec spec, Snapshot? parent, long stamp)
    {
        long version = spec.KeepGreatestPosition && parent?.TransactionVersion(txn.AppId) is { } present ? Math.Max(present, txn.Version) : txn.Version;
        return txn with { Version = version, LastUpdated = txn.LastUpdated ?? stamp };
    }

    private static CommitInfo Provenance(PreparedCommit prepared, Snapshot? parent, CommitFacts facts, string engine)
    {
        ArrayBufferWriter<byte> json = new(512);
        using Utf8JsonWriter w = new(json);
        w.WriteStartObject();
        if (facts.InCommitTimestamp is { } inCommit)
        {
            w.WriteNumber("inCommitTimestamp"u8, inCommit);
        }

        w.WriteNumber("timestamp"u8, facts.Timestamp!.Value);
        w.WriteString("operation"u8, facts.Operation);
        w.WriteStartObject("operationParameters"u8);
        foreach ((string name, string value) in prepared.Spec.OperationParameters)
        {
            w.WriteString(name, value);
        }

        w.WriteEndObject();
        if (parent is not null)
        {
            w.WriteNumber("readVersion"u8, prepared.Base.Version);
            w.WriteString("isolationLevel"u8, Name(ConflictRules.LevelFor(prepared, parent.Metadata)));
        }

        w.WriteBoolean("isBlindAppend"u8, facts.IsBlindAppend!.Value);
        WriteMetrics(w, prepared);
        if (prepared.Spec.UserMetadata is { } userMetadata)
        {
            w.WriteString("userMetadata"u8, userMetadata);
        }

        w.WriteString("engineInfo"u8, engine);
        w.WriteString("txnId"u8, facts.TxnId);

        // Not of the protocol: lets a reader of ours tell a commit that was cut off at the end of a line.
        w.WriteNumber("actionCount"u8, facts.ActionCount!.Value);
        w.WriteEndObject();
        w.Flush();
        return new CommitInfo(JsonDocument.Parse(json.WrittenMemory).RootElement);
    }

    private static string Name(IsolationLevel level) => level == IsolationLevel.Snapshot ? "SnapshotIsolation" : level.ToString();

    private static long? InCommitTimestamp(PreparedCommit prepared, Snapshot? parent, long stamp)
    {
        Protocol? protocol = prepared.Actions.OfType<Protocol>().FirstOrDefault() ?? parent?.Protocol;
        Metadata? metadata = prepared.Actions.OfType<Metadata>().FirstOrDefault() ?? parent?.Metadata;
        if (protocol is null || metadata is null || !TableProperties.InCommitTimestamps(protocol, metadata))
        {
            return null;
        }

        // The larger of now and one more than the parent's: it never goes back, whatever the clock does.
        long before = parent?.InCommitTimestamp ?? parent?.CommittedAt.ToUnixTimeMilliseconds() ?? long.MinValue;
        return before == long.MinValue ? stamp : Math.Max(stamp, before + 1);
    }

    private static void WriteMetrics(Utf8JsonWriter w, PreparedCommit prepared)
    {
        w.WriteStartObject("operationMetrics"u8);
        if (prepared.Notes is { } notes)
        {
            foreach ((string name, long value) in notes)
            {
                w.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
            }

            w.WriteEndObject();
            return;
        }

        CommitMetrics metrics = prepared.Metrics;
        Write(w, "numFiles"u8, metrics.FilesAdded);
        Write(w, "numRemovedFiles"u8, metrics.FilesRemoved);
        Write(w, "numOutputRows"u8, metrics.RowsAdded);
        Write(w, "numRemovedRows"u8, metrics.RowsRemoved);
        Write(w, "numOutputBytes"u8, metrics.BytesAdded);
        Write(w, "numDeletionVectorsAdded"u8, metrics.DeletionVectorsAdded);
        w.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter w, ReadOnlySpan<byte> name, long value) => w.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
}
