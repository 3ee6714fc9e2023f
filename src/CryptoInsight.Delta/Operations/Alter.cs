using System.Text.Json;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Changes columns and properties: one metadata action, and a protocol action if a feature is switched on.</summary>
internal static class Alter
{
    private const string MappingId = "delta.columnMapping.id";
    private const string MappingName = "delta.columnMapping.physicalName";
    private const string MappingMax = "delta.columnMapping.maxColumnId";

    // Properties that mean work on what is there already: ids for every column, ids for every row, a record of when timestamps began.
    private static readonly string[] s_onlyAtCreation = [TableProperties.ColumnMappingMode, TableProperties.RowTracking, TableProperties.InCommitTimestampsProperty];

    internal static PreparedCommit Prepare(Snapshot snapshot, TableAlteration change, CommitSpec spec, Func<Guid> newId)
    {
        Dictionary<string, string> properties = new(snapshot.Metadata.Configuration, StringComparer.Ordinal);
        Protocol protocol = ChangeProperties(snapshot, change, properties);
        StructType schema = AddColumns(snapshot.Schema, change, properties, newId);
        protocol = TableFeatures.With(protocol, TableFeatures.NeededBy(schema));
        Metadata metadata = snapshot.Metadata with { SchemaString = change.AddColumns.Count > 0 ? SchemaJson.Write(schema) : snapshot.Metadata.SchemaString, Configuration = properties };
        List<DeltaAction> actions = [metadata];
        if (!ReferenceEquals(protocol, snapshot.Protocol))
        {
            actions.Add(protocol);
        }

        return new PreparedCommit(snapshot, actions, spec);
    }

    private static Protocol ChangeProperties(Snapshot snapshot, TableAlteration change, Dictionary<string, string> properties)
    {
        Protocol protocol = snapshot.Protocol;
        foreach ((string name, string value) in change.SetProperties)
        {
            IReadOnlyList<string> features = TableFeatures.NeededBy(name, value);
            if (s_onlyAtCreation.Contains(name) && features.Count > 0 && properties.GetValueOrDefault(name) != value)
            {
                throw new DeltaException($"The property '{name}' can be switched on only when a table is made. Make a new table with it and copy the rows.");
            }

            protocol = TableFeatures.With(protocol, features);
            if (!name.StartsWith(TableFeatures.ByName, StringComparison.Ordinal))
            {
                properties[name] = value;
            }
        }

        foreach (string name in change.UnsetProperties)
        {
            properties.Remove(name);
        }

        return protocol;
    }

    private static StructType AddColumns(StructType schema, TableAlteration change, Dictionary<string, string> properties, Func<Guid> newId)
    {
        if (change.AddColumns.Count == 0)
        {
            return schema;
        }

        List<StructField> fields = [.. schema.Fields];
        int at = change.AddBefore is null ? fields.Count : fields.FindIndex(f => string.Equals(f.Name, change.AddBefore, StringComparison.OrdinalIgnoreCase));
        if (at < 0)
        {
            throw new DeltaException($"There is no column '{change.AddBefore}' to put the new columns before.");
        }

        bool isMapped = properties.TryGetValue(TableProperties.ColumnMappingMode, out string? mode) && !string.Equals(mode, "none", StringComparison.OrdinalIgnoreCase);
        long lastId = isMapped && properties.TryGetValue(MappingMax, out string? max) && long.TryParse(max, out long known) ? known : 0;
        foreach (StructField field in change.AddColumns)
        {
            if (fields.Exists(f => string.Equals(f.Name, field.Name, StringComparison.OrdinalIgnoreCase)))
            {
                throw new DeltaException($"The table has a column '{field.Name}' already.");
            }

            if (!field.Nullable)
            {
                throw new DeltaException($"The new column '{field.Name}' must be nullable: the rows that are there have no value for it.");
            }

            fields.Insert(at++, isMapped ? Mapped(field, ref lastId, newId) : field);
        }

        if (isMapped)
        {
            properties[MappingMax] = lastId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return new StructType(fields);
    }

    // Every field, nested ones too, gets the next id and a name in the files that no rename will touch.
    private static StructField Mapped(StructField field, ref long lastId, Func<Guid> newId)
    {
        Dictionary<string, JsonElement> metadata = new(field.Metadata, StringComparer.Ordinal)
        {
            [MappingId] = JsonSerializer.SerializeToElement(++lastId, DeltaJson.Default.Int64),
            [MappingName] = JsonSerializer.SerializeToElement($"col-{newId()}", DeltaJson.Default.String),
        };
        return field with { Metadata = metadata, Type = Mapped(field.Type, ref lastId, newId) };
    }

    private static DataType Mapped(DataType type, ref long lastId, Func<Guid> newId)
    {
        switch (type)
        {
            case StructType s:
                List<StructField> fields = [];
                foreach (StructField field in s.Fields)
                {
                    fields.Add(Mapped(field, ref lastId, newId));
                }

                return new StructType(fields);
            case ArrayType a:
                return a with { ElementType = Mapped(a.ElementType, ref lastId, newId) };
            case MapType m:
                return m with { KeyType = Mapped(m.KeyType, ref lastId, newId), ValueType = Mapped(m.ValueType, ref lastId, newId) };
            default:
                return type;
        }
    }
}

/// <summary>JSON of plain values without reflection.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(long))]
[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class DeltaJson : System.Text.Json.Serialization.JsonSerializerContext;
