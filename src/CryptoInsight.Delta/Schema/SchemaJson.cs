using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CryptoInsight.Delta.Schema;

/// <summary>Reads and writes the <c>schemaString</c> of the metadata action.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Schema Serialization Format". Types that the engine knows by name only (<c>void</c>, <c>variant</c>, geometry) parse as a
/// <see cref="PrimitiveType"/> of that name, so the feature check or the reader can refuse them by name instead of failing on text.</remarks>
internal static class SchemaJson
{
    // Deeper nesting is no schema of a table but an attack on the stack.
    private const int DepthMax = 64;

    private static readonly JsonWriterOptions WriteOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Parses a schema; <see cref="CorruptTableException"/> if the text is no schema.</summary>
    public static StructType Parse(string schemaString)
    {
        ArgumentNullException.ThrowIfNull(schemaString);
        try
        {
            using JsonDocument document = JsonDocument.Parse(schemaString, new JsonDocumentOptions { MaxDepth = DepthMax * 4 });
            return ParseType(document.RootElement, 0) as StructType ?? throw Corrupt("the top level is not a struct");
        }
        catch (JsonException e)
        {
            throw new CorruptTableException("The table's schemaString is not valid JSON: the metaData action is damaged. Read an older version, or restore the log from a backup.", e);
        }
    }

    /// <summary>Writes a schema in the order of keys that Spark writes.</summary>
    public static string Write(StructType schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, WriteOptions))
        {
            WriteType(json, schema);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static DataType ParseType(JsonElement e, int depth)
    {
        if (depth > DepthMax)
        {
            throw Corrupt($"types are nested more than {DepthMax} deep");
        }

        return e.ValueKind switch
        {
            JsonValueKind.String => ParseName(e.GetString()!),
            JsonValueKind.Object => ParseNested(e, depth),
            _ => throw Corrupt("a type is neither a name nor an object"),
        };
    }

    private static DataType ParseNested(JsonElement e, int depth)
    {
        string kind = Text(e, "type");
        switch (kind)
        {
            case "struct":
                JsonElement fields = Member(e, "fields");
                if (fields.ValueKind != JsonValueKind.Array)
                {
                    throw Corrupt("a struct's fields are not a list");
                }

                return new StructType(CheckNames([.. fields.EnumerateArray().Select(f => ParseField(f, depth + 1))]));
            case "array":
                return new ArrayType(ParseType(Member(e, "elementType"), depth + 1), Flag(e, "containsNull"));
            case "map":
                return new MapType(ParseType(Member(e, "keyType"), depth + 1), ParseType(Member(e, "valueType"), depth + 1), Flag(e, "valueContainsNull"));
            case "udt":
                // Spark's user-defined types carry the stored type beside their class names.
                return ParseType(Member(e, "sqlType"), depth + 1);
            default:
                return ParseName(kind);
        }
    }

    private static StructField ParseField(JsonElement e, int depth)
    {
        if (e.ValueKind != JsonValueKind.Object)
        {
            throw Corrupt("a field is not an object");
        }

        StructField field = new(Text(e, "name"), ParseType(Member(e, "type"), depth), !e.TryGetProperty("nullable", out JsonElement n) || n.ValueKind != JsonValueKind.False);
        if (!e.TryGetProperty("metadata", out JsonElement metadata) || metadata.ValueKind != JsonValueKind.Object)
        {
            return field;
        }

        Dictionary<string, JsonElement> kept = [];
        foreach (JsonProperty p in metadata.EnumerateObject())
        {
            kept[p.Name] = p.Value.Clone();
        }

        return kept.Count == 0 ? field : field with { Metadata = kept };
    }

    private static List<StructField> CheckNames(List<StructField> fields)
    {
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        return fields.All(f => seen.Add(f.Name)) ? fields : throw Corrupt("two fields of one struct have the same name, casing aside");
    }

    private static DataType ParseName(string name)
    {
        if (!name.StartsWith("decimal", StringComparison.Ordinal))
        {
            return new PrimitiveType(name is "null" ? "void" : name);
        }

        if (name == "decimal")
        {
            return new DecimalType(10, 0);
        }

        ReadOnlySpan<char> inside = name.AsSpan("decimal".Length).Trim();
        int comma = inside.IndexOf(',');
        if (inside.Length > 4 && inside[0] == '(' && inside[^1] == ')' && comma > 0
            && int.TryParse(inside[1..comma].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int precision)
            && int.TryParse(inside[(comma + 1)..^1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int scale)
            && precision is >= 1 and <= 38 && scale <= precision)
        {
            return new DecimalType(precision, scale);
        }

        throw Corrupt("a decimal type has no valid precision and scale");
    }

    private static void WriteType(Utf8JsonWriter json, DataType type)
    {
        switch (type)
        {
            case StructType s:
                json.WriteStartObject();
                json.WriteString("type", "struct");
                json.WriteStartArray("fields");
                foreach (StructField f in s.Fields)
                {
                    WriteField(json, f);
                }

                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case ArrayType a:
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WritePropertyName("elementType");
                WriteType(json, a.ElementType);
                json.WriteBoolean("containsNull", a.ContainsNull);
                json.WriteEndObject();
                break;
            case MapType m:
                json.WriteStartObject();
                json.WriteString("type", "map");
                json.WritePropertyName("keyType");
                WriteType(json, m.KeyType);
                json.WritePropertyName("valueType");
                WriteType(json, m.ValueType);
                json.WriteBoolean("valueContainsNull", m.ValueContainsNull);
                json.WriteEndObject();
                break;
            default:
                json.WriteStringValue(type.ToString());
                break;
        }
    }

    private static void WriteField(Utf8JsonWriter json, StructField f)
    {
        json.WriteStartObject();
        json.WriteString("name", f.Name);
        json.WritePropertyName("type");
        WriteType(json, f.Type);
        json.WriteBoolean("nullable", f.Nullable);
        json.WriteStartObject("metadata");
        foreach ((string key, JsonElement value) in f.Metadata)
        {
            json.WritePropertyName(key);
            value.WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static JsonElement Member(JsonElement e, string name) => e.TryGetProperty(name, out JsonElement v) ? v : throw Corrupt($"a type or field has no '{name}'");

    private static string Text(JsonElement e, string name)
    {
        JsonElement v = Member(e, name);
        return v.ValueKind == JsonValueKind.String ? v.GetString()! : throw Corrupt($"'{name}' is not text");
    }

    // Absent means nullable: the side that can lose nothing.
    private static bool Flag(JsonElement e, string name) => !e.TryGetProperty(name, out JsonElement v) || v.ValueKind != JsonValueKind.False;

    private static CorruptTableException Corrupt(string why) => new($"The table's schemaString is not a Delta schema: {why}. The metaData action is damaged; read an older version, or restore the log from a backup.");
}
