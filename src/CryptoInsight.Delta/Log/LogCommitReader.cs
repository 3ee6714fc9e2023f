using System.Text.Json;
using CryptoInsight.Delta.Actions;

namespace CryptoInsight.Delta.Log;

/// <summary>Parses the bytes of a commit, or of a JSON checkpoint manifest.</summary>
internal static class LogCommitReader
{
    private static readonly JsonReaderOptions s_options = new() { AllowMultipleValues = true, MaxDepth = 256 };

    /// <summary>Parses a commit whole or throws <see cref="DamagedCommitException"/>: half a commit is never returned.</summary>
    internal static LogCommit Parse(ReadOnlyMemory<byte> bytes, long version, Uri root)
    {
        LogCommit commit = new(version);
        Utf8JsonReader reader = new(bytes.Span, s_options);
        try
        {
            while (reader.Read())
            {
                ActionReader.Expect(ref reader, JsonTokenType.StartObject);
                ReadAction(ref reader, commit, bytes);
                commit.ActionCount++;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new DamagedCommitException($"Version {version} of the table at {root} is damaged: its log entry is no list of actions near byte {reader.BytesConsumed} of {bytes.Length}. Restore that file from a copy, or restore the table from a backup.", version, EndsEarly(bytes.Span), e);
        }

        if (commit.ActionCount == 0)
        {
            throw new DamagedCommitException($"Version {version} of the table at {root} is damaged: its log entry is empty. Its writer or its disk lost it; restore that file from a copy.", version, isCutOff: true);
        }

        if (commit.Facts.ActionCount is { } expected && expected != commit.ActionCount)
        {
            throw new DamagedCommitException($"Version {version} of the table at {root} is damaged: its log entry holds {commit.ActionCount} of {expected} actions. Restore that file from a copy.", version, isCutOff: commit.ActionCount < expected);
        }

        return commit;
    }

    /// <summary>Whether the bytes are the beginning of JSON texts and stop inside one.</summary>
    private static bool EndsEarly(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.Trim(" \t\r\n"u8);
        Utf8JsonReader reader = new(bytes, isFinalBlock: false, new JsonReaderState(s_options));
        try
        {
            while (reader.Read())
            {
            }
        }
        catch (JsonException)
        {
            return false;
        }

        bool isBetweenActions = reader is { CurrentDepth: 0, TokenType: JsonTokenType.EndObject } && reader.BytesConsumed == bytes.Length;
        return bytes.StartsWith("{"u8) && !isBetweenActions;
    }

    private static void ReadAction(ref Utf8JsonReader reader, LogCommit commit, ReadOnlyMemory<byte> bytes)
    {
        while (ActionReader.NextField(ref reader))
        {
            Action kind = KindOf(ref reader);
            int start = (int)reader.BytesConsumed;
            if (kind == Action.Unknown)
            {
                ActionReader.SkipValue(ref reader);
                continue;
            }

            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }

            ActionReader.Expect(ref reader, JsonTokenType.StartObject);
            switch (kind)
            {
                case Action.Add: commit.Adds.Add(ActionReader.ReadAdd(ref reader)); break;
                case Action.Remove: commit.Removes.Add(ActionReader.ReadRemove(ref reader)); break;
                case Action.Cdc: commit.ChangeFiles.Add(ActionReader.ReadCdc(ref reader)); break;
                case Action.Transaction: commit.Transactions.Add(ActionReader.ReadTransaction(ref reader)); break;
                case Action.Domain: commit.Domains.Add(ActionReader.ReadDomain(ref reader)); break;
                case Action.Protocol: commit.Protocol = ActionReader.ReadProtocol(ref reader); break;
                case Action.Metadata: commit.Metadata = ActionReader.ReadMetadata(ref reader); break;
                case Action.Sidecar: commit.Sidecars.Add(ReadSidecar(ref reader)); break;
                default:
                    commit.Facts = ReadFacts(ref reader);
                    commit.KeepCommitInfo(bytes[ValueStart(bytes.Span, start)..(int)reader.BytesConsumed]);
                    break;
            }
        }
    }

    private static int ValueStart(ReadOnlySpan<byte> bytes, int from) => from + bytes[from..].IndexOf((byte)'{');

    private static Action KindOf(ref Utf8JsonReader reader) =>
        ActionReader.Is(ref reader, "add"u8) ? Action.Add
        : ActionReader.Is(ref reader, "remove"u8) ? Action.Remove
        : ActionReader.Is(ref reader, "commitInfo"u8) ? Action.CommitInfo
        : ActionReader.Is(ref reader, "txn"u8) ? Action.Transaction
        : ActionReader.Is(ref reader, "cdc"u8) ? Action.Cdc
        : ActionReader.Is(ref reader, "metaData"u8) ? Action.Metadata
        : ActionReader.Is(ref reader, "protocol"u8) ? Action.Protocol
        : ActionReader.Is(ref reader, "domainMetadata"u8) ? Action.Domain
        : ActionReader.Is(ref reader, "sidecar"u8) ? Action.Sidecar
        : Action.Unknown;

    private static Sidecar ReadSidecar(ref Utf8JsonReader reader)
    {
        string? path = null;
        long? size = null;
        while (ActionReader.NextField(ref reader))
        {
            if (ActionReader.Is(ref reader, "path"u8)) { path = ActionReader.Text(ref reader); }
            else if (ActionReader.Is(ref reader, "sizeInBytes"u8)) { size = ActionReader.Number(ref reader); }
            else { ActionReader.SkipValue(ref reader); }
        }

        return new Sidecar(path ?? throw new JsonException("The required field sidecar.path is missing."), size ?? 0);
    }

    // commitInfo is anybody's free JSON: a field of an unexpected type is not ours and never makes a commit unreadable.
    private static CommitFacts ReadFacts(ref Utf8JsonReader reader)
    {
        CommitFacts facts = default;
        while (ActionReader.NextField(ref reader))
        {
            if (ActionReader.Is(ref reader, "timestamp"u8)) { facts = facts with { Timestamp = LenientNumber(ref reader) }; }
            else if (ActionReader.Is(ref reader, "inCommitTimestamp"u8)) { facts = facts with { InCommitTimestamp = LenientNumber(ref reader) }; }
            else if (ActionReader.Is(ref reader, "txnId"u8)) { facts = facts with { TxnId = LenientText(ref reader) }; }
            else if (ActionReader.Is(ref reader, "isBlindAppend"u8)) { facts = facts with { IsBlindAppend = LenientFlag(ref reader) }; }
            else if (ActionReader.Is(ref reader, "actionCount"u8)) { facts = facts with { ActionCount = LenientNumber(ref reader) }; }
            else if (ActionReader.Is(ref reader, "operation"u8)) { facts = facts with { Operation = LenientText(ref reader) }; }
            else { ActionReader.SkipValue(ref reader); }
        }

        return facts;
    }

    private static long? LenientNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        long? value = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long n) ? n : null;
        reader.Skip();
        return value;
    }

    private static string? LenientText(ref Utf8JsonReader reader)
    {
        reader.Read();
        string? value = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        reader.Skip();
        return value;
    }

    private static bool? LenientFlag(ref Utf8JsonReader reader)
    {
        reader.Read();
        bool? value = reader.TokenType switch { JsonTokenType.True => true, JsonTokenType.False => false, _ => null };
        reader.Skip();
        return value;
    }

    private enum Action
    {
        Unknown,
        Add,
        Remove,
        Cdc,
        Transaction,
        Domain,
        Protocol,
        Metadata,
        Sidecar,
        CommitInfo,
    }
}
