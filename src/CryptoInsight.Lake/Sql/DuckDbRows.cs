using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace CryptoInsight.Lake.Sql;

/// <summary>The rows of a running DuckDB statement as plain values.</summary>
internal static class DuckDbRows
{
    private const int RowsPerFetch = 1024;

    public static async IAsyncEnumerable<IReadOnlyList<object?>> ReadAsync(
        DuckDBCommand command, DuckDBDataReader reader, Func<DuckDBException, SqlException> explain, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await using CancellationTokenRegistration stop = ct.Register(command.Cancel);
        Func<object>[] cells = [.. Enumerable.Range(0, reader.FieldCount).Select(i => Cell(reader, i))];
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            List<object?[]> rows = await Task.Run(() => Fetch(reader, cells, explain), ct).ConfigureAwait(false);
            foreach (object?[] row in rows)
            {
                yield return row;
            }

            if (rows.Count < RowsPerFetch)
            {
                break;
            }
        }
    }

    private static List<object?[]> Fetch(DuckDBDataReader reader, Func<object>[] cells, Func<DuckDBException, SqlException> explain)
    {
        var rows = new List<object?[]>(RowsPerFetch);
        try
        {
            while (rows.Count < RowsPerFetch && reader.Read())
            {
                var row = new object?[cells.Length];
                for (int i = 0; i < cells.Length; i++)
                {
                    row[i] = reader.IsDBNull(i) ? null : cells[i]();
                }

                rows.Add(row);
            }
        }
        catch (DuckDBException failed)
        {
            throw explain(failed);
        }

        return rows;
    }

    /// <summary>How a column is read. Types that .NET holds only in part (dates before year 1, infinite times, months in intervals) become texts where they do not fit.</summary>
    private static Func<object> Cell(DuckDBDataReader reader, int i) => reader.GetDataTypeName(i) switch
    {
        "Date" => () => reader.GetProviderSpecificValue(i) is DuckDBDateOnly d ? Date(d) : Plain(reader.GetValue(i)),
        "TimestampTz" => () => reader.GetProviderSpecificValue(i) is DuckDBTimestamp t ? Instant(t, isUtc: true) : Plain(reader.GetValue(i)),
        "Timestamp" or "TimestampS" or "TimestampMs" or "TimestampNs" => () => reader.GetProviderSpecificValue(i) is DuckDBTimestamp t ? Instant(t, isUtc: false) : Plain(reader.GetValue(i)),
        "Time" or "TimeTz" => () => reader.GetProviderSpecificValue(i).ToString() ?? "",
        "Interval" => () => reader.GetProviderSpecificValue(i) is DuckDBInterval v ? Interval(v) : Plain(reader.GetValue(i)),
        _ => () => Plain(reader.GetValue(i)),
    };

    private static object Date(DuckDBDateOnly date) =>
        date.IsInfinity ? (date.IsPositiveInfinity ? "infinity" : "-infinity")
        : date.Year is >= 1 and <= 9999 ? new DateOnly(date.Year, date.Month, date.Day)
        : string.Create(CultureInfo.InvariantCulture, $"{date.Year}-{date.Month:00}-{date.Day:00}");

    private static object Instant(DuckDBTimestamp t, bool isUtc)
    {
        if (t.IsInfinity)
        {
            return t.IsPositiveInfinity ? "infinity" : "-infinity";
        }

        if (t.Date.Year is < 1 or > 9999)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{t.Date.Year}-{t.Date.Month:00}-{t.Date.Day:00} {t.Time.Hour:00}:{t.Time.Min:00}:{t.Time.Sec:00}");
        }

        DateTime at = t.ToDateTime();
        return isUtc ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : DateTime.SpecifyKind(at, DateTimeKind.Unspecified);
    }

    private static string Interval(DuckDBInterval v)
    {
        var time = TimeSpan.FromMicroseconds((double)v.Micros);
        string[] parts =
        [
            .. v.Months == 0 ? Array.Empty<string>() : [string.Create(CultureInfo.InvariantCulture, $"{v.Months} months")],
            .. v.Days == 0 ? Array.Empty<string>() : [string.Create(CultureInfo.InvariantCulture, $"{v.Days} days")],
            .. v.Micros == 0 && (v.Months != 0 || v.Days != 0) ? Array.Empty<string>() : [time.ToString("c", CultureInfo.InvariantCulture)],
        ];
        return string.Join(' ', parts);
    }

    /// <summary>Nested values as dictionaries and lists of plain values; bytes read whole.</summary>
    private static object Plain(object value) => value switch
    {
        Stream bytes => Bytes(bytes),
        Guid id => id.ToString("D"),
        DateTime { Kind: DateTimeKind.Utc } t => new DateTimeOffset(t),
        BitArray bits => string.Concat(bits.Cast<bool>().Select(b => b ? '1' : '0')),
        string or DateOnly or DateTime or byte[] => value,
        IDictionary map => map.Keys.Cast<object>().ToDictionary(k => Convert.ToString(k, CultureInfo.InvariantCulture) ?? "", k => map[k] is { } v and not DBNull ? Plain(v) : null),
        IEnumerable list => list.Cast<object?>().Select(v => v is null or DBNull ? null : Plain(v)).ToList(),
        _ => value,
    };

    private static byte[] Bytes(Stream stream)
    {
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
