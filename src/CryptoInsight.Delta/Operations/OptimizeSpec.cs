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
    /// <remarks>A file that was laid out is remembered by a tag and left alone (also by an OPTIMIZE without columns) until many of its rows are deleted, or eight small ones of the partition can become one.</remarks>
    public IReadOnlyList<string> ZOrderBy { get; init; } = [];

    /// <summary>Bytes of source files that one run may rewrite; what is left waits for the next run. A run does one bin at least, so that every run comes forward.</summary>
    /// <remarks>A Z-ordered partition that is larger is laid out in bins of this size, each for itself.</remarks>
    public long BytesMax { get; init; } = long.MaxValue;

    /// <summary>Bytes of rows that Z-ordering may hold in memory, over all partitions under way; what does not fit is put aside on the local disk.</summary>
    /// <remarks>Besides, each partition under way holds one row group on its way out and some files on their way in.</remarks>
    public long MemoryBytesMax { get; init; } = 512L << 20;

    /// <summary>The folder for rows that do not fit in memory; null: the system's temporary folder.</summary>
    public string? SpillFolder { get; init; }

    /// <summary>Partitions, or files of one partition, that are worked on at once; null: as <see cref="DeltaTableOptions.Parallelism"/> says.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Awaited between batches of some ten thousand rows: where the run is to leave the machine to others. Null: it never rests.</summary>
    public Func<CancellationToken, ValueTask>? Rest { get; init; }

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
public sealed record OptimizeOutcome(long? Version, int FilesRemoved, int FilesAdded, long BytesRemoved, long BytesAdded, long RowsPurged, int PartitionsDone, int PartitionsLeft)
{
    /// <summary>The most bytes of rows that were held at once for sorting; 0 without Z-order.</summary>
    public long SortBytesPeak { get; init; }
}

/// <summary>Files of one partition that OPTIMIZE would rewrite.</summary>
/// <param name="Values">The partition's values in the order of the partition columns, as the log writes them; null is null.</param>
/// <param name="Files">The files.</param>
public sealed record OptimizeCandidate(IReadOnlyList<string?> Values, IReadOnlyList<Actions.AddFile> Files)
{
    /// <summary>Their size together.</summary>
    public long Bytes => Files.Sum(static f => f.Size);
}
