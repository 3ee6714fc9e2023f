using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Delta;

/// <summary>What DESCRIBE DETAIL shows of one version.</summary>
public sealed record TableDetail
{
    private TableDetail()
    {
    }

    /// <summary>The version described.</summary>
    public required long Version { get; init; }

    /// <summary>The table's unique id.</summary>
    public required string Id { get; init; }

    /// <summary>A name for people.</summary>
    public string? Name { get; init; }

    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>Where the table lies.</summary>
    public required Uri Location { get; init; }

    /// <summary>When the table was made, if its writer said so.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When the version was committed.</summary>
    public required DateTimeOffset ModifiedAt { get; init; }

    /// <summary>The partition columns.</summary>
    public required IReadOnlyList<string> PartitionColumns { get; init; }

    /// <summary>Columns by which new files are clustered (liquid clustering); this engine never sets any.</summary>
    public IReadOnlyList<string> ClusteringColumns { get; init; } = [];

    /// <summary>Live files.</summary>
    public required int FileCount { get; init; }

    /// <summary>Bytes of the live files.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Bytes of the smallest live file; 0 without files.</summary>
    public required long FileBytesMin { get; init; }

    /// <summary>Bytes of the median live file; 0 without files.</summary>
    public required long FileBytesMedian { get; init; }

    /// <summary>Live rows, or null if a file does not say how many it has.</summary>
    public long? RowCount { get; init; }

    /// <summary>Files that carry a deletion vector.</summary>
    public required int FilesWithDeletedRows { get; init; }

    /// <summary>Rows that are marked as deleted and still in the files.</summary>
    public required long DeletedRowCount { get; init; }

    /// <summary>The table's properties.</summary>
    public required IReadOnlyDictionary<string, string> Properties { get; init; }

    /// <summary>The reader version of the protocol.</summary>
    public required int MinReaderVersion { get; init; }

    /// <summary>The writer version of the protocol.</summary>
    public required int MinWriterVersion { get; init; }

    /// <summary>The named features of the protocol.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    internal static TableDetail Of(Snapshot snapshot, Uri location)
    {
        long[] sizes = [.. snapshot.Files.Select(static f => f.Size).Order()];
        long deleted = snapshot.Files.Sum(static f => f.DeletionVector?.Cardinality ?? 0);
        long? rows = 0;
        foreach (AddFile file in snapshot.Files)
        {
            rows += FileStats.Of(file).NumRecords;
        }

        return new TableDetail
        {
            Version = snapshot.Version,
            Id = snapshot.Metadata.Id,
            Name = snapshot.Metadata.Name,
            Description = snapshot.Metadata.Description,
            Location = location,
            CreatedAt = snapshot.Metadata.CreatedTime is long created ? DateTimeOffset.FromUnixTimeMilliseconds(created) : null,
            ModifiedAt = snapshot.CommittedAt,
            PartitionColumns = snapshot.Metadata.PartitionColumns,
            FileCount = sizes.Length,
            SizeBytes = sizes.Sum(),
            FileBytesMin = sizes.Length == 0 ? 0 : sizes[0],
            FileBytesMedian = sizes.Length == 0 ? 0 : sizes[sizes.Length / 2],
            RowCount = rows - deleted,
            FilesWithDeletedRows = snapshot.Files.Count(static f => f.DeletionVector is not null),
            DeletedRowCount = deleted,
            Properties = snapshot.Metadata.Configuration,
            MinReaderVersion = snapshot.Protocol.MinReaderVersion,
            MinWriterVersion = snapshot.Protocol.MinWriterVersion,
            Features = [.. snapshot.Protocol.ReaderFeatures.Union(snapshot.Protocol.WriterFeatures).Order(StringComparer.Ordinal)],
        };
    }
}
