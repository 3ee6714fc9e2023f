using System.Text.Json;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Sql;

/// <summary>Reads from a SELECT over one table how much of the table it needs; what it does not recognise needs everything.</summary>
/// <remarks>Recognised: a WHERE of simple conditions; <c>COUNT(*)</c> alone; expressions over <c>MAX(column)</c> and <c>MIN(column)</c>; <c>ORDER BY column LIMIT n</c>, each without a WHERE.</remarks>
/// <param name="columns">The columns by the names that the query uses.</param>
/// <param name="qualifier">The name or alias by which the query may qualify them.</param>
/// <param name="now">An instant not after the one that <c>now()</c> will give.</param>
internal sealed class ScanNeeds(IReadOnlyDictionary<string, StructField> columns, string qualifier, DateTimeOffset now)
{
    private const long RowsMax = 100_000;

    private static readonly HashSet<string> s_scalars = new(StringComparer.OrdinalIgnoreCase)
    {
        "+", "-", "*", "/", "now", "get_current_timestamp", "current_timestamp", "today", "current_date", "trunc", "to_seconds", "to_minutes", "to_hours", "to_days", "to_weeks", "to_months", "to_years",
        "date_diff", "datediff", "date_trunc", "epoch", "epoch_ms", "age", "abs", "round", "floor", "greatest", "least", "strftime", "coalesce", "||", "concat", "lower", "upper", "length", "year", "month", "day", "hour", "minute",
    };

    public ScanNeed Of(JsonElement select) => RowsOf(select) with { Columns = new ColumnsUsed(columns, qualifier).Of(select) };

    private ScanNeed RowsOf(JsonElement select)
    {
        if (select.GetProperty("where_clause").ValueKind == JsonValueKind.Object)
        {
            return new QueryConditions(columns, qualifier, now).Of(select) is { } predicate ? new ScanNeed.Matching(predicate) : new ScanNeed.Everything();
        }

        if (!IsPlain(select))
        {
            return new ScanNeed.Everything();
        }

        JsonElement[] modifiers = [.. select.GetProperty("modifiers").EnumerateArray()];
        JsonElement[] list = [.. select.GetProperty("select_list").EnumerateArray()];
        return modifiers.Length == 0 ? OfAggregates(list) : OfTop(list, modifiers);
    }

    private ScanNeed OfAggregates(JsonElement[] list)
    {
        if (list.All(IsCountOfRows))
        {
            return new ScanNeed.Count();
        }

        var found = new List<(string Column, bool Greatest)>();
        bool counts = false;
        return list.All(e => OnlyExtremes(e, found, ref counts)) && (found.Count > 0 || counts) ? new ScanNeed.Aggregates(found, counts) : new ScanNeed.Everything();
    }

    /// <summary>True if all columns in the expression stand alone inside MAX or MIN, and nothing else looks at rows but <c>COUNT(*)</c>.</summary>
    private bool OnlyExtremes(JsonElement e, List<(string Column, bool Greatest)> found, ref bool counts)
    {
        if (e.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in e.EnumerateArray())
            {
                if (!OnlyExtremes(item, found, ref counts))
                {
                    return false;
                }
            }

            return true;
        }

        if (e.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        if (IsFunction(e, "count_star"))
        {
            counts = true;
            return IsCountOfRows(e);
        }

        if (IsFunction(e, "max") || IsFunction(e, "min"))
        {
            JsonElement children = e.GetProperty("children");
            bool isSimple = children.GetArrayLength() == 1 && e.GetProperty("filter").ValueKind == JsonValueKind.Null && Column(children[0]) is not null;
            if (isSimple)
            {
                found.Add((Column(children[0])!.Name, IsFunction(e, "max")));
            }

            return isSimple;
        }

        // Any other aggregate would see only some of the rows: only functions that are known to work on one value may stand around MAX and MIN.
        bool isKnown = Text(e, "class") switch
        {
            null => true, // no expression: a part of one, such as a WHEN with its THEN
            "CONSTANT" or "COMPARISON" or "CONJUNCTION" or "CASE" or "CAST" or "OPERATOR" or "BETWEEN" => true,
            "FUNCTION" => s_scalars.Contains(Text(e, "function_name") ?? ""),
            _ => false,
        };
        if (!isKnown)
        {
            return false;
        }

        foreach (JsonProperty property in e.EnumerateObject())
        {
            if (!OnlyExtremes(property.Value, found, ref counts))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary><c>ORDER BY column LIMIT n [OFFSET m]</c>, nulls at the end as DuckDB puts them.</summary>
    private ScanNeed OfTop(JsonElement[] list, JsonElement[] modifiers)
    {
        JsonElement? order = null, limit = null;
        foreach (JsonElement modifier in modifiers)
        {
            switch (Text(modifier, "type"))
            {
                case "ORDER_MODIFIER":
                    order = modifier;
                    break;
                case "LIMIT_MODIFIER":
                    limit = modifier;
                    break;
                default:
                    return new ScanNeed.Everything();
            }
        }

        if (order is not { } by || limit is not { } at || by.GetProperty("orders").GetArrayLength() == 0)
        {
            return new ScanNeed.Everything();
        }

        JsonElement first = by.GetProperty("orders")[0];
        bool? greatest = Text(first, "type") switch { "DESCENDING" => true, "ASCENDING" or "ORDER_DEFAULT" => false, _ => null };
        long rows = Whole(at, "limit", none: -1) is { } n && Whole(at, "offset", none: 0) is { } m && n >= 0 ? n + m : -1;
        bool nullsLast = Text(first, "null_order") is "NULLS LAST" or "NULLS_LAST" or "ORDER_DEFAULT";
        return greatest is { } isGreatest && nullsLast && rows is > 0 and <= RowsMax && list.All(IsRowByRow)
            && Column(first.GetProperty("expression")) is { } column && !IsHidden(column, list)
            ? new ScanNeed.Extremes([(column.Name, isGreatest, rows)])
            : new ScanNeed.Everything();
    }

    /// <summary>ORDER BY sees the select list's aliases before the columns.</summary>
    private bool IsHidden(StructField column, JsonElement[] list) =>
        list.Any(e => columns.Any(c => c.Value == column && string.Equals(c.Key, Text(e, "alias"), StringComparison.OrdinalIgnoreCase)) && Column(e) != column);

    /// <summary>True if an item of the select list is a value of its own row alone: no aggregate, window, subquery or function that makes rows.</summary>
    private static bool IsRowByRow(JsonElement e)
    {
        if (e.ValueKind == JsonValueKind.Array)
        {
            return e.EnumerateArray().All(IsRowByRow);
        }

        if (e.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        bool isKnown = Text(e, "class") switch
        {
            null or "COLUMN_REF" or "CONSTANT" or "COMPARISON" or "CONJUNCTION" or "CASE" or "CAST" or "OPERATOR" or "BETWEEN" => true,
            "STAR" => !e.GetProperty("columns").GetBoolean() && e.GetProperty("expr").ValueKind == JsonValueKind.Null && e.GetProperty("replace_list").GetArrayLength() == 0
                && e.GetProperty("rename_list").GetArrayLength() == 0,
            "FUNCTION" => s_scalars.Contains(Text(e, "function_name") ?? ""),
            _ => false,
        };
        return isKnown && e.EnumerateObject().All(p => IsRowByRow(p.Value));
    }

    private static long? Whole(JsonElement modifier, string property, long none)
    {
        if (!modifier.TryGetProperty(property, out JsonElement e) || e.ValueKind == JsonValueKind.Null)
        {
            return none;
        }

        return Text(e, "type") == "VALUE_CONSTANT" && e.GetProperty("value") is { ValueKind: JsonValueKind.Object } v && Text(v.GetProperty("type"), "id") is "INTEGER" or "BIGINT"
            && v.GetProperty("value").TryGetInt64(out long n) && n is >= 0 and <= RowsMax
            ? n
            : null;
    }

    private static bool IsPlain(JsonElement select) =>
        Text(select, "type") == "SELECT_NODE"
        && select.GetProperty("group_expressions").GetArrayLength() == 0 && select.GetProperty("group_sets").GetArrayLength() == 0
        && select.GetProperty("having").ValueKind == JsonValueKind.Null && select.GetProperty("qualify").ValueKind == JsonValueKind.Null
        && Text(select, "aggregate_handling") == "STANDARD_HANDLING";

    private StructField? Column(JsonElement e)
    {
        if (Text(e, "type") != "COLUMN_REF")
        {
            return null;
        }

        string[] names = [.. e.GetProperty("column_names").EnumerateArray().Select(n => n.GetString()!)];
        bool isOurs = names.Length == 1 || (names.Length == 2 && string.Equals(names[0], qualifier, StringComparison.OrdinalIgnoreCase));
        return isOurs && columns.TryGetValue(names[^1], out StructField? field) ? field : null;
    }

    private static bool IsCountOfRows(JsonElement e) => IsFunction(e, "count_star") && e.GetProperty("filter").ValueKind == JsonValueKind.Null;

    private static bool IsFunction(JsonElement e, string name) => Text(e, "type") == "FUNCTION" && string.Equals(Text(e, "function_name"), name, StringComparison.OrdinalIgnoreCase);

    private static string? Text(JsonElement e, string property) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(property, out JsonElement v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;
}
