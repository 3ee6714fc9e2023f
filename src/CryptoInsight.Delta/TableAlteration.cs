using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta;

/// <summary>A change of a table's columns or properties that leaves its rows as they are.</summary>
public sealed record TableAlteration
{
    /// <summary>New columns; nullable, since the rows that are there have no value for them.</summary>
    public IReadOnlyList<StructField> AddColumns { get; init; } = [];

    /// <summary>The column before which the new ones go; null: at the end.</summary>
    public string? AddBefore { get; init; }

    /// <summary>Properties to set; features that they need are switched on in the protocol.</summary>
    public IReadOnlyDictionary<string, string> SetProperties { get; init; } = new Dictionary<string, string>();

    /// <summary>Properties to remove.</summary>
    public IReadOnlyList<string> UnsetProperties { get; init; } = [];
}
