namespace CryptoInsight.Delta.Data;

/// <summary>How the pages of a data file are compressed.</summary>
public enum ParquetCompression
{
    /// <summary>Fast; for small batches that compaction will rewrite.</summary>
    Snappy,

    /// <summary>Dense, at a level; for files that stay.</summary>
    Zstd,

    /// <summary>Stored as they are.</summary>
    None,
}

/// <summary>How a data file is written.</summary>
internal sealed record ParquetWriteOptions
{
    /// <summary>Snappy, row groups of 122,880 rows, pages of 1 MiB.</summary>
    public static ParquetWriteOptions Default { get; } = new();

    /// <summary>The codec of every page.</summary>
    public ParquetCompression Compression { get; init; } = ParquetCompression.Snappy;

    /// <summary>The level for zstd.</summary>
    public int ZstdLevel { get; init; } = 3;

    /// <summary>Rows in a row group: the number that DuckDB's own vectors fill exactly.</summary>
    public int RowGroupRowsMax { get; init; } = 122_880;

    /// <summary>Bytes in a page before compression.</summary>
    public int PageBytesMax { get; init; } = 1 << 20;

    /// <summary>Encodings by logical name of a top-level column. Default: dictionaries for strings, dates and integers, none for numbers with fractions, timestamps and binary.</summary>
    public IReadOnlyDictionary<string, ColumnEncoding> Encodings { get; init; } = new Dictionary<string, ColumnEncoding>();

    /// <summary>What stands between the table's name and <c>.parquet</c> in a file's name.</summary>
    internal string NamePart => Compression switch
    {
        ParquetCompression.Snappy => ".snappy",
        ParquetCompression.Zstd => ".zstd",
        _ => "",
    };
}
