using System.Text.Json;

namespace CryptoInsight.Lake.Sql;

/// <summary>Lets through one SELECT that reads only tables and views of the lake, by the syntax tree that DuckDB's own parser made of the very text that is to run.</summary>
/// <remarks>The tree is walked by what is known, not by what is forbidden: a reference to a table is a name of the lake, a stand-in, or a WITH query in whose scope it lies; everything else
/// in FROM that is not on the list is refused. So files by name, functions that read files, the catalog and the settings are out of reach before anything is bound.</remarks>
internal sealed class QueryGate
{
    private static readonly string[] s_nameParts = ["catalog_name", "schema_name", "table_name"];

    private readonly SqlNames _names;
    private readonly Func<string, bool> _isOfTheLake;
    private readonly IReadOnlyDictionary<string, TimeTravel> _standIns;
    private readonly List<TableReference> _references = [];

    private QueryGate(SqlNames names, Func<string, bool> isOfTheLake, IReadOnlyDictionary<string, TimeTravel> standIns)
    {
        _names = names;
        _isOfTheLake = isOfTheLake;
        _standIns = standIns;
    }

    /// <summary>The tables that a query reads.</summary>
    /// <param name="serialized">What <c>json_serialize_sql</c> gave for the text.</param>
    /// <param name="text">The text.</param>
    /// <param name="names">Resolves names.</param>
    /// <param name="isOfTheLake">Whether the lake has a table or view.</param>
    /// <param name="standIns">Names that stand for tables as of a version.</param>
    public static IReadOnlyList<TableReference> Pass(
        JsonElement serialized, SqlTokens text, SqlNames names, Func<string, bool> isOfTheLake, IReadOnlyDictionary<string, TimeTravel> standIns)
    {
        if (serialized.GetProperty("error").GetBoolean())
        {
            throw Fault(serialized, text);
        }

        JsonElement statements = serialized.GetProperty("statements");
        if (statements.GetArrayLength() != 1)
        {
            throw new SqlException("One statement at a time: put a semicolon between them.");
        }

        var gate = new QueryGate(names, isOfTheLake, standIns);
        gate.Walk(statements[0].GetProperty("node"), []);
        return gate._references;
    }

    /// <summary>The answer to a statement that is no query.</summary>
    public static SqlException NotAQuery(SqlTokens text)
    {
        string? word = text.IsKind(0, SqlTokenKind.Word) ? text.NameAt(0)! : null;
        string what = word is { Length: <= 20 } && word.All(char.IsAsciiLetter) ? word.ToUpperInvariant() : "This statement";
        return new SqlException($"{what} is refused: SQL here reads the lake and changes nothing. Available: {StatementReader.Supported}.");
    }

    private static SqlException Fault(JsonElement serialized, SqlTokens text)
    {
        if (serialized.GetProperty("error_type").GetString() == "not implemented")
        {
            return NotAQuery(text);
        }

        string message = serialized.GetProperty("error_message").GetString() ?? "the text cannot be read";
        return new SqlException(DuckDbMessage.Plain(message));
    }

    /// <param name="element">Any part of the tree.</param>
    /// <param name="scope">Names of WITH queries that can be seen here.</param>
    /// <param name="isChecked">True if the element itself was looked at as a reference already.</param>
    private void Walk(JsonElement element, IReadOnlyList<string> scope, bool isChecked = false)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
            {
                Walk(item, scope);
            }
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (!isChecked)
        {
            CheckReference(element, scope, null);
        }

        if (element.TryGetProperty("cte_map", out JsonElement withQueries))
        {
            scope = WalkWithQueries(withQueries, scope);
        }

        if (element.TryGetProperty("cte_name", out JsonElement own) && own.ValueKind == JsonValueKind.String)
        {
            scope = [.. scope, own.GetString()!]; // WITH RECURSIVE: a query sees itself
        }

        CheckFunction(element);
        if (TypeOf(element) == "VALUE_PARAMETER")
        {
            throw new SqlException("Parameters such as ? and $1 have no value here; write the value itself.");
        }

        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Name == "from_table")
            {
                CheckReference(property.Value, scope, IsLone(element) ? element : null);
                Walk(property.Value, scope, isChecked: true);
            }
            else if (property.Name != "cte_map")
            {
                Walk(property.Value, scope);
            }
        }
    }

    private IReadOnlyList<string> WalkWithQueries(JsonElement map, IReadOnlyList<string> scope)
    {
        foreach (JsonElement entry in map.GetProperty("map").EnumerateArray())
        {
            Walk(entry.GetProperty("value"), scope); // a WITH query sees those before it
            scope = [.. scope, entry.GetProperty("key").GetString()!];
        }

        return scope;
    }

    /// <summary>A function call anywhere, those in FROM too.</summary>
    private static void CheckFunction(JsonElement element)
    {
        if (element.TryGetProperty("function_name", out JsonElement function) && function.ValueKind == JsonValueKind.String
            && !FunctionRules.MayBeCalled(function.GetString()!))
        {
            throw RefusedFunction();
        }
    }

    /// <summary>Anything that stands where rows come from: in FROM, at a side of a join, in a subquery, or where a later DuckDB may put it.</summary>
    private void CheckReference(JsonElement reference, IReadOnlyList<string> scope, JsonElement? select)
    {
        switch (TypeOf(reference))
        {
            case "BASE_TABLE":
                Table(reference, scope, select);
                break;
            case "TABLE_FUNCTION" when !FunctionRules.MayStandInFrom(reference.GetProperty("function").GetProperty("function_name").GetString() ?? ""):
                throw RefusedFunction();
            case "SHOW_REF" when reference.GetProperty("query").ValueKind == JsonValueKind.Null:
                throw new SqlException($"SHOW and DESCRIBE take a table or TABLES here. Available: {StatementReader.Supported}.");
            case "COLUMN_DATA" or "DELIM_GET" or "BOUND_TABLE_REF" or "CTE":
                throw new SqlException("FROM holds something that is no table, query or list of values.");
        }
    }

    private void Table(JsonElement reference, IReadOnlyList<string> scope, JsonElement? select)
    {
        string[] parts = [.. s_nameParts.Select(p => reference.GetProperty(p).GetString() ?? "").Where(p => p.Length > 0)];
        if (reference.GetProperty("at_clause").ValueKind != JsonValueKind.Null)
        {
            throw new SqlException("Write T VERSION AS OF n or T TIMESTAMP AS OF 't' instead of AT.");
        }

        string last = parts[^1];
        if (parts.Length == 1 && _standIns.ContainsKey(last))
        {
            _references.Add(new TableReference(last, select));
            return;
        }

        bool mayBeWith = parts.Length == 1 && scope.Contains(last, StringComparer.OrdinalIgnoreCase);
        if (_names.TableOf(parts) is { } table && _isOfTheLake(table))
        {
            // A WITH query may have the name of a table; which of the two is meant is DuckDB's to say.
            _references.Add(new TableReference(table, mayBeWith ? null : select));
        }
        else if (!mayBeWith)
        {
            throw new UnknownTableException(SqlNames.Shown(parts));
        }
    }

    /// <summary>True for a SELECT that reads one table, whole: then its WHERE is about that table's rows alone.</summary>
    private static bool IsLone(JsonElement select) =>
        select.GetProperty("from_table") is { ValueKind: JsonValueKind.Object } from
        && TypeOf(from) == "BASE_TABLE"
        && from.GetProperty("sample").ValueKind == JsonValueKind.Null
        && from.GetProperty("column_name_alias").GetArrayLength() == 0
        && select.GetProperty("sample").ValueKind == JsonValueKind.Null;

    private static string? TypeOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private static SqlException RefusedFunction() =>
        new("A function is refused: SQL here reads the lake's tables by name, not files, settings, other statements or the machine.");

    /// <summary>A name that the lake does not have; the session adds which it has.</summary>
    internal sealed class UnknownTableException(string shown) : Exception(shown);
}
