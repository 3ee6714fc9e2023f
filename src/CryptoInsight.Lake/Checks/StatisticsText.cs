using System.Globalization;
using System.Text;
using System.Text.Json;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Checks;

/// <summary>Reads a file's statistics as the log writes them, and compares bounds with values that another engine found in the file.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Per-file Statistics": text may be cut (a cut maximum stands for everything that begins with it), instants are cut to milliseconds.</remarks>
internal static class StatisticsText
{
    private const int TextCutAtLeast = 32;

    public static JsonDocument? Parse(AddFile file) => string.IsNullOrEmpty(file.Stats) ? null : JsonDocument.Parse(file.Stats);

    public static long? NumRecords(AddFile file)
    {
        using JsonDocument? stats = Parse(file);
        return stats is not null && stats.RootElement.TryGetProperty("numRecords", out JsonElement n) && n.TryGetInt64(out long records) ? records : null;
    }

    /// <summary>A member of one of the three groups of statistics, or null.</summary>
    public static JsonElement? Member(JsonElement stats, string group, string column) =>
        stats.TryGetProperty(group, out JsonElement all) && all.ValueKind == JsonValueKind.Object && all.TryGetProperty(column, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>True if the bound admits the value; unknown forms admit everything.</summary>
    /// <param name="type">The column's type.</param>
    /// <param name="bound">As the log writes it.</param>
    /// <param name="value">The least or greatest value that is in the file.</param>
    /// <param name="isMax">Whether the bound is the maximum.</param>
    public static bool Admits(DataType type, JsonElement bound, object? value, bool isMax)
    {
        switch (value)
        {
            case null:
            case double d when double.IsNaN(d):
            case float f when float.IsNaN(f):
                return true; // no row has a value, or one that statistics do not count
            case string text when bound.ValueKind == JsonValueKind.String:
                string limit = bound.GetString()!;
                int order = Encoding.UTF8.GetBytes(text).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(limit));
                return isMax ? order <= 0 || (limit.Length >= TextCutAtLeast && text.StartsWith(limit, StringComparison.Ordinal)) : order >= 0;
            case DateOnly day when bound.ValueKind == JsonValueKind.String && DateOnly.TryParse(bound.GetString(), CultureInfo.InvariantCulture, out DateOnly dayLimit):
                return isMax ? day <= dayLimit : day >= dayLimit;
            case DateTimeOffset or DateTime when bound.ValueKind == JsonValueKind.String && Instant(bound.GetString()!) is { } instantLimit:
                DateTime at = value is DateTimeOffset o ? o.UtcDateTime : (DateTime)value;
                return isMax ? at < instantLimit.AddMilliseconds(1) : at >= instantLimit;
            default:
                return type is DecimalType ? AdmitsDecimal(bound, value, isMax) : AdmitsNumber(bound, value, isMax);
        }
    }

    private static bool AdmitsNumber(JsonElement bound, object value, bool isMax)
    {
        if (bound.ValueKind != JsonValueKind.Number)
        {
            return true;
        }

        if (value is double or float)
        {
            double number = Convert.ToDouble(value, CultureInfo.InvariantCulture), limit = value is float ? bound.GetSingle() : bound.GetDouble();
            return isMax ? number <= limit : number >= limit;
        }

        return value is not (sbyte or short or int or long) || !bound.TryGetInt64(out long whole)
            || (isMax ? Convert.ToInt64(value, CultureInfo.InvariantCulture) <= whole : Convert.ToInt64(value, CultureInfo.InvariantCulture) >= whole);
    }

    private static bool AdmitsDecimal(JsonElement bound, object value, bool isMax) =>
        value is not decimal number || !bound.TryGetDecimal(out decimal limit) || (isMax ? number <= limit : number >= limit);

    private static DateTime? Instant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset at) ? at.UtcDateTime : null;
}
