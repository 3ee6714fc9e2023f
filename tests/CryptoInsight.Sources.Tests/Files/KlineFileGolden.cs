using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Sources.Tests.Files;

/// <summary>Every recorded file of the shared data, against what its list of sources says of it.</summary>
public class KlineFileGolden
{
    [SkippableTheory]
    [InlineData("klines-15m/BTCUSDT-15m-2025-01_2026-04.json.gz", "15m", 46673, "2024-12-30T00:00:00Z", "2026-04-30T04:00:00Z", 0)]
    [InlineData("klines-15m/SOLUSDT-15m-2025-01_2026-04.json.gz", "15m", 46673, "2024-12-30T00:00:00Z", "2026-04-30T04:00:00Z", 0)]
    [InlineData("klines-1d/BTCUSDT-1d.json.gz", "1d", 3178, "2017-08-17T00:00:00Z", "2026-04-29T00:00:00Z", 1)]
    [InlineData("klines-1m/spot-12col/BTCUSDT-1m-2025-10-29_11-01.csv.gz", "1m", 4320, "2025-10-29T04:22:00Z", "2025-11-01T04:21:00Z", 0)]
    [InlineData("klines-1m/spot-ohlcv-only/BTCUSDT-1m-2021.csv.gz", "1m", 50000, "2021-03-26T03:00:00Z", "2021-04-30T03:33:00Z", 0)]
    [InlineData("klines-1m/spot-ohlcv-only/BTCUSDT-1m-2023.csv.gz", "1m", 50000, "2023-08-26T03:00:00Z", "2023-09-29T20:19:00Z", 0)]
    [InlineData("klines-1m/spot-ohlcv-only/BTCUSDT-1m-2024-10.csv.gz", "1m", 50000, "2024-10-01T03:00:00Z", "2024-11-04T20:19:00Z", 0)]
    [InlineData("klines-1m/spot-ohlcv-only/BTCUSDT-1m-2025-01.csv.gz", "1m", 50000, "2025-01-01T03:00:00Z", "2025-02-04T20:19:00Z", 0)]
    [InlineData("klines-1m/spot-ohlcv-only/ETHUSDT-1m-2024-10.csv.gz", "1m", 50000, "2024-10-01T03:00:00Z", "2024-11-04T20:19:00Z", 0)]
    [InlineData("klines-1m/spot-ohlcv-only/ETHUSDT-1m-2025-01.csv.gz", "1m", 50000, "2025-01-01T03:00:00Z", "2025-02-04T20:19:00Z", 0)]
    [InlineData("klines-1m/um-futures-12col/ALGOUSDT-1m-2023-02.csv.gz", "1m", 40320, "2023-02-01T00:00:00Z", "2023-02-28T23:59:00Z", 0)]
    [InlineData("klines-1m/um-futures-12col/ALGOUSDT-1m-2025-02.csv.gz", "1m", 40320, "2025-02-01T00:00:00Z", "2025-02-28T23:59:00Z", 0)]
    [InlineData("klines-1m/um-futures-12col/AVAXUSDT-1m-2023-02.csv.gz", "1m", 40320, "2023-02-01T00:00:00Z", "2023-02-28T23:59:00Z", 0)]
    [InlineData("klines-1m/um-futures-12col/AVAXUSDT-1m-2025-02.csv.gz", "1m", 40320, "2025-02-01T00:00:00Z", "2025-02-28T23:59:00Z", 0)]
    [InlineData("klines-1m/um-futures-12col/FILUSDT-1m-2025-02.csv.gz", "1m", 40320, "2025-02-01T00:00:00Z", "2025-02-28T23:59:00Z", 0)]
    [InlineData("klines-1m/um-futures-12col/LINKUSDT-1m-2023-02.csv.gz", "1m", 40320, "2023-02-01T00:00:00Z", "2023-02-28T23:59:00Z", 0)]
    [InlineData("klines-1m/um-futures-12col/NEARUSDT-1m-2023-02.csv.gz", "1m", 40320, "2023-02-01T00:00:00Z", "2023-02-28T23:59:00Z", 0)]
    [InlineData("klines-1m/um-futures-12col/NEARUSDT-1m-2025-02.csv.gz", "1m", 40320, "2025-02-01T00:00:00Z", "2025-02-28T23:59:00Z", 0)]
    [InlineData("klines-4h/AVAXUSDT-4h.json.gz", "4h", 11671, "2021-01-01T00:00:00Z", "2026-04-30T00:00:00Z", 5)]
    [InlineData("klines-4h/BTCUSDT-4h.json.gz", "4h", 11671, "2021-01-01T00:00:00Z", "2026-04-30T00:00:00Z", 5)]
    [InlineData("klines-4h/ETHUSDT-4h.json.gz", "4h", 11671, "2021-01-01T00:00:00Z", "2026-04-30T00:00:00Z", 5)]
    public async Task Every_row_of_a_recorded_file_is_delivered_and_read(string file, string interval, int rows, string first, string last, int oddCloseTimes)
    {
        string path = SharedData.MarketData(file);

        KlineFileFacts facts = Replays.Facts(path);
        List<RawCandle> raws = await Replays.RowsAsync(path);
        List<SilverCandle> candles = [.. raws.Select(r => Assert.IsType<KlineReading.Parsed>(KlineParser.Read(r, KlineWireSchema.Binance)).Candle)];

        Assert.Equal((rows, 0, interval, KlineFileWrapping.Gzip), (facts.Rows, facts.RowsUnreadable, facts.Interval.Code, facts.Wrapping));
        Assert.Equal(Path.GetFileName(file).Split('-')[0], facts.Symbol.Code);
        Assert.Equal(Instant(first), facts.FirstOpenTime);
        Assert.Equal(Instant(last), facts.LastOpenTime);
        Assert.Equal(file.Contains("um-futures", StringComparison.Ordinal) ? "replay.um" : "replay.spot", facts.Source);
        Assert.Equal(rows, raws.Count);
        Assert.All(raws, r => Assert.Null(r.RescuedData));
        Assert.Equal(raws.Select(r => r.OpenTime), candles.Select(c => (UnixMicros?)c.Candle.OpenTime));
        Assert.Equal(oddCloseTimes, candles.Count(c => facts.Interval.Next(c.Candle.OpenTime) - c.Candle.CloseTime != 1000));
        Assert.All(candles, c => Assert.True(c.Candle.High >= Math.Max(c.Candle.Open, c.Candle.Close) && c.Candle.Low <= Math.Min(c.Candle.Open, c.Candle.Close)));
        Assert.Equal(file.Contains("ohlcv-only", StringComparison.Ordinal), candles[0].Candle.QuoteVolume is null);
        Assert.Null(facts.Damage);
    }

    [SkippableFact]
    public async Task Every_saved_answer_of_the_exchange_is_a_part_of_the_last_one()
    {
        string folder = SharedData.MarketData("raw-rest/klines-incremental");
        int files = 0;
        foreach (IGrouping<string, string> window in Directory.GetFiles(folder).Order(StringComparer.Ordinal).GroupBy(f => Path.GetFileName(f).Split('@')[0]))
        {
            HashSet<string> last = [.. (await Replays.RowsAsync(window.Last())).Select(r => r.RawJson)];
            foreach (string path in window)
            {
                List<RawCandle> rows = await Replays.RowsAsync(path);
                Assert.NotEmpty(rows);
                Assert.Subset(last, rows.Select(r => r.RawJson).ToHashSet());
                files++;
            }
        }

        Assert.Equal(37, files);
    }

    [SkippableFact]
    public async Task The_archive_in_microseconds_is_read_as_such()
    {
        string path = SharedData.MarketData("quirks/DOGEUSDT-1s-2025-01-01.head3.csv");

        KlineFileFacts facts = Replays.Facts(path);
        List<RawCandle> rows = await Replays.RowsAsync(path);

        Assert.Equal((3L, KlineTimeUnit.Microseconds, KlineFileWrapping.None, KlineFileFormat.Csv), (facts.Rows, facts.TimeUnit, facts.Wrapping, facts.Format));
        Assert.Equal(Instant("2025-01-01T00:00:00Z"), rows[0].OpenTime);
        Assert.Equal("[1735689600000000,\"0.31600000\",\"0.31600000\",\"0.31600000\",\"0.31600000\",\"27.00000000\",1735689600999999,\"8.53200000\",1,\"0.00000000\",\"0.00000000\",\"0\"]", rows[0].RawJson);
    }

    [SkippableFact]
    public async Task A_pretty_printed_answer_is_read_and_its_blanks_left_out()
    {
        string path = SharedData.MarketData("raw-rest/nautilus-spot_klines.json");
        KlineFileOptions options = new() { Symbol = Symbol.Parse("BTCUSDT"), Interval = Interval.Parse("1m") };

        List<RawCandle> rows = await Replays.RowsAsync(path, options);

        Assert.Equal(10, rows.Count);
        Assert.StartsWith("[1634943780000,\"60685.22000000\",", rows[0].RawJson, StringComparison.Ordinal);
        Assert.All(rows, r => Assert.IsType<KlineReading.Parsed>(KlineParser.Read(r, KlineWireSchema.Binance)));
    }

    private static UnixMicros Instant(string text) => UnixMicros.From(DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
}
