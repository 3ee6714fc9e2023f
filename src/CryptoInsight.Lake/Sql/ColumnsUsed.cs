using System.Text.Json;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Sql;

/// <summary>Reads from a SELECT over one table which of its columns the SELECT can look at; where it is not sure, all.</summary>
/// <remarks>Invariant: what it leaves out has no influence on the answer. So everything that may stand for columns without naming them (a star, a position, the table as one value, a subquery,
/// a lambda's parameter, a name that is not the table's) means all.</remarks>
/// <param name="columns">The columns by the names that the query uses.</param>
/// <param name="qualifier">The name or alias by which the query may qualify them.</param>
internal sealed class ColumnsUsed(IReadOnlyDictionary<string, StructField> columns, string qualifier)
{
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Their names in the schema, or null for all.</summary>
    public IReadOnlySet<string>? Of(JsonElement select) =>
        select.EnumerateObject().Where(p => p.Name != "from_table").All(p => Walk(p.Value)) ? _used : null;

    private bool Walk(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Array => e.EnumerateArray().All(Walk),
        JsonValueKind.Object => Text(e, "class") switch
        {
            "COLUMN_REF" => Take([.. e.GetProperty("column_names").EnumerateArray().Select(n => n.GetString()!)]),
            "CONSTANT" => true,
            null or "COMPARISON" or "CONJUNCTION" or "CASE" or "CAST" or "OPERATOR" or "BETWEEN" or "FUNCTION" or "WINDOW" => e.EnumerateObject().All(p => Walk(p.Value)),
            _ => false,
        },
        _ => true,
    };

    /// <summary><c>column</c>, <c>column.part</c> or <c>table.column</c>.</summary>
    private bool Take(string[] names)
    {
        bool isTable = string.Equals(names[0], qualifier, StringComparison.OrdinalIgnoreCase);
        string? name = !isTable ? names[0] : names.Length > 1 && !columns.ContainsKey(qualifier) ? names[1] : null;
        if (name is null || !columns.TryGetValue(name, out StructField? column))
        {
            return false;
        }

        _used.Add(column.Name);
        return true;
    }

    private static string? Text(JsonElement e, string property) => e.TryGetProperty(property, out JsonElement v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;
}
