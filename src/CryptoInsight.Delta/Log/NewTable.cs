using System.Globalization;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Log;

/// <summary>The protocol and metadata of a table that is being made.</summary>
internal static class NewTable
{
    /// <summary>Derives protocol and metadata from what is wanted.</summary>
    internal static (Protocol Protocol, Metadata Metadata) From(TableDefinition definition, Guid id, DateTimeOffset now)
    {
        Check(definition);
        Protocol protocol = TableFeatures.Least(definition.Properties.SelectMany(static p => TableFeatures.NeededBy(p.Key, p.Value)).Concat(TableFeatures.NeededBy(definition.Schema)));
        Dictionary<string, string> properties = definition.Properties.Where(static p => !p.Key.StartsWith(TableFeatures.ByName, StringComparison.Ordinal)).ToDictionary(static p => p.Key, static p => p.Value, StringComparer.Ordinal);
        StructType schema = definition.Schema;
        if (ProtocolSupport.Has(protocol, "columnMapping"))
        {
            (schema, int maxId) = ColumnMapping.Assign(schema, id);
            properties[TableProperties.ColumnMappingMaxId] = maxId.ToString(CultureInfo.InvariantCulture);
        }

        Metadata metadata = new(id.ToString(), SchemaJson.Write(schema), definition.PartitionColumns, properties)
        {
            Name = definition.Name,
            Description = definition.Description,
            CreatedTime = now.ToUnixTimeMilliseconds(),
        };
        return (protocol, metadata);
    }

    private static void Check(TableDefinition definition)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (StructField field in definition.Schema.Fields)
        {
            if (!names.Add(field.Name))
            {
                throw new DeltaException($"A table cannot have two columns named '{field.Name}': names that differ by case alone are the same.");
            }
        }

        foreach ((string name, string value) in definition.Properties)
        {
            TableProperties.CheckValue(name, value);
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
}
