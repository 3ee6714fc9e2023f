using System.IO.Compression;
using System.Text;
using System.Text.Json;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.Sources.Tests.Binance.Streams;

/// <summary>Frames that people recorded, through the reader: every one is accounted for.</summary>
public sealed class StreamCaptureSpecs
{
    [SkippableTheory]
    [InlineData("raw-ws/cryptofeed-BINANCE.ws.1.0.txt.gz")]
    [InlineData("raw-ws/cryptofeed-BINANCE_US.ws.1.0.txt.gz")]
    [InlineData("raw-ws/hftbacktest-spot-btcusdt_20240808.gz")]
    [InlineData("raw-ws/hftbacktest-spot-ethusdt_20240808.gz")]
    [InlineData("raw-rest/cryptofeed-BINANCE.http.0.0.txt.gz")]
    public void Every_frame_of_a_capture_is_what_it_says_it_is(string file)
    {
        using GZipStream gzip = new(File.OpenRead(SharedData.MarketData(file)), CompressionMode.Decompress);
        using StreamReader lines = new(gzip);
        Dictionary<string, int> expected = [], seen = [];
        int frames = 0;
        while (lines.ReadLine() is { } line)
        {
            int at = line.IndexOf('{', StringComparison.Ordinal);
            if (at < 0)
            {
                continue; // the address that was connected to, or the recorder's own count
            }

            frames++;
            byte[] bytes = Encoding.UTF8.GetBytes(line[at..]);
            expected[NameOf(bytes)] = expected.GetValueOrDefault(NameOf(bytes)) + 1;
            string name = StreamFrameReader.Read(bytes, KlineWireSchema.Binance).Match(
                candle => candle.IsClosed || candle.RawJson.Length == 0 ? "kline" : "wrong",
                _ => "serverShutdown",
                _ => "reply",
                other => other.Name,
                broken => broken.Why);
            seen[name] = seen.GetValueOrDefault(name) + 1;
        }

        Assert.True(frames > 0, $"{frames} frames");
        Assert.Equal(expected.OrderBy(e => e.Key), seen.OrderBy(e => e.Key));
    }

    [SkippableFact]
    public void A_recorded_kline_frame_becomes_the_candle_that_it_tells()
    {
        using GZipStream gzip = new(File.OpenRead(SharedData.MarketData("raw-ws/cryptofeed-BINANCE.ws.1.0.txt.gz")), CompressionMode.Decompress);
        using StreamReader lines = new(gzip);
        string? line;
        while ((line = lines.ReadLine()) is not null && !line.Contains("\"e\":\"kline\"", StringComparison.Ordinal))
        {
        }

        Skip.If(line is null, "the capture holds no kline");
        string closed = line[line.IndexOf('{', StringComparison.Ordinal)..].Replace("\"x\":false", "\"x\":true", StringComparison.Ordinal);
        StreamFrame.Candle candle = Assert.IsType<StreamFrame.Candle>(StreamFrameReader.Read(Encoding.UTF8.GetBytes(closed), KlineWireSchema.Binance));
        using JsonDocument document = JsonDocument.Parse(closed);
        JsonElement k = document.RootElement.GetProperty("data").GetProperty("k");
        Assert.Equal(k.GetRawText(), candle.RawJson);
        RawCandle row = new("ws", Symbol.Parse(candle.Symbol), Interval.Parse(candle.Interval), candle.OpenTime, candle.OpenTime, candle.RawJson, "/stream", "", "run", candle.Rescued);
        Candle read = Assert.IsType<KlineReading.Parsed>(KlineParser.Read(row, KlineWireSchema.Binance)).Candle.Candle;
        Assert.Equal(k.GetProperty("t").GetInt64(), read.OpenTime.Milliseconds);
        Assert.Equal(double.Parse(k.GetProperty("c").GetString()!, System.Globalization.CultureInfo.InvariantCulture), read.Close);
        Assert.Equal(k.GetProperty("n").GetInt64(), read.Trades);
    }

    [SkippableFact]
    public void An_event_with_an_undocumented_field_is_still_that_event()
    {
        StreamFrame frame = StreamFrameReader.Read(File.ReadAllBytes(SharedData.MarketData("raw-ws/nautilus-ws_spot_agg_trade.json")), KlineWireSchema.Binance);
        Assert.Equal(new StreamFrame.Other("aggTrade"), frame);
    }

    [Fact]
    public void An_unknown_field_of_the_event_or_of_the_candle_is_rescued()
    {
        const string frame = """{"e":"kline","E":1770000000100,"st":{"a":[1]},"s":"BTCUSDT","k":{"t":1769999940000,"T":1769999999999,"s":"BTCUSDT","i":"1m","o":"1","c":"1","h":"1","l":"1","v":"1","n":1,"x":true,"q":"1","V":"1","Q":"1","B":"0","z":"new"}}""";
        StreamFrame.Candle candle = Assert.IsType<StreamFrame.Candle>(StreamFrameReader.Read(Encoding.UTF8.GetBytes(frame), KlineWireSchema.Binance));
        Assert.Equal("""{"z":"new","event.st":{"a":[1]}}""", candle.Rescued);
    }

    private static string NameOf(byte[] bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        JsonElement root = document.RootElement;
        JsonElement data = root.TryGetProperty("data", out JsonElement inner) ? inner : root;
        return data.TryGetProperty("e", out JsonElement name) ? name.GetString()!
            : root.TryGetProperty("stream", out JsonElement stream) ? stream.GetString()!
            : "without a name";
    }
}
