using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace CryptoInsight.Delta.Actions;

/// <summary>Reads actions from JSON: one pass, no reflection, unknown fields and actions passed over.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Actions" and "Protocol Evolution" (unrecognised fields must be ignored).</remarks>
internal static class ActionReader
{
    private static readonly IReadOnlyDictionary<string, string?> s_noValues = new Dictionary<string, string?>();
    private static readonly IReadOnlyDictionary<string, string> s_noStrings = new Dictionary<string, string>();

    /// <summary>Reads an <c>add</c>; the reader stands on its opening brace.</summary>
    internal static AddFile ReadAdd(ref Utf8JsonReader reader)
    {
        FileFields f = ReadFile(ref reader);
        return new AddFile(f.Path ?? throw Missing("add.path"), f.PartitionValues ?? s_noValues, f.Size ?? throw Missing("add.size"), f.ModificationTime ?? 0, f.DataChange ?? true)
        {
            StatsBytes = f.Stats,
            Tags = f.Tags,
            DeletionVector = f.DeletionVector,
            BaseRowId = f.BaseRowId,
            DefaultRowCommitVersion = f.DefaultRowCommitVersion,
            ClusteringProvider = f.ClusteringProvider,
        };
    }

    /// <summary>Reads a <c>remove</c>.</summary>
    internal static RemoveFile ReadRemove(ref Utf8JsonReader reader)
    {
        FileFields f = ReadFile(ref reader);
        return new RemoveFile(f.Path ?? throw Missing("remove.path"), f.DataChange ?? true)
        {
            DeletionTimestamp = f.DeletionTimestamp,
            ExtendedFileMetadata = f.ExtendedFileMetadata,
            PartitionValues = f.PartitionValues,
            Size = f.Size,
            Stats = f.Stats is null ? null : Encoding.UTF8.GetString(f.Stats),
            Tags = f.Tags,
            DeletionVector = f.DeletionVector,
            BaseRowId = f.BaseRowId,
            DefaultRowCommitVersion = f.DefaultRowCommitVersion,
        };
    }

    /// <summary>Reads a <c>cdc</c>.</summary>
    internal static AddCdcFile ReadCdc(ref Utf8JsonReader reader)
    {
        FileFields f = ReadFile(ref reader);
        return new AddCdcFile(f.Path ?? throw Missing("cdc.path"), f.PartitionValues ?? s_noValues, f.Size ?? 0) { Tags = f.Tags };
    }

    /// <summary>Reads a <c>txn</c>.</summary>
    internal static AppTransaction ReadTransaction(ref Utf8JsonReader reader)
    {
        string? appId = null;
        long? version = null;
        long? lastUpdated = null;
        while (NextField(ref reader))
        {
            if (Is(ref reader, "appId"u8)) { appId = Text(ref reader); }
            else if (Is(ref reader, "version"u8)) { version = Number(ref reader); }
            else if (Is(ref reader, "lastUpdated"u8)) { lastUpdated = Number(ref reader); }
            else { SkipValue(ref reader); }
        }

        return new AppTransaction(appId ?? throw Missing("txn.appId"), version ?? throw Missing("txn.version")) { LastUpdated = lastUpdated };
    }

    /// <summary>Reads a <c>domainMetadata</c>.</summary>
    internal static DomainMetadata ReadDomain(ref Utf8JsonReader reader)
    {
        string? domain = null;
        string? configuration = null;
        bool? removed = null;
        while (NextField(ref reader))
        {
            if (Is(ref reader, "domain"u8)) { domain = Text(ref reader); }
            else if (Is(ref reader, "configuration"u8)) { configuration = Text(ref reader); }
            else if (Is(ref reader, "removed"u8)) { removed = Flag(ref reader); }
            else { SkipValue(ref reader); }
        }

        return new DomainMetadata(domain ?? throw Missing("domainMetadata.domain"), configuration ?? "", removed ?? false);
    }

    /// <summary>Reads a <c>protocol</c>.</summary>
    internal static Protocol ReadProtocol(ref Utf8JsonReader reader)
    {
        long? minReader = null;
        long? minWriter = null;
        IReadOnlyList<string> readerFeatures = [];
        IReadOnlyList<string> writerFeatures = [];
        while (NextField(ref reader))
        {
            if (Is(ref reader, "minReaderVersion"u8)) { minReader = Number(ref reader); }
            else if (Is(ref reader, "minWriterVersion"u8)) { minWriter = Number(ref reader); }
            else if (Is(ref reader, "readerFeatures"u8)) { readerFeatures = Texts(ref reader); }
            else if (Is(ref reader, "writerFeatures"u8)) { writerFeatures = Texts(ref reader); }
            else { SkipValue(ref reader); }
        }

        return new Protocol(checked((int)(minReader ?? throw Missing("protocol.minReaderVersion"))), checked((int)(minWriter ?? throw Missing("protocol.minWriterVersion"))))
        {
            ReaderFeatures = readerFeatures,
            WriterFeatures = writerFeatures,
        };
    }

    /// <summary>Reads a <c>metaData</c>.</summary>
    internal static Metadata ReadMetadata(ref Utf8JsonReader reader)
    {
        string? id = null, name = null, description = null, schema = null, provider = null;
        long? createdTime = null;
        IReadOnlyList<string> partitionColumns = [];
        IReadOnlyDictionary<string, string> configuration = s_noStrings, options = s_noStrings;
        while (NextField(ref reader))
        {
            if (Is(ref reader, "id"u8)) { id = Text(ref reader); }
            else if (Is(ref reader, "name"u8)) { name = Text(ref reader); }
            else if (Is(ref reader, "description"u8)) { description = Text(ref reader); }
            else if (Is(ref reader, "schemaString"u8)) { schema = Text(ref reader); }
            else if (Is(ref reader, "createdTime"u8)) { createdTime = Number(ref reader); }
            else if (Is(ref reader, "partitionColumns"u8)) { partitionColumns = Texts(ref reader); }
            else if (Is(ref reader, "configuration"u8)) { configuration = Strings(ref reader); }
            else if (Is(ref reader, "format"u8)) { (provider, options) = ReadFormat(ref reader); }
            else { SkipValue(ref reader); }
        }

        return new Metadata(id ?? "", schema ?? throw Missing("metaData.schemaString"), partitionColumns, configuration)
        {
            Name = name,
            Description = description,
            CreatedTime = createdTime,
            Provider = provider ?? "parquet",
            FormatOptions = options,
        };
    }

    /// <summary>Reads a deletion vector descriptor, or null.</summary>
    internal static DeletionVectorDescriptor? ReadDeletionVector(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(ref reader, JsonTokenType.StartObject);
        string? type = null, path = null;
        long? offset = null, size = null, cardinality = null;
        while (NextField(ref reader))
        {
            if (Is(ref reader, "storageType"u8)) { type = Text(ref reader); }
            else if (Is(ref reader, "pathOrInlineDv"u8)) { path = Text(ref reader); }
            else if (Is(ref reader, "offset"u8)) { offset = Number(ref reader); }
            else if (Is(ref reader, "sizeInBytes"u8)) { size = Number(ref reader); }
            else if (Is(ref reader, "cardinality"u8)) { cardinality = Number(ref reader); }
            else { SkipValue(ref reader); }
        }

        return new DeletionVectorDescriptor(
            type ?? throw Missing("deletionVector.storageType"), path ?? throw Missing("deletionVector.pathOrInlineDv"), checked((int?)offset),
            checked((int)(size ?? throw Missing("deletionVector.sizeInBytes"))), cardinality ?? throw Missing("deletionVector.cardinality"));
    }

    /// <summary>Steps to the next property name of the object that the reader is in; false at its end.</summary>
    internal static bool NextField(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    /// <summary>Whether the property name is this one.</summary>
    internal static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name);

    /// <summary>Passes over the value of the property.</summary>
    internal static void SkipValue(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    /// <summary>The property's value as text, or null.</summary>
    internal static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }

    /// <summary>The property's value as the bytes of its text, or null.</summary>
    internal static byte[]? Bytes(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        // Unescaped text is never longer than escaped text.
        byte[] buffer = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        int length = reader.CopyString(buffer);
        byte[] bytes = buffer.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(buffer);
        return bytes;
    }

    /// <summary>The property's value as a whole number, or null; also from text, as some writers put it.</summary>
    internal static long? Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String when Utf8Parser.TryParse(reader.ValueSpan, out long n, out int used) && used == reader.ValueSpan.Length => n,
            JsonTokenType.Number when reader.TryGetInt64(out long n) => n,
            JsonTokenType.Number when reader.TryGetDecimal(out decimal d) && d == decimal.Truncate(d) => (long)d,
            _ => throw new JsonException("A whole number was expected."),
        };
    }

    /// <summary>The property's value as a flag, or null.</summary>
    internal static bool? Flag(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetBoolean();
    }

    /// <summary>The property's value as a list of texts; null is empty.</summary>
    internal static IReadOnlyList<string> Texts(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }

        Expect(ref reader, JsonTokenType.StartArray);
        List<string> texts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.GetString() ?? throw new JsonException("A null in a list of names."));
        }

        return texts;
    }

    /// <summary>The property's value as a map whose values may be null; null is null.</summary>
    internal static IReadOnlyDictionary<string, string?>? Values(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(ref reader, JsonTokenType.StartObject);
        Dictionary<string, string?>? values = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            values ??= new Dictionary<string, string?>(StringComparer.Ordinal);
            values[name] = reader.TokenType switch
            {
                JsonTokenType.Null => null,
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.True => "true",
                JsonTokenType.False => "false",
                JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => throw new JsonException("A plain value was expected in a map."),
            };
        }

        return values ?? s_noValues;
    }

    /// <summary>Refuses any other token.</summary>
    internal static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (reader.TokenType != token)
        {
            throw new JsonException("An object or array was expected.");
        }
    }

    private static Dictionary<string, string> Strings(ref Utf8JsonReader reader)
    {
        Dictionary<string, string> result = new(StringComparer.Ordinal);
        foreach ((string key, string? value) in Values(ref reader) ?? s_noValues)
        {
            if (value is not null)
            {
                result[key] = value;
            }
        }

        return result;
    }

    private static (string? Provider, IReadOnlyDictionary<string, string> Options) ReadFormat(ref Utf8JsonReader reader)
    {
        string? provider = null;
        IReadOnlyDictionary<string, string> options = s_noStrings;
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return (null, options);
        }

        Expect(ref reader, JsonTokenType.StartObject);
        while (NextField(ref reader))
        {
            if (Is(ref reader, "provider"u8)) { provider = Text(ref reader); }
            else if (Is(ref reader, "options"u8)) { options = Strings(ref reader); }
            else { SkipValue(ref reader); }
        }

        return (provider, options);
    }

    private static JsonException Missing(string field) => new($"The required field {field} is missing.");

    private static FileFields ReadFile(ref Utf8JsonReader reader)
    {
        FileFields f = default;
        while (NextField(ref reader))
        {
            if (Is(ref reader, "path"u8)) { f.Path = Text(ref reader); }
            else if (Is(ref reader, "partitionValues"u8)) { f.PartitionValues = Values(ref reader); }
            else if (Is(ref reader, "size"u8)) { f.Size = Number(ref reader); }
            else if (Is(ref reader, "modificationTime"u8)) { f.ModificationTime = Number(ref reader); }
            else if (Is(ref reader, "dataChange"u8)) { f.DataChange = Flag(ref reader); }
            else if (Is(ref reader, "stats"u8)) { f.Stats = Bytes(ref reader); }
            else if (Is(ref reader, "tags"u8)) { f.Tags = Values(ref reader); }
            else if (Is(ref reader, "deletionVector"u8)) { f.DeletionVector = ReadDeletionVector(ref reader); }
            else if (Is(ref reader, "baseRowId"u8)) { f.BaseRowId = Number(ref reader); }
            else if (Is(ref reader, "defaultRowCommitVersion"u8)) { f.DefaultRowCommitVersion = Number(ref reader); }
            else if (Is(ref reader, "clusteringProvider"u8)) { f.ClusteringProvider = Text(ref reader); }
            else if (Is(ref reader, "deletionTimestamp"u8)) { f.DeletionTimestamp = Number(ref reader); }
            else if (Is(ref reader, "extendedFileMetadata"u8)) { f.ExtendedFileMetadata = Flag(ref reader); }
            else { SkipValue(ref reader); }
        }

        return f;
    }

    private struct FileFields
    {
        public string? Path, ClusteringProvider;
        public byte[]? Stats;
        public IReadOnlyDictionary<string, string?>? PartitionValues, Tags;
        public long? Size, ModificationTime, DeletionTimestamp, BaseRowId, DefaultRowCommitVersion;
        public bool? DataChange, ExtendedFileMetadata;
        public DeletionVectorDescriptor? DeletionVector;
    }
}
