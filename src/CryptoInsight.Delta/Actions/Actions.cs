using System.Text;
using System.Text.Json;

namespace CryptoInsight.Delta.Actions;

/// <summary>One line of a commit. A closed union: the nested kinds of PROTOCOL.md, "Actions".</summary>
public abstract record DeltaAction
{
    private protected DeltaAction()
    {
    }
}

/// <summary>What a reader and a writer must be able to do.</summary>
public sealed record Protocol(int MinReaderVersion, int MinWriterVersion) : DeltaAction
{
    /// <summary>Named reader features (reader version 3), else empty.</summary>
    public IReadOnlyList<string> ReaderFeatures { get; init; } = [];

    /// <summary>Named writer features (writer version 7), else empty.</summary>
    public IReadOnlyList<string> WriterFeatures { get; init; } = [];
}

/// <summary>The table's identity, schema (JSON text), partition columns and properties.</summary>
public sealed record Metadata(string Id, string SchemaString, IReadOnlyList<string> PartitionColumns, IReadOnlyDictionary<string, string> Configuration) : DeltaAction
{
    /// <summary>A name for people.</summary>
    public string? Name { get; init; }

    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>Milliseconds since the epoch.</summary>
    public long? CreatedTime { get; init; }

    /// <summary>The file format; always parquet.</summary>
    public string Provider { get; init; } = "parquet";

    /// <summary>Format options.</summary>
    public IReadOnlyDictionary<string, string> FormatOptions { get; init; } = new Dictionary<string, string>();
}

/// <summary>A data file that belongs to the table from this version on. Its identity is (path, deletion vector id).</summary>
/// <param name="Path">As the log writes it: relative and percent-encoded, or absolute.</param>
/// <param name="PartitionValues">Column to serialised value; null is null.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModificationTime">Milliseconds since the epoch.</param>
/// <param name="DataChange">False if the rows were in the table already (maintenance).</param>
public sealed record AddFile(string Path, IReadOnlyDictionary<string, string?> PartitionValues, long Size, long ModificationTime, bool DataChange) : DeltaAction
{
    // A string, its UTF-8 bytes, or a column that holds the texts of many files: a table of many files would pay for statistics that nobody asks for.
    private readonly object? _stats;
    private readonly int _statsRow;

    /// <summary>Statistics as JSON text, or null.</summary>
    public string? Stats
    {
        get => _stats is string text ? text : StatsUtf8 is { IsEmpty: false } bytes ? Encoding.UTF8.GetString(bytes) : null;
        init => _stats = value;
    }

    /// <summary>The UTF-8 bytes of the statistics; empty if there are none.</summary>
    internal ReadOnlySpan<byte> StatsUtf8 => _stats switch
    {
        byte[] bytes => bytes,
        TextColumn column => column.At(_statsRow),
        string text => Encoding.UTF8.GetBytes(text),
        _ => default,
    };

    /// <summary>Takes the statistics as bytes: half the memory of text.</summary>
    internal byte[]? StatsBytes
    {
        init => _stats = value;
    }

    /// <summary>Takes the statistics as a row of a column.</summary>
    internal (TextColumn Column, int Row) StatsIn
    {
        init => (_stats, _statsRow) = value;
    }

    /// <summary>Free tags.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>Rows of this file that are deleted, or null.</summary>
    public DeletionVectorDescriptor? DeletionVector { get; init; }

    /// <summary>Row tracking: the id of the first row.</summary>
    public long? BaseRowId { get; init; }

    /// <summary>Row tracking: the version that first had these rows.</summary>
    public long? DefaultRowCommitVersion { get; init; }

    /// <summary>Which clustering wrote the file.</summary>
    public string? ClusteringProvider { get; init; }
}

/// <summary>A data file that belongs to the table no more; kept as a tombstone for readers and VACUUM.</summary>
internal sealed record RemoveFile(string Path, bool DataChange) : DeltaAction
{
    /// <summary>Milliseconds since the epoch.</summary>
    public long? DeletionTimestamp { get; init; }

    /// <summary>Whether the next three are filled.</summary>
    public bool? ExtendedFileMetadata { get; init; }

    /// <summary>As in the add.</summary>
    public IReadOnlyDictionary<string, string?>? PartitionValues { get; init; }

    /// <summary>Bytes.</summary>
    public long? Size { get; init; }

    /// <summary>As in the add.</summary>
    public string? Stats { get; init; }

    /// <summary>As in the add.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }

    /// <summary>The vector that the removed (path, vector) pair had.</summary>
    public DeletionVectorDescriptor? DeletionVector { get; init; }

    /// <summary>As in the add.</summary>
    public long? BaseRowId { get; init; }

    /// <summary>As in the add.</summary>
    public long? DefaultRowCommitVersion { get; init; }
}

/// <summary>A file of change data: rows with <c>_change_type</c>.</summary>
internal sealed record AddCdcFile(string Path, IReadOnlyDictionary<string, string?> PartitionValues, long Size) : DeltaAction
{
    /// <summary>Free tags.</summary>
    public IReadOnlyDictionary<string, string?>? Tags { get; init; }
}

/// <summary>An application's position, written in the very commit that it made.</summary>
public sealed record AppTransaction(string AppId, long Version) : DeltaAction
{
    /// <summary>Milliseconds since the epoch.</summary>
    public long? LastUpdated { get; init; }
}

/// <summary>Configuration of a named domain.</summary>
public sealed record DomainMetadata(string Domain, string Configuration, bool Removed) : DeltaAction;

/// <summary>Who committed and how: free JSON, of which the engine itself reads <c>inCommitTimestamp</c>, <c>txnId</c> and <c>operation</c>.</summary>
internal sealed record CommitInfo(JsonElement Content) : DeltaAction;

/// <summary>Where the deleted rows of one file are written.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Deletion Vector Descriptor Schema". StorageType <c>u</c> relative, <c>i</c> inline, <c>p</c> absolute.</remarks>
public sealed record DeletionVectorDescriptor(string StorageType, string PathOrInlineDv, int? Offset, int SizeInBytes, long Cardinality)
{
    /// <summary>What makes the vector itself: part of a file's identity in the log.</summary>
    public string UniqueId => Offset is int o ? $"{StorageType}{PathOrInlineDv}@{o}" : StorageType + PathOrInlineDv;
}
