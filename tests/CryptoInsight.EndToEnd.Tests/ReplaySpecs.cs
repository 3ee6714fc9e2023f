using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>Recorded klines through the shipped program: counts, gaps, idempotence, and Binance's own 15-minute candles as the judge.</summary>
public sealed class ReplaySpecs
{
    private static readonly Interval s_minute = Interval.Parse("1m");

    [SkippableFact]
    public async Task Files_of_several_forms_go_in_whole_and_the_same_command_again_changes_nothing()
    {
        string[] csv =
        [
            SharedData.MarketData("klines-1m/um-futures-12col/ALGOUSDT-1m-2023-02.csv.gz"),
            SharedData.MarketData("klines-1m/um-futures-12col/AVAXUSDT-1m-2023-02.csv.gz"),
            SharedData.MarketData("klines-1m/um-futures-12col/NEARUSDT-1m-2023-02.csv.gz"),
            SharedData.MarketData("klines-1m/spot-ohlcv-only/BTCUSDT-1m-2021.csv.gz"),
        ];
        string json = SharedData.MarketData("klines-4h/ETHUSDT-4h.json.gz");
        int rows = csv.Sum(CsvRows) + JsonRows(json).Count;
        using var lake = new TemporaryLake();

        (await lake.RunAsync(["replay", .. csv, json])).MustEndWith(0);
        LakeTables first = await lake.OpenAsync();
        Assert.Equal(rows, first.Bronze.Table.Snapshot.RowCount);
        Assert.Equal(0, first.DeadLetters.Table.Snapshot.RowCount);
        IReadOnlyList<SilverCandle> silver = await TemporaryLake.SilverAsync(first);
        Assert.Equal(rows, silver.Count);
        AssertGapsOf2021([.. silver.Where(c => c.Symbol == Symbol.Parse("BTCUSDT")).Select(c => c.Candle.OpenTime)]);
        await TemporaryLake.AssertGoldIsPureAsync(first);
        string dumped = (await lake.RunAsync("dump", "gold_signals")).MustEndWith(0).Out;

        ProgramRun again = (await lake.RunAsync(["replay", .. csv, json])).MustEndWith(0);
        Assert.Contains($"{rows.ToString("N0", CultureInfo.InvariantCulture)} rows were there already", again.Error, StringComparison.Ordinal);
        LakeTables second = await lake.OpenAsync();
        Assert.Equal(
            (first.Bronze.Table.Snapshot.Version, first.Silver.Table.Snapshot.Version, first.Gold.Table.Snapshot.Version),
            (second.Bronze.Table.Snapshot.Version, second.Silver.Table.Snapshot.Version, second.Gold.Table.Snapshot.Version));
        Assert.Equal(silver, await TemporaryLake.SilverAsync(second));
        Assert.NotEmpty(dumped);
        Assert.Equal(dumped, (await lake.RunAsync("dump", "gold_signals")).MustEndWith(0).Out);
    }

    [Fact]
    public async Task The_same_content_under_another_symbol_is_another_series_and_under_the_same_one_it_changes_nothing()
    {
        using var lake = new TemporaryLake();
        string file = Path.Combine(lake.Path, "candles.csv");
        Directory.CreateDirectory(lake.Path);
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 90).Select(m => $"{1_735_689_600_000 + m * 60_000L},1.0,2.0,0.5,1.5,10,{1_735_689_600_000 + m * 60_000L + 59_999},15,3,5,7.5,0"));
        (await lake.RunAsync("replay", file, "--symbol", "AAAUSDT", "--interval", "1m")).MustEndWith(0);
        (await lake.RunAsync("replay", file, "--symbol", "BBBUSDT", "--interval", "1m")).MustEndWith(0);
        ProgramRun again = (await lake.RunAsync("replay", file, "--symbol", "BBBUSDT", "--interval", "1m")).MustEndWith(0);
        Assert.Contains("90 rows were there already", again.Error, StringComparison.Ordinal);
        LakeTables tables = await lake.OpenAsync();
        Assert.Equal(180, tables.Bronze.Table.Snapshot.RowCount);
        Assert.Equal(["AAAUSDT", "BBBUSDT"], (await TemporaryLake.SilverAsync(tables)).Select(c => c.Symbol.Code).Distinct().Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task Fifteen_minute_buckets_made_of_minutes_are_the_exchanges_own_fifteen_minute_candles()
    {
        string minutes = SharedData.MarketData("klines-1m/spot-ohlcv-only/BTCUSDT-1m-2025-01.csv.gz");
        Dictionary<long, JsonElement> official = JsonRows(SharedData.MarketData("klines-15m/BTCUSDT-15m-2025-01_2026-04.json.gz")).ToDictionary(r => r[0].GetInt64());
        using var lake = new TemporaryLake();
        (await lake.RunAsync("replay", minutes, "--set", "gold.timeframes.1m=[5m,15m]")).MustEndWith(0);
        StampedSignal[] full =
        [
            .. (await TemporaryLake.GoldAsync(await lake.OpenAsync())).Where(s => s.Row.Timeframe == Interval.Parse("15m") && s.Row.Candles == 15),
        ];
        Assert.Equal(CsvRows(minutes) / 15, full.Length);
        foreach (StampedSignal s in full)
        {
            JsonElement row = official[s.Row.BucketStart.Milliseconds];
            Assert.Equal(
                (Number(row[1]), Number(row[2]), Number(row[3]), Number(row[4]), Number(row[5])),
                (s.Row.Open, s.Row.High, s.Row.Low, s.Row.Close, s.Row.Volume));
        }
    }

    [Fact]
    public async Task A_second_market_of_the_same_series_is_refused_and_nothing_is_written()
    {
        using var lake = new TemporaryLake();
        string futures = lake.File("AVAXUSDT-1m-2025-01.csv"), spot = lake.File("AVAXUSDT-1m-spot.csv");
        await File.WriteAllTextAsync(futures, CandleFiles.Text(CandleFiles.Lines(60)));
        await File.WriteAllLinesAsync(spot, CandleFiles.Lines(60, from: 60));
        (await lake.RunAsync("replay", futures)).MustEndWith(0);
        LakeTables before = await lake.OpenAsync();

        ProgramRun refused = (await lake.RunAsync("replay", spot)).MustEndWith(2);
        Assert.Contains("one market per symbol and interval", refused.Error, StringComparison.Ordinal);
        LakeTables after = await lake.OpenAsync();
        Assert.Equal(TableFacts.Of(before), TableFacts.Of(after));

        using var both = new TemporaryLake();
        (await both.RunAsync("replay", futures, spot)).MustEndWith(2);
        Assert.True(both.IsUntouched, "the files contradict each other: that is known before a table is made");
    }

    private static void AssertGapsOf2021(UnixMicros[] present)
    {
        var there = present.ToHashSet();
        List<UnixMicros> missing = [];
        for (UnixMicros t = present.Min(); t <= present.Max(); t = s_minute.Next(t))
        {
            if (!there.Contains(t))
            {
                missing.Add(t);
            }
        }

        IEnumerable<string> edges = missing
            .Where(t => there.Contains(t - TimeSpan.FromMinutes(1)) || there.Contains(t + TimeSpan.FromMinutes(1)))
            .Select(t => t.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        Assert.Equal(150 + 284, missing.Count);
        Assert.Equal(["2021-04-20 02:00", "2021-04-20 04:29", "2021-04-25 04:01", "2021-04-25 08:44"], edges);
    }

    private static int CsvRows(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        int lines = 0;
        while (reader.ReadLine() is { } line)
        {
            lines += line.Length > 0 ? 1 : 0;
        }

        return lines - 1; // the header
    }

    private static List<JsonElement> JsonRows(string path)
    {
        using var content = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using JsonDocument document = JsonDocument.Parse(content);
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    private static double Number(JsonElement text) => double.Parse(text.GetString()!, CultureInfo.InvariantCulture);
}
