using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Log;

/// <summary>Which features properties and types ask for, and how a protocol takes them in.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Table Features for New and Existing Tables", "Valid Feature Names in Table Features".</remarks>
internal static class TableFeatures
{
    /// <summary>The prefix of properties that switch a feature on by name.</summary>
    internal const string ByName = "delta.feature.";

    private static readonly Protocol s_least = new(1, 2);

    /// <summary>The features that a property needs.</summary>
    internal static IReadOnlyList<string> NeededBy(string property, string value)
    {
        bool on = string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
        return property switch
        {
            TableProperties.ChangeDataFeed when on => ["changeDataFeed"],
            TableProperties.DeletionVectors when on => ["deletionVectors"],
            TableProperties.InCommitTimestampsProperty when on => ["inCommitTimestamp"],
            TableProperties.RowTracking when on => ["rowTracking", "domainMetadata"],
            "delta.enableTypeWidening" when on => ["typeWidening"],
            "delta.checkpointPolicy" when string.Equals(value, "v2", StringComparison.OrdinalIgnoreCase) => ["v2Checkpoint"],
            TableProperties.ColumnMappingMode when !string.Equals(value, "none", StringComparison.OrdinalIgnoreCase) => ["columnMapping"],
            _ when property.StartsWith("delta.constraints.", StringComparison.OrdinalIgnoreCase) => ["checkConstraints"],
            _ when property.StartsWith(ByName, StringComparison.Ordinal) => [property[ByName.Length..]],
            _ => [],
        };
    }

    /// <summary>The features that the types of a schema need.</summary>
    internal static IReadOnlyList<string> NeededBy(DataType type) => type switch
    {
        StructType s => [.. s.Fields.SelectMany(static f => NeededBy(f.Type)).Distinct(StringComparer.Ordinal)],
        ArrayType a => NeededBy(a.ElementType),
        MapType m => [.. NeededBy(m.KeyType), .. NeededBy(m.ValueType)],
        _ when type.Equals(DataType.TimestampNtz) => ["timestampNtz"],
        _ => [],
    };

    /// <summary>The least protocol with these features: versions 1 and 2 where they are enough, else 1 or 3 and 7 with names.</summary>
    internal static Protocol Least(IEnumerable<string> features) => With(s_least, features);

    /// <summary>A protocol with more features. What its legacy versions implied stays in force by name.</summary>
    internal static Protocol With(Protocol protocol, IEnumerable<string> features)
    {
        SortedSet<string> missing = new(features.Where(f => !ProtocolSupport.Has(protocol, f)), StringComparer.Ordinal);
        if (missing.Count == 0)
        {
            return protocol;
        }

        List<string> writer = [.. protocol.MinWriterVersion >= 7 ? protocol.WriterFeatures : ProtocolSupport.ImpliedBy(protocol.MinWriterVersion)];
        writer.AddRange(missing);
        SortedSet<string> reader = new(protocol.ReaderFeatures, StringComparer.Ordinal);
        reader.UnionWith(missing.Where(IsForReaders));
        if (protocol.MinReaderVersion == 2)
        {
            reader.Add("columnMapping");
        }

        return reader.Count > 0
            ? new Protocol(3, 7) { ReaderFeatures = [.. reader], WriterFeatures = writer }
            : new Protocol(1, 7) { WriterFeatures = writer };
    }

    private static bool IsForReaders(string feature) => feature switch
    {
        "deletionVectors" or "columnMapping" or "timestampNtz" or "v2Checkpoint" or "vacuumProtocolCheck" or "typeWidening" => true,
        "appendOnly" or "invariants" or "changeDataFeed" or "domainMetadata" or "inCommitTimestamp" or "rowTracking" or "generatedColumns" or "allowColumnDefaults" or "checkConstraints" => false,
        _ => throw new UnsupportedFeatureException("A feature that this engine cannot write was asked for. Leave that property out.", [feature]),
    };
}
