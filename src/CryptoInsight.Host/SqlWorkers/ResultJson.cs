using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.SqlWorkers;

/// <summary>Writes an answer as JSON within bounds of rows and bytes: <c>{"kind":"result","rows":[[…]],"truncated":false,"columns":[{"name":"…","kind":"…"}]}</c>.</summary>
/// <remarks>Kinds: number, text, time (UTC, ISO 8601), timestamp (without a zone), date, flag, bytes (hexadecimal), nested (JSON), none (only nulls).
/// Numbers that a browser's arithmetic would round are texts.</remarks>
public static class ResultJson
{
    private const int TextLengthMax = 32_768;
    private const long WholeMax = 1L << 53;
    private const int DecimalDigitsMax = 15;

    public static async Task<ReadOnlyMemory<byte>> WriteAsync(SqlResult result, int rowsMax, int bytesMax, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(result);
        var buffer = new ArrayBufferWriter<byte>(64 << 10);
        await using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        string?[] kinds = new string?[result.Columns.Count];
        long rows = 0;
        bool truncated = false;
        json.WriteStartObject();
        json.WriteString("kind", WorkerProtocol.Result);
        json.WriteStartArray("rows");
        await foreach (IReadOnlyList<object?> row in result.ReadAsync(ct))
        {
            if (rows == rowsMax || Length() > bytesMax)
            {
                truncated = true;
                break;
            }

            rows++;
            json.WriteStartArray();
            for (int i = 0; i < row.Count; i++)
            {
                bool isTooMuch = Length() > bytesMax;
                truncated |= isTooMuch && row[i] is not null;
                kinds[i] ??= KindOf(row[i]);
                truncated |= Write(json, isTooMuch ? null : row[i]);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteBoolean("truncated", truncated);
        json.WriteStartArray("columns");
        for (int i = 0; i < kinds.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("name", Cut(result.Columns[i], out _));
            json.WriteString("kind", kinds[i] ?? "none");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(ct);
        return buffer.WrittenMemory;

        long Length() => json.BytesCommitted + json.BytesPending;
    }

    private static string? KindOf(object? cell) => cell switch
    {
        null => null,
        bool => "flag",
        sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal or BigInteger => "number",
        DateTimeOffset => "time",
        DateTime => "timestamp",
        DateOnly => "date",
        byte[] => "bytes",
        string => "text",
        _ => "nested",
    };

    /// <summary>Writes a value; true if a part of it was cut off.</summary>
    private static bool Write(Utf8JsonWriter json, object? cell)
    {
        switch (cell)
        {
            case null:
                json.WriteNullValue();
                return false;
            case bool flag:
                json.WriteBooleanValue(flag);
                return false;
            case sbyte or byte or short or ushort or int or uint or long:
                long whole = Convert.ToInt64(cell, CultureInfo.InvariantCulture);
                if (whole is >= -WholeMax and <= WholeMax)
                {
                    json.WriteNumberValue(whole);
                }
                else
                {
                    json.WriteStringValue(whole.ToString(CultureInfo.InvariantCulture));
                }

                return false;
            case double or float:
                double number = Convert.ToDouble(cell, CultureInfo.InvariantCulture);
                if (double.IsFinite(number))
                {
                    json.WriteNumberValue(number);
                }
                else
                {
                    json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                }

                return false;
            case decimal exact when exact.ToString(CultureInfo.InvariantCulture).Count(char.IsAsciiDigit) <= DecimalDigitsMax:
                json.WriteNumberValue(exact);
                return false;
            case IReadOnlyDictionary<string, object?> or (not string and not byte[] and IEnumerable<object?>):
                return WriteText(json, JsonSerializer.Serialize(Nested(cell)));
            default:
                return WriteText(json, TextOf(cell));
        }
    }

    private static bool WriteText(Utf8JsonWriter json, string text)
    {
        json.WriteStringValue(Cut(text, out bool wasCut));
        return wasCut;
    }

    private static string Cut(string text, out bool wasCut)
    {
        wasCut = text.Length > TextLengthMax;
        return wasCut ? text[..TextLengthMax] + "…" : text;
    }

    private static object? Nested(object? cell) => cell switch
    {
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(p => p.Key, p => Nested(p.Value)),
        string or null or bool => cell,
        byte[] => TextOf(cell),
        IEnumerable<object?> list => list.Select(Nested).ToList(),
        double d when double.IsFinite(d) => d,
        sbyte or byte or short or ushort or int or uint or long => cell,
        _ => TextOf(cell),
    };

    private static string TextOf(object cell) => cell switch
    {
        string text => text,
        DateTimeOffset t => t.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        DateTime t => t.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateOnly d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, TextLengthMax))),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };
}
