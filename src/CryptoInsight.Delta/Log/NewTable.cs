using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Log;

/// <summary>The protocol and metadata of a table that is being made.</summary>
internal static class NewTable
{
    private const string FeatureProperty = "delta.feature.";

    /// <summary>Derives protocol and metadata: legacy versions 1 and 2 where they are enough, else versions 1 or 3 and 7 with named features.</summary>
    internal static (Protocol Protocol, Metadata Metadata) From(TableDefinition definition, Guid id, DateTimeOffset now)
    {
        Check(definition);
        SortedSet<string> readerWriter = new(StringComparer.Ordinal);
        SortedSet<string> writerOnly = new(StringComparer.Ordinal);
        Dictionary<string, string> properties = new(StringComparer.Ordinal);
        foreach ((string name, string value) in definition.Properties)
        {
            if (name.StartsWith(FeatureProperty, StringComparison.Ordinal))
            {
                Require(name[FeatureProperty.Length..], readerWriter, writerOnly);
                continue;
            }

            properties[name] = value;
            foreach (string feature in FeaturesOf(name, value))
            {
                Require(feature, readerWriter, writerOnly);
            }
        }

        if (Uses(definition.Schema, DataType.TimestampNtz))
        {
            readerWriter.Add("timestampNtz");
        }

        StructType schema = definition.Schema;
        if (readerWriter.Contains("columnMapping"))
        {
            (schema, int maxId) = ColumnMapping.Assign(schema, id);
            properties["delta.columnMapping.maxColumnId"] = maxId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        Metadata metadata = new(id.ToString(), SchemaJson.Write(schema), definition.PartitionColumns, properties)
        {
            Name = definition.Name,
            Description = definition.Description,
            CreatedTime = now.ToUnixTimeMilliseconds(),
        };
        if (readerWriter.Count == 0 && writerOnly.Count == 0)
        {
            return (new Protocol(1, 2), metadata);
        }

        // What writer version 2 would have implied stays in force by name.
        string[] writer = ["appendOnly", "invariants", .. writerOnly, .. readerWriter];
        return (new Protocol(readerWriter.Count > 0 ? 3 : 1, 7) { ReaderFeatures = [.. readerWriter], WriterFeatures = writer }, metadata);
    }

    private static IEnumerable<string> FeaturesOf(string property, string value)
    {
        bool on = string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
        return property switch
        {
            TableProperties.ChangeDataFeed when on => ["changeDataFeed"],
            TableProperties.DeletionVectors when on => ["deletionVectors"],
            "delta.enableInCommitTimestamps" when on => ["inCommitTimestamp"],
            "delta.enableRowTracking" when on => ["rowTracking", "domainMetadata"],
            "delta.enableTypeWidening" when on => ["typeWidening"],
            "delta.checkpointPolicy" when string.Equals(value, "v2", StringComparison.OrdinalIgnoreCase) => ["v2Checkpoint"],
            "delta.columnMapping.mode" when !string.Equals(value, "none", StringComparison.OrdinalIgnoreCase) => ["columnMapping"],
            _ when property.StartsWith("delta.constraints.", StringComparison.OrdinalIgnoreCase) => ["checkConstraints"],
            _ => [],
        };
    }

    private static void Require(string feature, SortedSet<string> readerWriter, SortedSet<string> writerOnly)
    {
        switch (feature)
        {
            case "appendOnly" or "invariants":
                break;
            case "deletionVectors" or "columnMapping" or "timestampNtz" or "v2Checkpoint" or "vacuumProtocolCheck" or "typeWidening":
                readerWriter.Add(feature);
                break;
            case "changeDataFeed" or "domainMetadata" or "inCommitTimestamp" or "rowTracking":
                writerOnly.Add(feature);
                break;
            default:
                throw new UnsupportedFeatureException("A table with a feature that this engine cannot write was asked for. Leave the property out.", [feature]);
        }
    }

    private static void Check(TableDefinition definition)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (StructField field in definition.Schema.Fields)
        {
            if (!names.Add(field.Name))
            {
                throw new DeltaException($"A table cannot have two columns named '{field.Name}' (names differ not by case alone).");
            }
        }

        foreach (string column in definition.PartitionColumns)
        {
            if (definition.Schema.Find(column) is not { Type: PrimitiveType or DecimalType })
            {
                throw new DeltaException($"The partition column '{column}' is not a column of the schema with a plain type.");
            }
        }

        if (definition.Schema.Fields.Count <= definition.PartitionColumns.Count)
        {
            throw new DeltaException("A table needs at least one column that is not a partition column.");
        }
    }

    private static bool Uses(DataType type, DataType wanted) => type switch
    {
        StructType s => s.Fields.Any(f => Uses(f.Type, wanted)),
        ArrayType a => Uses(a.ElementType, wanted),
        MapType m => Uses(m.KeyType, wanted) || Uses(m.ValueType, wanted),
        _ => type.Equals(wanted),
    };
}
