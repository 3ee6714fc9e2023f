using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CryptoInsight.Delta.Actions;

/// <summary>Writes actions as a commit writes them: one JSON object a line.</summary>
internal static class ActionWriter
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The bytes of a commit: one line per action, in the order given.</summary>
    internal static byte[] WriteLines(IEnumerable<DeltaAction> actions)
    {
        ArrayBufferWriter<byte> buffer = new(4096);
        using Utf8JsonWriter writer = new(buffer, s_options);
        foreach (DeltaAction action in actions)
        {
            writer.WriteStartObject();
            Write(writer, action);
            writer.WriteEndObject();
            writer.Flush();
            buffer.GetSpan(1)[0] = (byte)'\n';
            buffer.Advance(1);
            writer.Reset();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter w, DeltaAction action)
    {
        switch (action)
        {
            case AddFile add: WriteAdd(w, add); break;
            case RemoveFile remove: WriteRemove(w, remove); break;
            case AddCdcFile cdc: WriteCdc(w, cdc); break;
            case AppTransaction txn: WriteTransaction(w, txn); break;
            case DomainMetadata domain: WriteDomain(w, domain); break;
            case CommitInfo commitInfo:
                w.WritePropertyName("commitInfo"u8);
                commitInfo.Content.WriteTo(w);
                break;
            case Metadata metadata: WriteMetadata(w, metadata); break;
            case Protocol protocol: WriteProtocol(w, protocol); break;
            default: throw new InvalidOperationException("The union of actions is closed.");
        }
    }

    private static void WriteAdd(Utf8JsonWriter w, AddFile add)
    {
        w.WriteStartObject("add"u8);
        w.WriteString("path"u8, add.Path);
        WriteMap(w, "partitionValues"u8, add.PartitionValues);
        w.WriteNumber("size"u8, add.Size);
        w.WriteNumber("modificationTime"u8, add.ModificationTime);
        w.WriteBoolean("dataChange"u8, add.DataChange);
        if (add.StatsUtf8 is { IsEmpty: false } stats)
        {
            w.WriteString("stats"u8, stats);
        }

        WriteOptionalMap(w, "tags"u8, add.Tags);
        WriteDeletionVector(w, add.DeletionVector);
        WriteOptional(w, "baseRowId"u8, add.BaseRowId);
        WriteOptional(w, "defaultRowCommitVersion"u8, add.DefaultRowCommitVersion);
        WriteOptional(w, "clusteringProvider"u8, add.ClusteringProvider);
        w.WriteEndObject();
    }

    private static void WriteRemove(Utf8JsonWriter w, RemoveFile remove)
    {
        w.WriteStartObject("remove"u8);
        w.WriteString("path"u8, remove.Path);
        WriteOptional(w, "deletionTimestamp"u8, remove.DeletionTimestamp);
        w.WriteBoolean("dataChange"u8, remove.DataChange);
        if (remove.ExtendedFileMetadata is { } extended)
        {
            w.WriteBoolean("extendedFileMetadata"u8, extended);
        }

        WriteOptionalMap(w, "partitionValues"u8, remove.PartitionValues);
        WriteOptional(w, "size"u8, remove.Size);
        WriteOptional(w, "stats"u8, remove.Stats);
        WriteOptionalMap(w, "tags"u8, remove.Tags);
        WriteDeletionVector(w, remove.DeletionVector);
        WriteOptional(w, "baseRowId"u8, remove.BaseRowId);
        WriteOptional(w, "defaultRowCommitVersion"u8, remove.DefaultRowCommitVersion);
        w.WriteEndObject();
    }

    private static void WriteCdc(Utf8JsonWriter w, AddCdcFile cdc)
    {
        w.WriteStartObject("cdc"u8);
        w.WriteString("path"u8, cdc.Path);
        WriteMap(w, "partitionValues"u8, cdc.PartitionValues);
        w.WriteNumber("size"u8, cdc.Size);
        w.WriteBoolean("dataChange"u8, false);
        WriteOptionalMap(w, "tags"u8, cdc.Tags);
        w.WriteEndObject();
    }

    private static void WriteTransaction(Utf8JsonWriter w, AppTransaction txn)
    {
        w.WriteStartObject("txn"u8);
        w.WriteString("appId"u8, txn.AppId);
        w.WriteNumber("version"u8, txn.Version);
        WriteOptional(w, "lastUpdated"u8, txn.LastUpdated);
        w.WriteEndObject();
    }

    private static void WriteDomain(Utf8JsonWriter w, DomainMetadata domain)
    {
        w.WriteStartObject("domainMetadata"u8);
        w.WriteString("domain"u8, domain.Domain);
        w.WriteString("configuration"u8, domain.Configuration);
        w.WriteBoolean("removed"u8, domain.Removed);
        w.WriteEndObject();
    }

    private static void WriteProtocol(Utf8JsonWriter w, Protocol protocol)
    {
        w.WriteStartObject("protocol"u8);
        w.WriteNumber("minReaderVersion"u8, protocol.MinReaderVersion);
        w.WriteNumber("minWriterVersion"u8, protocol.MinWriterVersion);
        if (protocol.MinReaderVersion >= 3)
        {
            WriteTexts(w, "readerFeatures"u8, protocol.ReaderFeatures);
        }

        if (protocol.MinWriterVersion >= 7)
        {
            WriteTexts(w, "writerFeatures"u8, protocol.WriterFeatures);
        }

        w.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter w, Metadata metadata)
    {
        w.WriteStartObject("metaData"u8);
        w.WriteString("id"u8, metadata.Id);
        WriteOptional(w, "name"u8, metadata.Name);
        WriteOptional(w, "description"u8, metadata.Description);
        w.WriteStartObject("format"u8);
        w.WriteString("provider"u8, metadata.Provider);
        WriteMap(w, "options"u8, metadata.FormatOptions!);
        w.WriteEndObject();
        w.WriteString("schemaString"u8, metadata.SchemaString);
        WriteTexts(w, "partitionColumns"u8, metadata.PartitionColumns);
        WriteMap(w, "configuration"u8, metadata.Configuration!);
        WriteOptional(w, "createdTime"u8, metadata.CreatedTime);
        w.WriteEndObject();
    }

    private static void WriteDeletionVector(Utf8JsonWriter w, DeletionVectorDescriptor? vector)
    {
        if (vector is null)
        {
            return;
        }

        w.WriteStartObject("deletionVector"u8);
        w.WriteString("storageType"u8, vector.StorageType);
        w.WriteString("pathOrInlineDv"u8, vector.PathOrInlineDv);
        WriteOptional(w, "offset"u8, vector.Offset);
        w.WriteNumber("sizeInBytes"u8, vector.SizeInBytes);
        w.WriteNumber("cardinality"u8, vector.Cardinality);
        w.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter w, ReadOnlySpan<byte> name, IReadOnlyList<string> values)
    {
        w.WriteStartArray(name);
        foreach (string value in values)
        {
            w.WriteStringValue(value);
        }

        w.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter w, ReadOnlySpan<byte> name, IReadOnlyDictionary<string, string?> map)
    {
        w.WriteStartObject(name);
        foreach ((string key, string? value) in map)
        {
            w.WriteString(key, value);
        }

        w.WriteEndObject();
    }

    private static void WriteOptionalMap(Utf8JsonWriter w, ReadOnlySpan<byte> name, IReadOnlyDictionary<string, string?>? map)
    {
        if (map is not null)
        {
            WriteMap(w, name, map);
        }
    }

    private static void WriteOptional(Utf8JsonWriter w, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            w.WriteString(name, value);
        }
    }

    private static void WriteOptional(Utf8JsonWriter w, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            w.WriteNumber(name, number);
        }
    }
}
