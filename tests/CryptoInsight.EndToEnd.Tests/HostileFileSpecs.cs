using System.Text;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>Files that nobody should be given: what can be taken in is, the rest is named, and nothing else happens.</summary>
public sealed class HostileFileSpecs
{
    [Fact]
    public async Task A_file_cut_in_half_gives_its_whole_rows_and_is_reported_every_time()
    {
        using var lake = new TemporaryLake();
        // Prices without a pattern: so that half of the gzip is about half of the rows.
        var random = new Random(11);
        byte[] whole = CandleFiles.Gzip(CandleFiles.Text(Enumerable.Range(0, 3_000).Select(m => CandleFiles.Line(m, random.Next(50, 5_000)))));
        string file = lake.File("BTCUSDT-1m-cut.csv.gz");
        await File.WriteAllBytesAsync(file, whole[..(whole.Length / 2)]);

        ProgramRun run = (await lake.RunAsync("replay", file)).MustEndWith(1);
        Assert.Contains("is cut after", run.Error, StringComparison.Ordinal);
        IReadOnlyList<SilverCandle> silver = await TemporaryLake.SilverAsync(await lake.OpenAsync());
        Assert.InRange(silver.Count, 500, 2_900);
        Assert.Equal(silver.Count - 1, (silver[^1].Candle.OpenTime - silver[0].Candle.OpenTime) / (60 * UnixMicros.PerSecond));

        ProgramRun again = (await lake.RunAsync("replay", file)).MustEndWith(1);
        Assert.Contains("is cut after", again.Error, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(file, whole);
        (await lake.RunAsync("replay", file)).MustEndWith(0);
        Assert.Equal(3_000, (await TemporaryLake.SilverAsync(await lake.OpenAsync())).Count);
    }

    [Fact]
    public async Task A_letter_in_a_price_sends_that_row_to_the_dead_letters_and_the_rest_in()
    {
        using var lake = new TemporaryLake();
        string[] lines = [.. CandleFiles.Lines(20)];
        lines[7] = lines[7].Replace(".5,", ".x5,", StringComparison.Ordinal);
        string file = lake.File("BTCUSDT-1m-letter.csv");
        await File.WriteAllTextAsync(file, CandleFiles.Text(lines));

        (await lake.RunAsync("replay", file)).MustEndWith(0);
        LakeTables tables = await lake.OpenAsync();
        Assert.Equal(20, tables.Bronze.Table.Snapshot.RowCount);
        Assert.Equal(19, (await TemporaryLake.SilverAsync(tables)).Count);
        Assert.Equal(1, tables.DeadLetters.Table.Snapshot.RowCount);
        string letter = (await lake.RunAsync("sql", "SELECT state, payload_json FROM dlq_binance", "--output", "ndjson")).MustEndWith(0).Out;
        Assert.Contains("quarantined", letter, StringComparison.Ordinal);
        Assert.Contains(".x5", letter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_of_two_gigabytes_costs_no_memory_and_no_other_row()
    {
        using var lake = new TemporaryLake();
        string file = lake.File("BTCUSDT-1m-long.csv.gz");
        byte[] nines = new byte[64 << 20];
        Array.Fill(nines, (byte)'9');
        byte[] member = CandleFiles.Gzip(nines); // a gzip may consist of members one behind the other
        await using (FileStream to = File.Create(file))
        {
            to.Write(CandleFiles.Gzip(CandleFiles.Text(CandleFiles.Lines(10))));
            for (int i = 0; i < 32; i++)
            {
                to.Write(member);
            }

            to.Write(CandleFiles.Gzip("\n" + string.Join('\n', CandleFiles.Lines(10, from: 10)) + "\n"));
        }

        ProgramRun run = (await lake.RunAsync("replay", file)).MustEndWith(0);
        LakeTables tables = await lake.OpenAsync();
        Assert.Equal(20, (await TemporaryLake.SilverAsync(tables)).Count);
        Assert.Equal(1, tables.DeadLetters.Table.Snapshot.RowCount);
        Assert.InRange(run.PeakBytes, 1, 700L << 20);
    }

    [Fact]
    public async Task A_line_without_end_in_json_costs_no_memory_either()
    {
        using var lake = new TemporaryLake();
        string file = lake.File("BTCUSDT-1m-long.json.gz");
        byte[] nines = new byte[64 << 20];
        Array.Fill(nines, (byte)'9');
        byte[] member = CandleFiles.Gzip(nines);
        await using (FileStream to = File.Create(file))
        {
            to.Write(CandleFiles.Gzip($"[[{CandleFiles.StartMs},\"1\",\"2\",\"1\",\"1\",\"1\",{CandleFiles.StartMs + 59_999},\"1\",1,\"1\",\"1\",\"0\"],[\""));
            for (int i = 0; i < 16; i++)
            {
                to.Write(member);
            }
        }

        ProgramRun run = (await lake.RunAsync("replay", file)).MustEndWith(1);
        Assert.Contains("is cut after", run.Error, StringComparison.Ordinal);
        Assert.InRange(run.PeakBytes, 1, 700L << 20);
        Assert.Single(await TemporaryLake.SilverAsync(await lake.OpenAsync()));
    }

    public static TheoryData<string, string, string> Refused => new()
    {
        { "BTCUSDT-1m-empty.csv", "", "The file is empty" },
        { "BTCUSDT-1m-header.csv", CandleFiles.Header + "\n", "holds no candles" },
        { "BTCUSDT-1m-column.csv", "open_time,open,high,low,close\n1735689600000,1,2,1,1\n", "at least time, open, high, low, close and volume" },
        { "BTCUSDT-1m-named.csv", "open_time,open,high,low,shut,volume\n1735689600000,1,2,1,1,5\n", "its header lacks close" },
        { "BTCUSDT-1m-offgrid.csv", CandleFiles.Text([CandleFiles.Line(0), CandleFiles.Line(1).Replace("1735689660000", "1735689661000", StringComparison.Ordinal)]), "is not on the grid of 1m" },
        { "BTCUSDT-15m-minutes.csv", CandleFiles.Text(CandleFiles.Lines(30)), "is not on the grid of 15m" },
        { "prices.csv", CandleFiles.Text(CandleFiles.Lines(3)), "--symbol" },
        { "BTCUSDT-1m-seconds.csv", "1735689600,1,2,1,1,5\n", "seconds are not read" },
        { "BTCUSDT-1m-garbage.csv", "\0\u0001\u0002\u001b[2J\u001b]0;owned\u0007\uFFFD,,,,,,,,\n\0\0\0", "NUL bytes" },
        { "BTCUSDT-1m-page.csv", "<html><body>404 Not Found</body></html>\n", "no CSV of klines" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_file_that_is_no_klines_is_refused_with_a_reason_and_nothing_is_written(string name, string text, string reason)
    {
        using var lake = new TemporaryLake();
        string file = lake.File(name);
        await File.WriteAllTextAsync(file, text, new UTF8Encoding(false));
        ProgramRun run = (await lake.RunAsync("replay", file)).MustEndWith(2);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
        Assert.Equal(1, Occurrences(run.Error, name));
        Assert.True(lake.IsUntouched);
    }

    [Fact]
    public async Task One_refused_file_keeps_the_good_ones_beside_it_out()
    {
        using var lake = new TemporaryLake();
        string good = lake.File("BTCUSDT-1m-good.csv"), bad = lake.File("ETHUSDT-1m-bad.csv");
        await File.WriteAllTextAsync(good, CandleFiles.Text(CandleFiles.Lines(30)));
        await File.WriteAllTextAsync(bad, "");
        (await lake.RunAsync("replay", good, bad)).MustEndWith(2);
        Assert.True(lake.IsUntouched);
    }

    [Fact]
    public async Task Random_bytes_and_random_bytes_in_a_gzip_are_refused()
    {
        using var lake = new TemporaryLake();
        byte[] noise = new byte[100_000];
        new Random(5).NextBytes(noise);
        string plain = lake.File("BTCUSDT-1m-noise.csv"), packed = lake.File("BTCUSDT-1m-noise.csv.gz"), broken = lake.File("BTCUSDT-1m-broken.csv.gz");
        await File.WriteAllBytesAsync(plain, noise);
        await File.WriteAllBytesAsync(packed, CandleFiles.Gzip(noise));
        await File.WriteAllBytesAsync(broken, [0x1F, 0x8B, 8, 0, .. noise]);
        ProgramRun run = (await lake.RunAsync("replay", plain, packed, broken)).MustEndWith(2);
        Assert.All((string[])["noise.csv:", "noise.csv.gz:", "broken.csv.gz:"], name => Assert.Contains(name, run.Error, StringComparison.Ordinal));
        Assert.DoesNotContain(run.Error, c => char.IsControl(c) && c is not '\n' and not '\r');
        Assert.True(lake.IsUntouched);
    }

    [Fact]
    public async Task Paths_that_are_no_files_are_refused()
    {
        using var lake = new TemporaryLake();
        Directory.CreateDirectory(lake.File("BTCUSDT-1m-folder.csv"));
        ProgramRun run = (await lake.RunAsync("replay", lake.File("BTCUSDT-1m-absent.csv"), lake.File("BTCUSDT-1m-folder.csv"))).MustEndWith(2);
        Assert.Contains("it is not there", run.Error, StringComparison.Ordinal);
        Assert.Contains("BTCUSDT-1m-folder.csv: The file cannot be read (no permission, a folder", run.Error, StringComparison.Ordinal);
        Assert.True(lake.IsUntouched);
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("BTC/USDT")]
    [InlineData("BTC\u001b[31mUSDT")]
    [InlineData("")]
    public async Task A_symbol_that_is_no_symbol_is_refused_and_never_becomes_a_path(string symbol)
    {
        using var lake = new TemporaryLake();
        string file = lake.File("BTCUSDT-1m.csv");
        await File.WriteAllTextAsync(file, CandleFiles.Text(CandleFiles.Lines(5)));
        ProgramRun run = (await lake.RunAsync("replay", file, "--symbol", symbol)).MustEndWith(2);
        Assert.Contains("--symbol", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
        Assert.True(lake.IsUntouched);
    }

    [Fact]
    public async Task A_file_name_with_terminal_codes_is_not_echoed_raw()
    {
        using var lake = new TemporaryLake();
        string file = lake.File("BTCUSDT-1m-\u001b[31mred.csv");
        await File.WriteAllTextAsync(file, "");
        ProgramRun run = (await lake.RunAsync("replay", file)).MustEndWith(2);
        Assert.DoesNotContain('\u001b', run.Error);
    }

    [Fact]
    public async Task Times_in_microseconds_are_the_same_candles()
    {
        using var lake = new TemporaryLake();
        string file = lake.File("BTCUSDT-1m-micros.csv");
        IEnumerable<string> lines = CandleFiles.Lines(30).Select(line => line.Split(','))
            .Select(f => string.Join(',', f.Select((v, i) => i == 0 ? v + "000" : i == 6 ? v + "999" : v)));
        await File.WriteAllTextAsync(file, CandleFiles.Text(lines));
        (await lake.RunAsync("replay", file)).MustEndWith(0);
        IReadOnlyList<SilverCandle> silver = await TemporaryLake.SilverAsync(await lake.OpenAsync());
        Assert.Equal(Enumerable.Range(0, 30).Select(m => CandleFiles.StartMs + m * 60_000L), silver.Select(c => c.Candle.OpenTime.Milliseconds));
    }

    [SkippableFact]
    public async Task A_real_archive_in_microseconds_goes_in()
    {
        string file = SharedData.MarketData("quirks/DOGEUSDT-1s-2025-01-01.head3.csv");
        using var lake = new TemporaryLake();
        (await lake.RunAsync("replay", file)).MustEndWith(0);
        IReadOnlyList<SilverCandle> silver = await TemporaryLake.SilverAsync(await lake.OpenAsync());
        Assert.Equal([1_735_689_600_000, 1_735_689_601_000, 1_735_689_602_000], silver.Select(c => c.Candle.OpenTime.Milliseconds));
        Assert.Equal(0.31601, silver[^1].Candle.Close);
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;
}
