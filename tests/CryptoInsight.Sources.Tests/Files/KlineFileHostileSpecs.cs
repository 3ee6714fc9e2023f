using System.IO.Compression;
using System.Text;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Files;

namespace CryptoInsight.Sources.Tests.Files;

public sealed class KlineFileHostileSpecs : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", KlineFileRefusal.Empty)]
    [InlineData("\n \r\n\t\n", KlineFileRefusal.Empty)]
    [InlineData("[]", KlineFileRefusal.Empty)]
    [InlineData("[[", KlineFileRefusal.Empty)]
    [InlineData("[", KlineFileRefusal.Empty)]
    [InlineData("open_time,open,high,low,close,volume\n", KlineFileRefusal.Empty)]
    [InlineData("{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", KlineFileRefusal.UnknownFormat)]
    [InlineData("hello", KlineFileRefusal.UnknownFormat)]
    [InlineData("1,2,3,4,5,6,7\n", KlineFileRefusal.UnknownFormat)]
    [InlineData("time,open,high,low,close\n1735689600000,1,2,3,4\n", KlineFileRefusal.UnknownFormat)]
    [InlineData("time,open,high,low,x,volume\n1735689600000,1,2,3,4,5\n", KlineFileRefusal.UnknownFormat)]
    [InlineData("open_time,open,high,low,close,volume\nnever,1,2,3,4,5\n", KlineFileRefusal.UnknownFormat)]
    [InlineData("[1,2,3]", KlineFileRefusal.UnknownFormat)]
    [InlineData("1735689600;1;2;3;4;5\n", KlineFileRefusal.UnknownFormat)]
    [InlineData("PAR1....", KlineFileRefusal.Wrapping)]
    [InlineData("BZh91AY", KlineFileRefusal.Wrapping)]
    [InlineData("PK\u0003\u0004 not really", KlineFileRefusal.Wrapping)]
    [InlineData("\0\0\0\0\0\0\0\0", KlineFileRefusal.UnknownFormat)]
    public void What_holds_no_klines_is_refused_with_a_reason(string content, KlineFileRefusal expected)
    {
        (KlineFileRefusal reason, string message) = Replays.Refusal(_folder.Write("BTCUSDT-1m.csv", content));

        Assert.Equal(expected, reason);
        Assert.StartsWith("BTCUSDT-1m.csv: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Fact]
    public void A_file_that_is_not_there_and_a_folder_are_refused()
    {
        string path = _folder.Write("a", "");
        Assert.Equal(KlineFileRefusal.Unreadable, Replays.Refusal(path + "-nowhere").Reason);
        Assert.Equal(KlineFileRefusal.Unreadable, Replays.Refusal(Path.GetDirectoryName(path)!).Reason);
    }

    [Fact]
    public void Without_symbol_or_interval_the_refusal_says_what_to_pass()
    {
        string path = _folder.Write("klines.csv", KlineLines.Csv(0, 2));

        Assert.Equal(KlineFileRefusal.SymbolUnknown, Replays.Refusal(path).Reason);
        Assert.Contains("--symbol BTCUSDT", Replays.Refusal(path).Message, StringComparison.Ordinal);
        (KlineFileRefusal reason, string message) = Replays.Refusal(path, new KlineFileOptions { Symbol = Symbol.Parse("BTCUSDT") });
        Assert.Equal(KlineFileRefusal.IntervalUnknown, reason);
        Assert.Contains("--interval", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Times_off_the_grid_refuse_the_file_with_line_time_and_interval()
    {
        string path = _folder.Write("BTCUSDT-5m.csv", KlineLines.Csv(0, 1) + KlineLines.Csv(3, 1));

        (KlineFileRefusal reason, string message) = Replays.Refusal(path);

        Assert.Equal(KlineFileRefusal.OffGrid, reason);
        Assert.Contains("At line 2 the open time 2025-01-01T00:03:00.000000Z is not on the grid of 5m (from the file name)", message, StringComparison.Ordinal);
        Assert.Contains("--interval", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Close_times_of_another_interval_refuse_the_file()
    {
        string quarter = $"{KlineLines.Start},1,2,0.5,1.5,10,{KlineLines.Start + 899_999},1,1,1,1,0\n";

        (KlineFileRefusal reason, string message) = Replays.Refusal(_folder.Write("BTCUSDT-1m.csv", quarter));

        Assert.Equal(KlineFileRefusal.OffGrid, reason);
        Assert.Contains("those of 15m candles, not of 1m", message, StringComparison.Ordinal);
        Assert.Equal("15m", Replays.Facts(_folder.Write("BTCUSDT-15m.csv", quarter)).Interval.Code);
    }

    [Fact]
    public void Two_symbols_in_one_file_and_a_contradicting_option_are_refused()
    {
        string two = _folder.Write("x-1m.csv", "time,open,high,low,close,volume,symbol\n2025-01-01,1,2,1,1,1,AAA\n2025-01-02,1,2,1,1,1,BBB\n");

        Assert.Contains("line 3", Replays.Refusal(two).Message, StringComparison.Ordinal);
        Assert.Equal(KlineFileRefusal.Contradiction, Replays.Refusal(two, new KlineFileOptions { Symbol = Symbol.Parse("CCC") }).Reason);
    }

    [Fact]
    public void Zips_must_hold_one_file()
    {
        Assert.Equal(KlineFileRefusal.Wrapping, Replays.Refusal(_folder.WriteZip("BTCUSDT-1m.zip", ("a.csv", "x"), ("b.csv", "y"))).Reason);
        Assert.Equal(KlineFileRefusal.Wrapping, Replays.Refusal(_folder.WriteZip("BTCUSDT-1m.zip")).Reason);
        Assert.Equal(KlineFileRefusal.Wrapping, Replays.Refusal(_folder.WriteZip("BTCUSDT-1m.zip", ("a.csv", "PK\u0003\u0004zip in zip"))).Reason);
    }

    [Fact]
    public async Task Rows_that_cannot_be_split_or_keyed_are_kept_as_text_without_a_key()
    {
        string[] bad = ["1735689660000,1,2,3", "not a row at all", "soon,1,2,0.5,1.5,10,1735689719999,1,1,1,1,0", "1735689660000,\"1,2,0.5,1.5,10,1735689719999,1,1,1,1,0", "\0\0\0", "tab\tand \\ slash \u001b[31m", "가나다,라"];
        string path = _folder.Write("BTCUSDT-1m.csv", KlineLines.Csv(0, 1) + string.Join('\n', bad) + "\n" + KlineLines.Csv(1, 1));

        List<RawCandle> rows = await Replays.RowsAsync(path);

        Assert.Equal(bad.Length + 2, rows.Count);
        Assert.Equal(bad.Length, Replays.Facts(path).RowsUnreadable);
        Assert.Equal(bad, rows.Skip(1).Take(bad.Length).Select(r => System.Text.Json.JsonSerializer.Deserialize<string>(r.RawJson)));
        Assert.All(rows.Skip(1).Take(bad.Length), r => Assert.Null(r.OpenTime));
        Assert.All(rows.Skip(1).Take(bad.Length), r => Assert.Equal(KlineFault.Unsplittable, Assert.IsType<KlineReading.Faulty>(KlineParser.Read(r, KlineWireSchema.Binance)).Code));
        Assert.Equal([KlineLines.Json(0), KlineLines.Json(1)], [rows[0].RawJson, rows[^1].RawJson]);
    }

    [Fact]
    public async Task Bytes_in_no_known_encoding_are_kept_one_by_one()
    {
        string path = _folder.Write("BTCUSDT-1m.csv", [.. Encoding.UTF8.GetBytes(KlineLines.Csv(0, 1)), 0xC3, 0x28, 0xFF, (byte)'\n']);

        List<RawCandle> rows = await Replays.RowsAsync(path);

        Assert.Equal("\"\u00c3(\u00ff\"", rows[1].RawJson);
    }

    [Fact]
    public async Task Quoted_fields_are_unquoted()
    {
        string path = _folder.Write("BTCUSDT-1m.csv", $"\"{KlineLines.Csv(0).Replace(",", "\",\"", StringComparison.Ordinal)}\"\n{KlineLines.Csv(1)}\n");

        Assert.Equal([KlineLines.Json(0), KlineLines.Json(1)], (await Replays.RowsAsync(path)).Select(r => r.RawJson));
    }

    [Theory]
    [InlineData("BTCUSDT-1m.csv", false)]
    [InlineData("BTCUSDT-1m.json", false)]
    [InlineData("BTCUSDT-1m.csv.gz", true)]
    [InlineData("BTCUSDT-1m.json.gz", true)]
    public async Task A_row_of_many_mebibytes_is_cut_and_costs_one_row(string name, bool gzip)
    {
        const int length = 9_000_001;
        string monster = new('x', length);
        string text = name.Contains("json", StringComparison.Ordinal)
            ? $"[{KlineLines.Json(0)},[1735689660000,\"{monster}\",[\"]\"]],{KlineLines.Json(2)}]"
            : $"{KlineLines.Csv(0)}\n{monster}\n{KlineLines.Csv(2)}\n";
        string path = gzip ? _folder.Write(name, TemporaryFolder.Gzip(text)) : _folder.Write(name, text);

        List<RawCandle> rows = await Replays.RowsAsync(path);

        Assert.Equal(3, rows.Count);
        Assert.Equal([KlineLines.Json(0), KlineLines.Json(2)], [rows[0].RawJson, rows[2].RawJson]);
        Assert.Null(rows[1].OpenTime);
        Assert.InRange(rows[1].RawJson.Length, 4096, 4400);
        int whole = name.Contains("json", StringComparison.Ordinal) ? length + 24 : length;
        Assert.Contains($"the row is {whole} bytes long, the first 4096 are kept", rows[1].RawJson, StringComparison.Ordinal);
        Assert.Equal($"{{\"cut_row_bytes\":{whole}}}", rows[1].RescuedData);
        Assert.Equal(KlineFault.Unsplittable, Assert.IsType<KlineReading.Faulty>(KlineParser.Read(rows[1], KlineWireSchema.Binance)).Code);
    }

    [Fact]
    public async Task A_bomb_of_one_line_is_streamed_in_bounded_memory()
    {
        const long bombBytes = 1L << 30;
        string path = _folder.Write("BTCUSDT-1m.csv.gz", Bomb(KlineLines.Csv(0, 1), bombBytes));
        Assert.InRange(new FileInfo(path).Length, 1, 2_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(2, Replays.Facts(path).Rows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);

        List<RawCandle> rows = await Replays.RowsAsync(path);

        Assert.Equal(2, rows.Count);
        Assert.Equal($"{{\"cut_row_bytes\":{bombBytes}}}", rows[1].RescuedData);
    }

    [Fact]
    public void Content_beyond_the_bound_is_refused()
    {
        string path = _folder.Write("BTCUSDT-1m.csv.gz", Bomb(KlineLines.Csv(0, 1), 10_000_000));

        Assert.Equal(KlineFileRefusal.TooLarge, Replays.Refusal(path, new KlineFileOptions { ContentBytesMax = 5_000_000 }).Reason);
    }

    [Fact]
    public async Task A_gzip_cut_in_half_gives_its_whole_rows_and_then_says_so()
    {
        foreach (string text in (string[])[Noisy(20_000, json: false), Noisy(20_000, json: true)])
        {
            byte[] whole = TemporaryFolder.Gzip(text);
            foreach (int length in (int[])[whole.Length / 2, whole.Length - 1, whole.Length - 8, whole.Length - 9])
            {
                string path = _folder.Write("BTCUSDT-1m.gz", whole[..length]);

                (List<RawCandle> rows, Exception? end) = await DrainAsync(path);

                TruncatedInputException truncated = Assert.IsType<TruncatedInputException>(end);
                Assert.Equal(rows.Count, truncated.Rows);
                Assert.Equal(Replays.Facts(path).Rows, rows.Count);
                Assert.NotNull(Replays.Facts(path).Damage);
                Assert.All(rows, r => Assert.IsType<KlineReading.Parsed>(KlineParser.Read(r, KlineWireSchema.Binance)));
                Assert.InRange(rows.Count, length > whole.Length / 2 ? 19_999 : 5_000, length > whole.Length / 2 ? 20_000 : 15_000);
            }
        }
    }

    [Fact]
    public async Task A_gzip_cut_anywhere_gives_nothing_but_rows_that_were_in_it()
    {
        string[] expected = [.. Enumerable.Range(0, 12).Select(KlineLines.Json)];
        byte[] one = TemporaryFolder.Gzip(KlineLines.Csv(0, 12));
        byte[] two = [.. TemporaryFolder.Gzip(KlineLines.Csv(0, 5)), .. TemporaryFolder.Gzip(KlineLines.Csv(5, 7))];
        int between = TemporaryFolder.Gzip(KlineLines.Csv(0, 5)).Length;
        foreach ((byte[] whole, int lawfulCut) in ((byte[], int)[])[(one, -1), (two, between)])
        {
            for (int length = 1; length < whole.Length; length++)
            {
                string path = _folder.Write("BTCUSDT-1m.gz", whole[..length]);
                if (KlineFile.Inspect(path, new KlineFileOptions()) is not KlineFileInspection.Readable)
                {
                    continue;
                }

                (List<RawCandle> rows, Exception? end) = await DrainAsync(path);

                Assert.Equal(expected[..rows.Count], rows.Select(r => r.RawJson));
                Assert.Equal(length == lawfulCut, end is null);
            }
        }
    }

    [Fact]
    public async Task Padding_behind_a_gzip_is_no_damage()
    {
        string path = _folder.Write("BTCUSDT-1m.gz", [.. TemporaryFolder.Gzip(KlineLines.Csv(0, 12)), .. new byte[1000]]);

        (List<RawCandle> rows, Exception? end) = await DrainAsync(path);

        Assert.Equal((12, true), (rows.Count, end is null));
    }

    [Fact]
    public async Task Json_cut_anywhere_gives_its_whole_rows_and_then_says_so()
    {
        string text = KlineLines.Json(0, 3);
        for (int length = KlineLines.Json(0).Length + 1; length < text.Length; length++)
        {
            string path = _folder.Write("BTCUSDT-1m.json", text[..length]);

            (List<RawCandle> rows, Exception? end) = await DrainAsync(path);

            Assert.IsType<TruncatedInputException>(end);
            Assert.Equal([.. Enumerable.Range(0, rows.Count).Select(KlineLines.Json)], rows.Select(r => r.RawJson));
            Assert.Equal(text[..length].Split("\"0\"]").Length - 1, rows.Count);
        }
    }

    [Fact]
    public async Task A_file_that_changed_since_its_inspection_is_refused_at_the_end()
    {
        string path = _folder.Write("BTCUSDT-1m.csv", KlineLines.Csv(0, 3));
        KlineFileFacts facts = Replays.Facts(path);
        _folder.Write("BTCUSDT-1m.csv", KlineLines.Csv(0, 4));

        KlineFileRefusedException e = await Assert.ThrowsAsync<KlineFileRefusedException>(async () =>
        {
            await foreach (IReadOnlyList<RawCandle> _ in KlineFile.ReadAsync(path, facts, Replays.Run, new KlineFileOptions()))
            {
            }
        });

        Assert.Equal(KlineFileRefusal.Contradiction, e.Reason);
    }

    [Fact]
    public async Task A_broken_json_row_costs_one_row()
    {
        string path = _folder.Write("BTCUSDT-1m.json", $"[{KlineLines.Json(0)},[1735689660000,oops,],17,{{\"a\":1}},\"text\",{KlineLines.Json(2)}]");

        List<RawCandle> rows = await Replays.RowsAsync(path);

        Assert.Equal(["[1735689660000,oops,]", "17", "{\"a\":1}", "\"text\""], rows.Skip(1).Take(4).Select(r => r.RawJson.StartsWith("\"[", StringComparison.Ordinal) ? r.RawJson.Trim('"') : r.RawJson));
        Assert.Equal([KlineLines.Json(0), KlineLines.Json(2)], [rows[0].RawJson, rows[^1].RawJson]);
        Assert.All(rows.Skip(1).Take(4), r => Assert.IsType<KlineReading.Faulty>(KlineParser.Read(r, KlineWireSchema.Binance)));
    }

    // Prices that do not repeat, so that half of a gzip is about half of its rows.
    private static string Noisy(int rows, bool json)
    {
        Random random = new(7);
        StringBuilder text = new(json ? "[" : "");
        for (int row = 0; row < rows; row++)
        {
            string line = (json ? KlineLines.Json(row) : KlineLines.Csv(row)).Replace("11.25", $"11.{random.Next(100_000_000):D8}", StringComparison.Ordinal);
            text.Append(line).Append(json ? row == rows - 1 ? "]" : "," : "\n");
        }

        return text.ToString();
    }

    private static byte[] Bomb(string head, long zeros)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(head));
            byte[] block = new byte[1 << 20];
            for (long left = zeros; left > 0; left -= block.Length)
            {
                gzip.Write(block, 0, (int)Math.Min(block.Length, left));
            }
        }

        return bytes.ToArray();
    }

    private static async Task<(List<RawCandle> Rows, Exception? End)> DrainAsync(string path)
    {
        List<RawCandle> rows = [];
        try
        {
            await foreach (IReadOnlyList<RawCandle> batch in KlineFile.ReadAsync(path, Replays.Facts(path), Replays.Run, new KlineFileOptions()))
            {
                rows.AddRange(batch);
            }

            return (rows, null);
        }
        catch (TruncatedInputException e)
        {
            return (rows, e);
        }
    }
}
