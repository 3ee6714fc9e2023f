using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>Made-up kline files: minutes of January 2025, prices by a formula.</summary>
internal static class CandleFiles
{
    public const string Header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore";

    public const long StartMs = 1_735_689_600_000; // 2025-01-01T00:00:00Z

    /// <summary>One candle of the futures archives.</summary>
    public static string Line(int minute, int price = 100)
    {
        long openTime = StartMs + minute * 60_000L;
        int p = price + minute % 7;
        return string.Create(CultureInfo.InvariantCulture, $"{openTime},{p}.5,{p + 2}.0,{p - 1}.0,{p + 1}.25,10,{openTime + 59_999},{p * 10},5,4,{p * 4},0");
    }

    public static IEnumerable<string> Lines(int count, int from = 0) => Enumerable.Range(from, count).Select(m => Line(m));

    /// <summary>With the header of the futures archives.</summary>
    public static string Text(IEnumerable<string> lines) => string.Join('\n', (string[])[Header, .. lines, ""]);

    public static byte[] Gzip(string text) => Gzip(Encoding.UTF8.GetBytes(text));

    public static byte[] Gzip(byte[] content)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }
}
