using System.Globalization;
using System.Text;

namespace CryptoInsight.Sources.Tests.Files;

/// <summary>Made-up but well-formed lines of klines.</summary>
internal static class KlineLines
{
    public const long Start = 1_735_689_600_000; // 2025-01-01T00:00:00Z

    public const string SpotHeader = "open_time,open,high,low,close,volume,close_time,quote_asset_volume,number_of_trades,taker_buy_base_asset_volume,taker_buy_quote_asset_volume,ignore";

    public static string Csv(int row) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Start + row * 60_000L},10.{row:D4},12.5,9.5,11.25,100.5,{Start + row * 60_000L + 59_999},1130.625,42,50.25,565.3125,0");

    public static string Csv(int from, int rows, string end = "\n")
    {
        StringBuilder text = new();
        for (int row = from; row < from + rows; row++)
        {
            text.Append(Csv(row)).Append(end);
        }

        return text.ToString();
    }

    public static string Json(int row)
    {
        string[] fields = Csv(row).Split(',');
        return $"[{string.Join(',', fields.Select((f, i) => i is 0 or 6 or 8 ? f : $"\"{f}\""))}]";
    }

    public static string Json(int from, int rows, string between = ",") =>
        $"[{string.Join(between, Enumerable.Range(from, rows).Select(Json))}]";
}
