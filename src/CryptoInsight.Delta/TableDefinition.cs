using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta;

/// <summary>What a new table is to be.</summary>
public sealed record TableDefinition(StructType Schema)
{
    /// <summary>Columns whose values name the partition, in order.</summary>
    public IReadOnlyList<string> PartitionColumns { get; init; } = [];

    /// <summary>Table properties such as <c>delta.enableChangeDataFeed</c>; features that they need are switched on in the protocol.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>A name for people.</summary>
    public string? Name { get; init; }

    /// <summary>A description for people.</summary>
    public string? Description { get; init; }

    /// <summary>How each column is encoded in Parquet; a column not named here gets the engine's default.</summary>
    public IReadOnlyDictionary<string, ColumnEncoding> Encodings { get; init; } = new Dictionary<string, ColumnEncoding>();
}

/// <summary>How a column is written.</summary>
public enum ColumnEncoding
{
    /// <summary>Dictionary with the usual fall-back.</summary>
    Dictionary,

    /// <summary>No dictionary: for values that are nearly all distinct.</summary>
    Plain,
}
