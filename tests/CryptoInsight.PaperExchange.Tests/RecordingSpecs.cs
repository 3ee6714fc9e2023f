using System.Text.Json;
using System.IO.Compression;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Recordings;

namespace CryptoInsight.PaperExchange.Tests;

public class RecordingSpecs
{
    [SkippableFact]
    public async Task A_recording_played_as_recorded_is_served_digit_by_digit()
    {
        string path = SharedData.MarketData("klines-4h/BTCUSDT-4h.json.gz");
        using JsonDocument file = JsonDocument.Parse(Unzip(path));
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with
        {
            Recordings = [KlineRecording.ReadFile(path)],
            RecordingTime = RecordingTime.AsRecorded,
            RecordingPlayed = TimeSpan.FromDays(4_000),
            WeightPerMinuteMax = 100_000,
        });
        int at = 0;
        JsonElement[] expected = [.. file.RootElement.EnumerateArray()];
        while (at < expected.Length)
        {
            List<ExchangeClient.Row> page = await exchange.Klines($"symbol=BTCUSDT&interval=4h&limit=1000&startTime={expected[at][0].GetInt64()}");
            foreach (ExchangeClient.Row row in page)
            {
                Assert.Equal(expected[at++].GetRawText(), row.Raw);
            }
        }

        Assert.Equal(11_671, at);
        Assert.Equal("[]", (await exchange.Get("/api/v3/klines?symbol=BTCUSDT&interval=1h")).Body); // finer than what is known
        Assert.Equal(-1121, (await exchange.Get("/api/v3/klines?symbol=ETHUSDT&interval=4h")).Code);
    }

    [SkippableFact]
    public async Task Longer_candles_are_the_exchanges_own()
    {
        // Oracle: Binance's own daily candles of the same days. Days that an outage touched may differ by construction (rows were revised).
        string fine = SharedData.MarketData("klines-15m/BTCUSDT-15m-2025-01_2026-04.json.gz");
        using JsonDocument days = JsonDocument.Parse(Unzip(SharedData.MarketData("klines-1d/BTCUSDT-1d.json.gz")));
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with
        {
            Recordings = [KlineRecording.ReadFile(fine)],
            RecordingTime = RecordingTime.AsRecorded,
            RecordingPlayed = TimeSpan.FromDays(4_000),
        });
        Dictionary<long, string> oracle = days.RootElement.EnumerateArray().ToDictionary(e => e[0].GetInt64(), e => e.GetRawText());
        List<ExchangeClient.Row> rows = await exchange.Klines($"symbol=BTCUSDT&interval=1d&limit=400&startTime={Markets.At("2025-01-01T00:00:00Z").Milliseconds}");
        Assert.Equal(400, rows.Count);
        Assert.All(rows, r => Assert.Equal(oracle[r.Open], r.Raw));
    }

    [Fact]
    public async Task The_clock_decides_how_much_of_a_recording_has_been_played()
    {
        KlineRecording recording = KlineRecording.FromCandles(Symbol.Parse("ABCUSDT"), Interval.Parse("1m"), Candles(300));
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with
        {
            Recordings = [recording],
            RecordingPlayed = TimeSpan.FromMinutes(60),
            Speed = 2,
        });
        List<ExchangeClient.Row> rows = await exchange.Klines("symbol=ABCUSDT&interval=1m&limit=1000");
        Assert.Equal(61, rows.Count); // 60 closed ones and the open one
        Assert.Equal(Markets.At("2026-11-22T12:34:00Z").Milliseconds, rows[^1].Open);
        Assert.Equal("101.00000000", rows[1].Element[1].GetString());
        Assert.True(rows[^1].Volume < 61, "The open minute is not told to its end yet.");
        exchange.Time.Advance(TimeSpan.FromMinutes(60)); // two hours of the exchange
        Assert.Equal(181, (await exchange.Klines("symbol=ABCUSDT&interval=1m&limit=1000")).Count);
        exchange.Time.Advance(TimeSpan.FromMinutes(600));
        rows = await exchange.Klines("symbol=ABCUSDT&interval=1m&limit=1000");
        Assert.Equal(300, rows.Count); // the recording is over
        Assert.Equal("300.00000000", rows[^1].Element[5].GetString());
        List<ExchangeClient.Row> hours = await exchange.Klines("symbol=ABCUSDT&interval=1h");
        Assert.Equal(rows.Sum(r => r.Volume), hours.Sum(r => r.Volume));
    }

    [Fact]
    public async Task A_hole_in_a_recording_cuts_the_longer_candle_short()
    {
        List<Candle> candles = Candles(240);
        candles[100] = candles[100] with { CloseTime = candles[100].OpenTime + TimeSpan.FromMilliseconds(12_345) };
        candles.RemoveRange(101, 60); // minutes 101 to 160: the hour from 60 to 119 ends in silence, the next begins late
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with
        {
            Recordings = [KlineRecording.FromCandles(Symbol.Parse("ABCUSDT"), Interval.Parse("1m"), candles)],
            RecordingTime = RecordingTime.AsRecorded,
            RecordingPlayed = TimeSpan.FromDays(1),
        });
        List<ExchangeClient.Row> hours = await exchange.Klines("symbol=ABCUSDT&interval=1h");
        Assert.Equal(4, hours.Count);
        Assert.Equal(candles[100].CloseTime.Milliseconds, hours[1].Close);
        Assert.Equal(hours[2].Open + 3_600_000 - 1, hours[2].Close);
        List<ExchangeClient.Row> fives = await exchange.Klines("symbol=ABCUSDT&interval=5m");
        Assert.DoesNotContain(fives, r => r.Open > candles[100].OpenTime.Milliseconds && r.Open < candles[101].OpenTime.Milliseconds - 5 * 60_000);
    }

    [Theory]
    [InlineData("", "There is no candle in the recording.")]
    [InlineData("open_time,open\n", "There is no candle in the recording.")]
    [InlineData("1735689600000,1,2,3\n", "Row 1 of the recording is not a candle")]
    [InlineData("1735689600000,1,1,1,1,1,1735689659999,1,1,1,1,0\n1735689660000,1,x,1,1,1,1735689719999,1,1,1,1,0\n", "Row 2 of the recording is not a candle")]
    [InlineData("1735689600001,1,1,1,1,1,1735689659999,1,1,1,1,0\n", "not on the grid of 1m")]
    [InlineData("1735689600000,1,1,2,1,1,1735689659999,1,1,1,1,0\n", "contradicts itself")]
    [InlineData("[[1735689600000,\"1\",", "perhaps it is cut off")]
    [InlineData("\u001f\u008b\u0008", "There is no candle in the recording.")]
    [InlineData("[[1735689600000,\"1\"]]", "Row 1 of the recording is not a candle")]
    public void A_file_that_is_not_a_recording_is_refused_with_a_reason(string text, string reason)
    {
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(text));
        FormatException e = Assert.Throws<FormatException>(() => KlineRecording.Read(Symbol.Parse("ABCUSDT"), Interval.Parse("1m"), stream));
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_in_microseconds_headers_and_revisions_are_understood()
    {
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(
            "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\r\n"
            + "1735689600000000,0.31600000,0.31600000,0.31600000,0.31600000,27.00000000,1735689600999999,8.53200000,1,0.00000000,0.00000000,0\r\n"
            + "1735689601000000,0.31601000,0.31601000,0.31601000,0.31601000,17.00000000,1735689601999999,5.37217000,5,17.00000000,5.37217000,0\r\n"
            + "1735689601000000,0.31601000,0.31602000,0.31601000,0.31601000,18.00000000,1735689601999999,5.68818000,6,17.00000000,5.37217000,0\r\n"));
        KlineRecording recording = KlineRecording.Read(Symbol.Parse("DOGEUSDT"), Interval.Parse("1s"), stream);
        Assert.Equal(2, recording.Count);
        Assert.Equal(Markets.At("2025-01-01T00:00:00Z"), recording.Start);
        Assert.Equal(6, recording.Rows[1].Bar.Trades);
    }

    [Fact]
    public async Task Symbols_cannot_be_both_recorded_and_synthetic()
    {
        KlineRecording recording = KlineRecording.FromCandles(Symbol.Parse("BTCUSDT"), Interval.Parse("1m"), Candles(3));
        await Assert.ThrowsAsync<ArgumentException>(() => PaperExchangeServer.StartAsync(new PaperExchangeOptions { Recordings = [recording], Symbols = ["BTCUSDT"] }));
    }

    private static List<Candle> Candles(int count)
    {
        UnixMicros start = Markets.At("2025-03-01T00:00:00Z");
        return [.. Enumerable.Range(0, count).Select(i => new Candle(
            start + TimeSpan.FromMinutes(i), 100 + i, 101.5 + i, 99.5 + i, 101 + i, i + 1, start + TimeSpan.FromMinutes(i + 1) - TimeSpan.FromMilliseconds(1),
            (100.5 + i) * (i + 1), i + 1, (i + 1) / 2.0, (100.5 + i) * (i + 1) / 2))];
    }

    private static byte[] Unzip(string path)
    {
        using GZipStream unzip = new(File.OpenRead(path), CompressionMode.Decompress);
        using MemoryStream plain = new();
        unzip.CopyTo(plain);
        return plain.ToArray();
    }
}
