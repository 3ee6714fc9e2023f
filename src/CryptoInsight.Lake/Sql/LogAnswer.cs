using System.Globalization;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Sql;

/// <summary>Stands for a table of which a statement wants only the number of rows, or the greatest and least values of columns, where the log knows them exactly: then no file is opened (for instants the first time one).</summary>
/// <remarks>It has the table's columns and, if rows are counted, as many rows as the table; in them only the asked columns have values, and only the asked extremes of those.</remarks>
internal static class LogAnswer
{
    /// <summary>The query, or null if the log does not know.</summary>
    public static async Task<string?> QueryAsync(IReadOnlyList<ScanNeed> needs, Snapshot snapshot, KnownExtremes extremes, CancellationToken ct)
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

        Dictionary<string, string> least = new(StringComparer.OrdinalIgnoreCase), greatest = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string column, bool isGreatest) in needs.OfType<ScanNeed.Aggregates>().SelectMany(a => a.Of).Distinct())
        {
            if (snapshot.Schema.Find(column) is not { } field || Literal(field.Type, await extremes.FindAsync(snapshot, field, isGreatest, ct).ConfigureAwait(false)) is not { } literal)
            {
                return null;
            }

            (isGreatest ? greatest : least)[field.Name] = $"CAST({literal} AS {DuckDbText.Type(field.Type)}) AS {DuckDbText.Name(field.Name)}";
        }

        Dictionary<string, string>[] told = [.. new[] { least, greatest }.Where(v => v.Count > 0).Take((int)Math.Min(rows, 2))]; // of a single row the least value is the greatest too
        if (told.Length == 1 && rows == 1)
        {
            told = [greatest.Concat(least).DistinctBy(v => v.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(StringComparer.OrdinalIgnoreCase)];
        }

        return string.Join(" UNION ALL ", [
            .. told.Select(values => Row(snapshot, values)),
            string.Create(CultureInfo.InvariantCulture, $"{Row(snapshot, [])} FROM repeat(NULL::BOOLEAN, {rows - told.Length})"),
        ]);
    }

    private static string Row(Snapshot snapshot, Dictionary<string, string> values) =>
        $"SELECT {string.Join(", ", snapshot.Schema.Fields.Select(f => values.GetValueOrDefault(f.Name) ?? SnapshotQuery.Null(f)))}";

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
