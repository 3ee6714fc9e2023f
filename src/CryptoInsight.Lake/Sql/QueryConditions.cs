using System.Globalization;
using System.Text.Json;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Sql;

/// <summary>Reads the simple conditions of a WHERE (column against constant, joined by AND and OR) as a predicate that leaves files out; what it cannot read, it leaves to DuckDB.</summary>
/// <remarks>Invariant: the predicate is true for every row for which the WHERE is true. So a term of an AND that is not understood is dropped, and one of an OR makes the whole OR unknown.</remarks>
/// <param name="columns">The columns of the table by the names that the query uses.</param>
/// <param name="qualifier">The name or alias by which the query may qualify them.</param>
/// <param name="now">An instant not after the one that <c>now()</c> will give.</param>
internal sealed class QueryConditions(IReadOnlyDictionary<string, StructField> columns, string qualifier, DateTimeOffset now)
{
    private static readonly HashSet<string> s_now = new(StringComparer.OrdinalIgnoreCase) { "now", "get_current_timestamp", "current_timestamp", "transaction_timestamp" };

    private static readonly Dictionary<string, Func<long, TimeSpan>> s_units = new(StringComparer.OrdinalIgnoreCase)
    {
        ["to_seconds"] = n => TimeSpan.FromSeconds(n),
        ["to_minutes"] = n => TimeSpan.FromMinutes(n),
        ["to_hours"] = n => TimeSpan.FromHours(n),
        ["to_days"] = n => TimeSpan.FromDays(n),
        ["to_weeks"] = n => TimeSpan.FromDays(7 * n),
    };

    private static readonly string[] s_times =
        ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFF"];

    /// <summary>The predicate of a SELECT's WHERE, or null if nothing of it is understood.</summary>
    public Predicate? Of(JsonElement select) =>
        select.TryGetProperty("where_clause", out JsonElement where) && where.ValueKind == JsonValueKind.Object ? Term(where) : null;

    private Predicate? Term(JsonElement e) => Text(e, "type") switch
    {
        "CONJUNCTION_AND" => And(e.GetProperty("children").EnumerateArray().Select(Term).OfType<Predicate>().ToList()),
        "CONJUNCTION_OR" => Or(e.GetProperty("children").EnumerateArray().Select(Term).ToList()),
        "COMPARE_EQUAL" => Compare(e, Comparison.Equal, Comparison.Equal),
        "COMPARE_LESSTHAN" => Compare(e, Comparison.Less, Comparison.Greater),
        "COMPARE_LESSTHANOREQUALTO" => Compare(e, Comparison.LessOrEqual, Comparison.GreaterOrEqual),
        "COMPARE_GREATERTHAN" => Compare(e, Comparison.Greater, Comparison.Less),
        "COMPARE_GREATERTHANOREQUALTO" => Compare(e, Comparison.GreaterOrEqual, Comparison.LessOrEqual),
        "COMPARE_BETWEEN" => Between(e),
        "COMPARE_IN" => In(e),
        _ => null,
    };

    private static Predicate? And(List<Predicate> terms) => terms.Count switch { 0 => null, 1 => terms[0], _ => new Predicate.And(terms) };

    private static Predicate.Or? Or(List<Predicate?> terms) => terms.Contains(null) ? null : new Predicate.Or([.. terms.OfType<Predicate>()]);

    private Predicate.Compare? Compare(JsonElement e, Comparison asWritten, Comparison turned)
    {
        JsonElement left = e.GetProperty("left"), right = e.GetProperty("right");
        return Column(left) is { } column ? Compare(column, asWritten, right)
            : Column(right) is { } other ? Compare(other, turned, left)
            : null;
    }

    private Predicate.Compare? Compare(StructField column, Comparison op, JsonElement value) =>
        Literal(column.Type, value) is { } literal ? new Predicate.Compare(column.Name, op, literal)
        : op is Comparison.Greater or Comparison.GreaterOrEqual && Past(column.Type, value) is { } since ? new Predicate.Compare(column.Name, Comparison.GreaterOrEqual, since)
        : null;

    private Predicate? Between(JsonElement e)
    {
        if (Column(e.GetProperty("input")) is not { } column)
        {
            return null;
        }

        return And([.. new Predicate?[] { Compare(column, Comparison.GreaterOrEqual, e.GetProperty("lower")), Compare(column, Comparison.LessOrEqual, e.GetProperty("upper")) }.OfType<Predicate>()]);
    }

    private Predicate.In? In(JsonElement e)
    {
        JsonElement[] children = [.. e.GetProperty("children").EnumerateArray()];
        if (children.Length < 2 || Column(children[0]) is not { } column)
        {
            return null;
        }

        object?[] literals = [.. children.Skip(1).Select(c => Literal(column.Type, c))];
        return literals.Contains(null) ? null : new Predicate.In(column.Name, [.. literals.OfType<object>()]);
    }

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

    /// <summary>A constant as a literal of the column's type, exactly; null if it is none or DuckDB would compare in another type.</summary>
    private static object? Literal(DataType type, JsonElement e)
    {
        bool isCast = Text(e, "type") == "OPERATOR_CAST";
        string? castTo = isCast ? Text(e.GetProperty("cast_type"), "id") : null;
        JsonElement constant = isCast ? e.GetProperty("child") : e;
        if (Text(constant, "type") != "VALUE_CONSTANT" || constant.GetProperty("value") is not { ValueKind: JsonValueKind.Object } value || value.GetProperty("is_null").GetBoolean())
        {
            return null;
        }

        string? id = Text(value.GetProperty("type"), "id");
        if (type == DataType.String)
        {
            return id == "VARCHAR" && !isCast ? value.GetProperty("value").GetString() : null;
        }

        if (type == DataType.Date)
        {
            return id == "VARCHAR" && castTo is null or "DATE" && Day(value) is { } day ? (long)day : null;
        }

        if (type == DataType.Timestamp)
        {
            return id == "VARCHAR" && castTo is null or "DATE" or "TIMESTAMP" or "TIMESTAMP WITH TIME ZONE" && Instant(value, castTo == "DATE") is { } at ? Micros(at) : null;
        }

        bool isInteger = type == DataType.Long || type == DataType.Integer || type == DataType.Short || type == DataType.Byte;
        return isInteger && !isCast && id is "INTEGER" or "BIGINT" && value.GetProperty("value").TryGetInt64(out long number) ? number : null;
    }

    /// <summary>The value of <c>now() - INTERVAL n unit</c> or <c>current_date - n</c> if it were taken now: a lower bound of what it will be.</summary>
    private long? Past(DataType type, JsonElement e)
    {
        if (type == DataType.Timestamp && InstantOf(e) is { } instant)
        {
            return Micros(instant);
        }

        bool isToday = Function(e) is "today" or "current_date" || (Function(e) == "-" && e.GetProperty("children") is var c && c.GetArrayLength() == 2 && Function(c[0]) is "today" or "current_date");
        if (type != DataType.Date || !isToday)
        {
            return null;
        }

        long days = Function(e) == "-" ? Number(e.GetProperty("children")[1]) ?? long.MaxValue : 0;
        return days is >= 0 and < 1_000_000 ? DateOnly.FromDateTime(now.UtcDateTime).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber - days : null;
    }

    private DateTimeOffset? InstantOf(JsonElement e)
    {
        if (Function(e) is not { } function)
        {
            return null;
        }

        if (s_now.Contains(function))
        {
            return now;
        }

        JsonElement children = e.GetProperty("children");
        if (function != "-" || children.GetArrayLength() != 2 || InstantOf(children[0]) is not { } from
            || Function(children[1]) is not { } unit || !s_units.TryGetValue(unit, out Func<long, TimeSpan>? length) || children[1].GetProperty("children").GetArrayLength() != 1
            || Number(children[1].GetProperty("children")[0]) is not { } count || count is < 0 or > 1_000_000)
        {
            return null;
        }

        TimeSpan back = length(count);
        return from - DateTimeOffset.UnixEpoch > back ? from - back : null;
    }

    /// <summary>An integer constant, through the casts and the trunc that the parser puts around the number of an INTERVAL.</summary>
    private static long? Number(JsonElement e) => Text(e, "type") switch
    {
        "OPERATOR_CAST" => Number(e.GetProperty("child")),
        "FUNCTION" when Function(e) == "trunc" => Number(e.GetProperty("children")[0]),
        "VALUE_CONSTANT" when e.GetProperty("value") is { ValueKind: JsonValueKind.Object } v && !v.GetProperty("is_null").GetBoolean()
            && Text(v.GetProperty("type"), "id") is "INTEGER" or "BIGINT" && v.GetProperty("value").TryGetInt64(out long n) => n,
        _ => null,
    };

    private static int? Day(JsonElement value) =>
        DateOnly.TryParseExact(value.GetProperty("value").GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
            ? day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber
            : null;

    private static DateTimeOffset? Instant(JsonElement value, bool dayOnly) =>
        DateTimeOffset.TryParseExact(
            value.GetProperty("value").GetString(), dayOnly ? ["yyyy-MM-dd"] : s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset at)
            ? at
            : null;

    private static long Micros(DateTimeOffset t) => (t.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static string? Function(JsonElement e) => Text(e, "type") == "FUNCTION" ? Text(e, "function_name") : null;

    private static string? Text(JsonElement e, string property) =>
        e.ValueKind == JsonValueKind.Object && e.TryGetProperty(property, out JsonElement v) && v.ValueKind == JsonValueKind.String ? v.GetString() : null;
}
