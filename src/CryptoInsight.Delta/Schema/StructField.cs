using System.Text.Json;

namespace CryptoInsight.Delta.Schema;

/// <summary>One column or nested field: name, type, nullability, and the JSON metadata that the protocol keeps there (column mapping, comments, invariants).</summary>
public sealed record StructField(string Name, DataType Type, bool Nullable = true)
{
    /// <summary>Metadata by key, kept exactly as read.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metadata { get; init; } = new Dictionary<string, JsonElement>();

    /// <inheritdoc/>
    public bool Equals(StructField? other) =>
        other is not null && Name == other.Name && Nullable == other.Nullable && Type.Equals(other.Type)
        && Metadata.Count == other.Metadata.Count
        && Metadata.All(m => other.Metadata.TryGetValue(m.Key, out JsonElement v) && JsonElement.DeepEquals(m.Value, v));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Nullable, Type);
}
