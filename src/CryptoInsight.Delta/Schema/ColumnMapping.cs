using System.Globalization;
using System.Text.Json;
using CryptoInsight.Delta.Actions;

namespace CryptoInsight.Delta.Schema;

/// <summary>How columns are found in data files.</summary>
public enum ColumnMappingMode
{
    /// <summary>By their names.</summary>
    None,

    /// <summary>By the physical names in the schema's metadata.</summary>
    Name,

    /// <summary>By the field ids in the schema's metadata.</summary>
    Id,
}

/// <summary>Reads the column mapping out of a table's protocol, properties and schema.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Column Mapping".</remarks>
public static class ColumnMapping
{
    private const string PhysicalNameKey = "delta.columnMapping.physicalName";
    private const string IdKey = "delta.columnMapping.id";

    /// <summary>The mode in force: the property counts only where the protocol supports the feature.</summary>
    public static ColumnMappingMode ModeOf(Protocol protocol, Metadata metadata)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(metadata);
        bool supported = protocol.MinReaderVersion == 2 || (protocol.MinReaderVersion >= 3 && protocol.ReaderFeatures.Contains("columnMapping"));
        if (!supported || !metadata.Configuration.TryGetValue("delta.columnMapping.mode", out string? mode))
        {
            return ColumnMappingMode.None;
        }

        return mode.ToLowerInvariant() switch
        {
            "none" => ColumnMappingMode.None,
            "name" => ColumnMappingMode.Name,
            "id" => ColumnMappingMode.Id,
            _ => throw new UnsupportedFeatureException("The table's delta.columnMapping.mode is none of none, name and id.", ["columnMapping"]),
        };
    }

    /// <summary>The name of the field in data files, statistics and partition values.</summary>
    public static string PhysicalName(StructField field, ColumnMappingMode mode)
    {
        ArgumentNullException.ThrowIfNull(field);
        return mode != ColumnMappingMode.None && field.Metadata.TryGetValue(PhysicalNameKey, out JsonElement name) && name.ValueKind == JsonValueKind.String
            ? name.GetString()!
            : field.Name;
    }

    /// <summary>The id of the field in data files, or null.</summary>
    public static int? FieldId(StructField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        if (!field.Metadata.TryGetValue(IdKey, out JsonElement id))
        {
            return null;
        }

        return id.ValueKind switch
        {
            JsonValueKind.Number when id.TryGetInt32(out int number) => number,
            JsonValueKind.String when int.TryParse(id.GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) => number,
            _ => null,
        };
    }

    /// <summary>Gives every field of a new table an id and a physical name, nested fields too; returns the schema and the greatest id.</summary>
    /// <remarks>Fields that have both already keep them. Physical names never repeat: they carry <paramref name="unique"/>, the table's own id. New ids come after <paramref name="after"/> too.</remarks>
    public static (StructType Schema, int MaxId) Assign(StructType schema, Guid unique, int after = 0)
    {
        ArgumentNullException.ThrowIfNull(schema);
        int last = Math.Max(after, MaxIdOf(schema));
        return ((StructType)Assign(schema, unique, ref last), last);
    }

    private static DataType Assign(DataType type, Guid unique, ref int last)
    {
        switch (type)
        {
            case StructType s:
                List<StructField> fields = [];
                foreach (StructField f in s.Fields)
                {
                    StructField named = FieldId(f) is null || !f.Metadata.ContainsKey(PhysicalNameKey) ? Named(f, ++last, unique) : f;
                    fields.Add(named with { Type = Assign(named.Type, unique, ref last) });
                }

                return new StructType(fields);
            case ArrayType a:
                return a with { ElementType = Assign(a.ElementType, unique, ref last) };
            case MapType m:
                DataType key = Assign(m.KeyType, unique, ref last);
                return m with { KeyType = key, ValueType = Assign(m.ValueType, unique, ref last) };
            default:
                return type;
        }
    }

    private static StructField Named(StructField field, int id, Guid unique)
    {
        Dictionary<string, JsonElement> metadata = new(field.Metadata, StringComparer.Ordinal)
        {
            [IdKey] = JsonDocument.Parse(id.ToString(CultureInfo.InvariantCulture)).RootElement,
            [PhysicalNameKey] = JsonDocument.Parse(string.Create(CultureInfo.InvariantCulture, $"\"col-{id}-{unique:N}\"")).RootElement,
        };
        return field with { Metadata = metadata };
    }

    private static int MaxIdOf(DataType type) => type switch
    {
        StructType s => s.Fields.Select(static f => Math.Max(FieldId(f) ?? 0, MaxIdOf(f.Type))).DefaultIfEmpty(0).Max(),
        ArrayType a => MaxIdOf(a.ElementType),
        MapType m => Math.Max(MaxIdOf(m.KeyType), MaxIdOf(m.ValueType)),
        _ => 0,
    };
}
