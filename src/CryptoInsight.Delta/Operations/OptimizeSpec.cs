using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Delta.Operations;

/// <summary>What OPTIMIZE is to do.</summary>
public sealed record OptimizeSpec
{
    /// <summary>Only files that may hold such rows; give a condition on partition columns. Null: the whole table.</summary>
    public Predicate? Where { get; init; }

    /// <summary>Size of a new file in bytes; null: that of the table's options.</summary>
    public long? FileBytesTarget { get; init; }

    /// <summary>Files below this size are merged; null: three quarters of the target.</summary>
    public long? SmallFileBytesMax { get; init; }

    /// <summary>Files with a greater share of deleted rows are rewritten even if they are large or alone.</summary>
    public double DeletedShareMax { get; init; } = 0.05;

    /// <summary>Columns by which rows are laid together (Z-order, by rank, so that skew does not matter); empty: rows keep their order.</summary>
    /// <remarks>A file that was laid out by the same columns is remembered by a tag and left alone while it is large enough.</remarks>
    public IReadOnlyList<string> ZOrderBy { get; init; } = [];

    /// <summary>Bytes of source files that one run may rewrite; what is left waits for the next run.</summary>
    public long BytesMax { get; init; } = long.MaxValue;

    /// <summary>Only these partitions; null: all.</summary>
    internal IReadOnlySet<PartitionKey>? OnlyPartitions { get; init; }

    /// <summary>The codec of the new files.</summary>
    public ParquetCompression Compression { get; init; } = ParquetCompression.Zstd;

    /// <summary>The level for zstd.</summary>
    public int ZstdLevel { get; init; } = 3;
}

/// <summary>What OPTIMIZE did.</summary>
/// <param name="Version">The newest version that it made, or null if there was nothing to do.</param>
/// <param name="FilesRemoved">Source files that are gone.</param>
/// <param name="FilesAdded">New files.</param>
/// <param name="BytesRemoved">Size of the source files.</param>
/// <param name="BytesAdded">Size of the new files.</param>
/// <param name="RowsPurged">Deleted rows that were left behind for good.</param>
/// <param name="PartitionsDone">Partitions that were committed.</param>
/// <param name="PartitionsLeft">Partitions that others changed too much meanwhile, or that the budget did not reach; the next run takes them.</param>
public sealed record OptimizeOutcome(long? Version, int FilesRemoved, int FilesAdded, long BytesRemoved, long BytesAdded, long RowsPurged, int PartitionsDone, int PartitionsLeft);
