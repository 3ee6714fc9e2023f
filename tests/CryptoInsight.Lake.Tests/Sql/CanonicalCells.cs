using System.Globalization;
using System.Text.Json.Nodes;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>Rows of a SQL answer in the canonical form of the golden tables, so that both can be compared as text.</summary>
internal static class CanonicalCells
{
    public static string Line(IReadOnlyList<object?> row, StructType schema)
    {
        var line = new JsonObject();
        for (int i = 0; i < row.Count; i++)
        {
            line[schema.Fields[i].Name] = Node(row[i], schema.Fields[i].Type);
        }

        return line.ToJsonString();
    }

    /// <summary>The same JSON in one spelling of numbers and characters.</summary>
    public static string Normal(string line) => Normal(JsonNode.Parse(line))!.ToJsonString();

    private static JsonNode? Normal(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, Normal(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Normal)]),
        JsonValue v when v.GetValueKind() == System.Text.Json.JsonValueKind.Number => Number(v.ToJsonString()),
        _ => node?.DeepClone(),
    };

    private static JsonNode? Node(object? cell, DataType type) => (cell, type) switch
    {
        (null, _) => null,
        (IReadOnlyDictionary<string, object?> s, StructType t) => new JsonObject(t.Fields.Select(f => KeyValuePair.Create(f.Name, Node(s[f.Name], f.Type)))),
        (IReadOnlyList<object?> list, ArrayType t) => new JsonArray([.. list.Select(v => Node(v, t.ElementType))]),
        (IReadOnlyDictionary<string, object?> map, MapType t) => new JsonArray(
            [.. map.Select(p => (JsonNode)new JsonArray(Key(p.Key, t.KeyType), Node(p.Value, t.ValueType))).OrderBy(n => n[0]!.ToJsonString(), StringComparer.Ordinal)]),
        (long or System.Numerics.BigInteger, DecimalType) => Convert.ToString(cell, CultureInfo.InvariantCulture)!,
        (string digits, DecimalType) => digits,
        (double d, _) => Number(d),
        (float f, _) => Number(f),
        (decimal d, DecimalType t) => d.ToString("F" + t.Scale.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        (DateOnly d, _) => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        (DateTimeOffset t, _) => t.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        (DateTime t, PrimitiveType { Name: "timestamp" }) => t.ToString("yyyy-MM-ddTHH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        (DateTime t, _) => t.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        (byte[] bytes, _) => Convert.ToHexStringLower(bytes),
        (bool b, _) => b,
        (string s, _) => s,
        _ => Number(Convert.ToString(cell, CultureInfo.InvariantCulture)!),
    };

    private static JsonNode Key(string key, DataType type) => type == DataType.String ? JsonValue.Create(key) : JsonNode.Parse(key)!;

    private static JsonNode Number(double d) => double.IsNaN(d) ? "NaN" : double.IsInfinity(d) ? (d > 0 ? "Infinity" : "-Infinity") : Number(d.ToString("R", CultureInfo.InvariantCulture));

    private static JsonNode Number(float f) => float.IsNaN(f) ? "NaN" : float.IsInfinity(f) ? (f > 0 ? "Infinity" : "-Infinity") : Number(f.ToString("R", CultureInfo.InvariantCulture));

    private static JsonNode Number(string digits) =>
        long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? JsonValue.Create(whole) : JsonValue.Create(double.Parse(digits, CultureInfo.InvariantCulture));
}
