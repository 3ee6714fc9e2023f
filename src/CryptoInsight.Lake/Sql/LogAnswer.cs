using System.Globalization;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Sql;

/// <summary>Stands for a table of which a statement wants only the number of rows, or the greatest and least values of columns, where the log knows them exactly: then no file is opened.</summary>
/// <remarks>It has the table's columns and, if rows are counted, as many rows as the table; in them only the asked columns have values, and only the asked extremes of those.</remarks>
internal static class LogAnswer
{
    /// <summary>The query, or null if the log does not know.</summary>
    public static string? Query(IReadOnlyList<ScanNeed> needs, Snapshot snapshot)
    {
        if (needs.Any(n => n is not (ScanNeed.Count or ScanNeed.Aggregates)))
        {
            return null;
        }

        long rows = 2; // one for the least values, one for the greatest
        if (needs.Any(n => n is ScanNeed.Count or ScanNeed.Aggregates { Counts: true }))
        {
            if (snapshot.RowCount is not { } all)
            {
                return null;
            }

            rows = all;
        }

        var columns = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (IGrouping<string, bool> asked in needs.OfType<ScanNeed.Aggregates>().SelectMany(a => a.Of).GroupBy(a => a.Column, a => a.Greatest, StringComparer.OrdinalIgnoreCase))
        {
            if (snapshot.Schema.Find(asked.Key) is not { } field || Expression(snapshot, field, asked.Contains(false), asked.Contains(true)) is not { } expression)
            {
                return null;
            }

            columns[field.Name] = $"{expression} AS {DuckDbText.Name(field.Name)}";
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT {string.Join(", ", snapshot.Schema.Fields.Select(f => columns.GetValueOrDefault(f.Name) ?? SnapshotQuery.Null(f)))} FROM range({rows}) AS n(row)");
    }

    private static string? Expression(Snapshot snapshot, StructField field, bool least, bool greatest)
    {
        string? min = null, max = null;
        if ((least && (min = Literal(field.Type, snapshot.KnownExtreme(field.Name, greatest: false))) is null)
            || (greatest && (max = Literal(field.Type, snapshot.KnownExtreme(field.Name, greatest: true))) is null))
        {
            return null;
        }

        string value = min is null || max is null || min == max ? min ?? max! : $"CASE n.row WHEN 0 THEN {min} ELSE {max} END";
        return $"CAST({value} AS {DuckDbText.Type(field.Type)})";
    }

    private static string? Literal(DataType type, KnownValue? known) => known switch
    {
        null => null,
        { Value: null } => "NULL",
        { Value: string text } => text.Contains('\0', StringComparison.Ordinal) ? null : DuckDbText.Literal(text),
        { Value: bool flag } => flag ? "true" : "false",
        { Value: long number } when type == DataType.Date => string.Create(CultureInfo.InvariantCulture, $"DATE '1970-01-01' + ({number})"),
        { Value: long number } when type == DataType.Timestamp => string.Create(CultureInfo.InvariantCulture, $"make_timestamptz({number})"),
        { Value: long number } when type == DataType.TimestampNtz => string.Create(CultureInfo.InvariantCulture, $"make_timestamp({number})"),
        { Value: long number } => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };
}
