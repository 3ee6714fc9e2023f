using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Recordings;

/// <summary>Reads the candles of a file in the exchange's own column order, digit by digit.</summary>
internal static class KlineFileReader
{
    private const int ColumnsMin = 11; // the twelfth is unused

    /// <summary>The rows of a JSON array or of a CSV text, gzipped or not.</summary>
    public static IEnumerable<RecordedRow> Read(Stream stream)
    {
        using MemoryStream buffer = new();
        stream.CopyTo(buffer);
        ReadOnlyMemory<byte> bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        if (bytes.Length > 2 && bytes.Span[0] == 0x1f && bytes.Span[1] == 0x8b)
        {
            buffer.Position = 0;
            using GZipStream unzip = new(buffer, CompressionMode.Decompress);
            using MemoryStream plain = new();
            unzip.CopyTo(plain);
            bytes = plain.ToArray();
        }

        ReadOnlySpan<byte> text = bytes.Span.TrimStart("\uFEFF \r\n\t"u8);
        return text.Length > 0 && text[0] == '[' ? Json(bytes) : Csv(Encoding.UTF8.GetString(text));
    }

    private static List<RecordedRow> Json(ReadOnlyMemory<byte> bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        List<RecordedRow> rows = [];
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Array || element.GetArrayLength() < ColumnsMin)
            {
                throw Malformed(rows.Count + 1, null);
            }

            rows.Add(Row([.. element.EnumerateArray().Take(ColumnsMin).Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()! : e.GetRawText())], rows.Count + 1));
        }

        return rows;
    }

    private static List<RecordedRow> Csv(string text)
    {
        List<RecordedRow> rows = [];
        int line = 0;
        foreach (ReadOnlySpan<char> chars in text.AsSpan().EnumerateLines())
        {
            line++;
            if (chars.IsWhiteSpace() || rows.Count == 0 && !char.IsAsciiDigit(chars[0]))
            {
                continue; // a header, or nothing
            }

            string[] columns = chars.ToString().Split(',');
            rows.Add(columns.Length >= ColumnsMin ? Row(columns, line) : throw Malformed(line, null));
        }

        return rows;
    }

    private static RecordedRow Row(string[] c, int number)
    {
        try
        {
            return new RecordedRow(
                Time(c[0]),
                Time(c[6]),
                new Bar(
                    (long)Units(c[1]),
                    (long)Units(c[2]),
                    (long)Units(c[3]),
                    (long)Units(c[4]),
                    Units(c[5]),
                    Units(c[7]),
                    long.Parse(c[8], NumberStyles.Integer, CultureInfo.InvariantCulture),
                    Units(c[9]),
                    Units(c[10])));
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw Malformed(number, e);
        }
    }

    private static UnixMicros Time(string text) =>
        UnixMicros.FromVenue(long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));

    private static Int128 Units(string text) =>
        checked((Int128)decimal.Round(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) * Bar.One));

    private static FormatException Malformed(int row, Exception? inner) =>
        new($"Row {row} of the recording is not a candle in the exchange's order (open time, four prices, volume, close time, quote volume, trades, two taker volumes).", inner);
}
