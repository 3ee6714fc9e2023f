using System.Security.Cryptography;
using System.Text;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Sources.Tests.Files;

public sealed class KlineFileSpecs : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_row_carries_its_source_file_content_hash_and_run()
    {
        string text = KlineLines.Csv(0, 2);
        string path = _folder.Write("BTCUSDT-1m-2025-01.csv", text);

        RawCandle row = (await Replays.RowsAsync(path))[1];

        Assert.Equal(new RawCandle(
            "replay.spot", Symbol.Parse("BTCUSDT"), Interval.Parse("1m"), UnixMicros.FromMilliseconds(KlineLines.Start + 60_000), Replays.Run.IngestTime,
            "[1735689660000,\"10.0001\",\"12.5\",\"9.5\",\"11.25\",\"100.5\",1735689719999,\"1130.625\",42,\"50.25\",\"565.3125\",\"0\"]",
            "BTCUSDT-1m-2025-01.csv", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), "run-7", null), row);
    }

    [Fact]
    public async Task The_same_content_gives_the_same_rows_and_hash_however_it_is_wrapped()
    {
        string text = KlineLines.SpotHeader + "\n" + KlineLines.Csv(0, 500);
        string plain = _folder.Write("BTCUSDT-1m.csv", text);
        string gz = _folder.Write("BTCUSDT-1m.csv.gz", TemporaryFolder.Gzip(text));
        string members = _folder.Write("BTCUSDT-1m-members.gz", [.. TemporaryFolder.Gzip(text[..1000]), .. TemporaryFolder.Gzip(text[1000..])]);
        string zip = _folder.WriteZip("BTCUSDT-1m-2025-01.zip", ("inner/", ""), ("BTCUSDT-1m-2025-01.csv", text));
        string misnamed = _folder.Write("BTCUSDT-1m.json", TemporaryFolder.Gzip(text));

        List<string> expected = [.. (await Replays.RowsAsync(plain)).Select(r => r.RawJson)];
        Assert.Equal(500, expected.Count);
        foreach ((string path, KlineFileWrapping wrapping) in ((string, KlineFileWrapping)[])[(gz, KlineFileWrapping.Gzip), (members, KlineFileWrapping.Gzip), (zip, KlineFileWrapping.Zip), (misnamed, KlineFileWrapping.Gzip)])
        {
            KlineFileFacts facts = Replays.Facts(path);
            Assert.Equal((Replays.Facts(plain).ContentSha256, wrapping, KlineFileFormat.Csv), (facts.ContentSha256, facts.Wrapping, facts.Format));
            Assert.Equal(expected, (await Replays.RowsAsync(path)).Select(r => r.RawJson));
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Line_ends_blank_lines_and_repeated_headers_are_no_rows(string end)
    {
        string text = $"\uFEFF{KlineLines.SpotHeader}{end}{KlineLines.Csv(0, 2, end)}{end}  {end}{KlineLines.SpotHeader}{end}{KlineLines.Csv(2, 1, end)}\uFEFF{KlineLines.SpotHeader}{end}{KlineLines.Csv(3)}";
        string path = _folder.Write("BTCUSDT-1m.csv", text);

        List<RawCandle> rows = await Replays.RowsAsync(path);

        Assert.Equal([.. Enumerable.Range(0, 4).Select(KlineLines.Json)], rows.Select(r => r.RawJson));
    }

    [Theory]
    [InlineData("one line")]
    [InlineData("pretty")]
    [InlineData("row a line")]
    [InlineData("arrays behind each other")]
    public async Task Json_rows_are_the_same_however_they_are_laid_out(string layout)
    {
        string text = layout switch
        {
            "pretty" => KlineLines.Json(0, 40, " ,\n").Replace(",\"", " ,\r\n\t\"", StringComparison.Ordinal).Replace("[", "[ ", StringComparison.Ordinal),
            "row a line" => string.Join('\n', Enumerable.Range(0, 40).Select(KlineLines.Json)),
            "arrays behind each other" => KlineLines.Json(0, 15) + "\n[]" + KlineLines.Json(15, 25),
            _ => KlineLines.Json(0, 40),
        };
        string path = _folder.Write("whatever.bin", text);
        KlineFileOptions options = new() { Symbol = Symbol.Parse("ETHUSDT"), Interval = Interval.Parse("1m") };

        List<RawCandle> rows = await Replays.RowsAsync(path, options);

        Assert.Equal([.. Enumerable.Range(0, 40).Select(KlineLines.Json)], rows.Select(r => r.RawJson));
        Assert.Equal(KlineFileFormat.Json, Replays.Facts(path, options).Format);
    }

    [Fact]
    public async Task Utf16_is_told_by_its_mark()
    {
        foreach (Encoding wide in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            string path = _folder.Write("BTCUSDT-1m.csv", [.. wide.GetPreamble(), .. wide.GetBytes(KlineLines.Csv(0, 3))]);

            Assert.Equal([.. Enumerable.Range(0, 3).Select(KlineLines.Json)], (await Replays.RowsAsync(path)).Select(r => r.RawJson));
        }
    }

    [Fact]
    public async Task Text_times_and_missing_columns_are_kept_as_they_are()
    {
        string path = _folder.Write("BTCUSDT-1m.csv", "timestamp,open,high,low,close,volume\n2025-01-01 00:00:00,1.0,2.0,0.5,1.5,10\n2025-01-01 00:01:00,,2.0,0.5,1.5,10\n");

        List<RawCandle> rows = await Replays.RowsAsync(path);

        Assert.Equal("[\"2025-01-01 00:00:00\",\"1.0\",\"2.0\",\"0.5\",\"1.5\",\"10\",null,null,null,null,null,null]", rows[0].RawJson);
        Assert.Equal(UnixMicros.FromMilliseconds(KlineLines.Start), rows[0].OpenTime);
        Assert.Equal(KlineFault.MissingElement, Assert.IsType<KlineReading.Faulty>(KlineParser.Read(rows[1], KlineWireSchema.Binance)).Code);
    }

    [Fact]
    public async Task Columns_that_rest_does_not_have_are_rescued()
    {
        string path = _folder.Write("x.csv", "funding,Open Time,open,high,low,close,volume,note,Symbol,interval\n0.01,2025-01-01T00:00:00Z,1,2,0.5,1.5,10,\"a, \"\"b\"\"\",SOLUSDT,1m\n0.02,2025-01-01T00:01:00Z,1,2,0.5,1.5,10,,SOLUSDT,1m\n");

        List<RawCandle> rows = await Replays.RowsAsync(path);

        Assert.Equal(("SOLUSDT", "1m"), (rows[0].Symbol.Code, rows[0].Interval.Code));
        Assert.Equal("[\"2025-01-01T00:00:00Z\",\"1\",\"2\",\"0.5\",\"1.5\",\"10\",null,null,null,null,null,null,\"0.01\",\"a, \\\"b\\\"\"]", rows[0].RawJson);
        Assert.Equal("{\"12\":\"0.01\",\"13\":\"a, \\\"b\\\"\"}", rows[0].RescuedData);
        Assert.Equal("{\"12\":\"0.02\",\"13\":\"\"}", rows[1].RescuedData);
        Assert.IsType<KlineReading.Parsed>(KlineParser.Read(rows[0], KlineWireSchema.Binance));
    }

    [Fact]
    public async Task A_json_row_with_a_thirteenth_element_is_rescued()
    {
        string path = _folder.Write("BTCUSDT-1m.json", $"[{KlineLines.Json(0)[..^1]},{{\"new\":true}}]]");

        RawCandle row = Assert.Single(await Replays.RowsAsync(path));

        Assert.Equal("{\"12\":{\"new\":true}}", row.RescuedData);
        Assert.NotNull(row.OpenTime);
    }

    [Fact]
    public async Task A_replay_goes_on_where_it_ended()
    {
        string path = _folder.Write("BTCUSDT-1m.csv", KlineLines.Csv(0, 100));
        KlineFileOptions options = new() { BatchRowsMax = 7 };

        List<RawCandle> all = await Replays.RowsAsync(path, options);
        List<RawCandle> rest = await Replays.RowsAsync(path, options, rowsDone: 61);

        Assert.Equal(all.Skip(61), rest);
    }

    [Fact]
    public async Task Batches_are_bounded_in_rows_and_in_characters()
    {
        string path = _folder.Write("BTCUSDT-1m.csv", KlineLines.Csv(0, 1) + string.Concat(Enumerable.Repeat(new string('x', 900_000) + "\n", 20)));
        KlineFileOptions options = new();
        int longest = 0;
        await foreach (IReadOnlyList<RawCandle> batch in KlineFile.ReadAsync(path, Replays.Facts(path), Replays.Run, options))
        {
            longest = Math.Max(longest, batch.Sum(r => r.RawJson.Length));
        }

        Assert.InRange(longest, 900_000, options.BatchCharsMax + 900_002);
    }

    [Theory]
    [InlineData("BTCUSDT-15m-2025-01.csv", "15m")]
    [InlineData("BTCUSDT-1M.csv", "1M")]
    [InlineData("BTCUSDT-15m-2026-04-20@2026-04-21T181309Z-bff952e7.json.gz", "15m")]
    [InlineData("BTCUSDT_1d.csv", "1d")]
    [InlineData("BTCUSDT-1m", "1m")]
    [InlineData("BTCUSDT.csv", null)]
    [InlineData("BTCUSDT-7m.csv", null)]
    [InlineData("klines.csv", null)]
    public void A_file_name_tells_symbol_and_interval(string name, string? interval)
    {
        Assert.Equal(interval, KlineFileName.IntervalOf(name)?.Code);
        Assert.Equal(interval is null ? null : Symbol.Parse("BTCUSDT"), KlineFileName.SymbolOf(name));
    }

    [Fact]
    public void The_option_wins_over_the_file_name() =>
        Assert.Equal(("ETHUSDT", "5m"), Pair(Replays.Facts(
            _folder.Write("BTCUSDT-1m.csv", $"{KlineLines.Start},1,2,0.5,1.5,10\n"),
            new KlineFileOptions { Symbol = Symbol.Parse("ETHUSDT"), Interval = Interval.Parse("5m") })));

    [Fact]
    public void The_market_comes_from_the_option_the_header_or_is_spot()
    {
        string spot = _folder.Write("A-1m.csv", KlineLines.Csv(0, 1));
        string futures = _folder.Write("B-1m.csv", "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n" + KlineLines.Csv(0, 1));

        Assert.Equal(("replay.spot", "the default"), (Replays.Facts(spot).Source, Replays.Facts(spot).MarketEvidence));
        Assert.Equal("replay.um", Replays.Facts(futures).Source);
        Assert.Equal("replay.spot", Replays.Facts(futures, new KlineFileOptions { Market = Market.Spot }).Source);
    }

    private static (string, string) Pair(KlineFileFacts facts) => (facts.Symbol.Code, facts.Interval.Code);
}
