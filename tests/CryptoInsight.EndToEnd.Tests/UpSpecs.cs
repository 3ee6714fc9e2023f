using System.Globalization;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.PaperExchange;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The whole node on its paper exchange: it starts, survives kills without losing or doubling a candle, and stops politely.</summary>
public sealed class UpSpecs
{
    /// <summary>Six in CI; a campaign sets <c>CRYPTOINSIGHT_TEST_KILLS=200</c>.</summary>
    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("CRYPTOINSIGHT_TEST_KILLS"), out int kills) ? kills : 6;

    private static readonly Symbol[] s_symbols = [Symbol.Parse("BTCUSDT"), Symbol.Parse("ETHUSDT"), Symbol.Parse("SOLUSDT")];
    private static readonly Interval[] s_intervals = [Interval.Parse("1m"), Interval.Parse("15m")];
    private static readonly string[] s_some = ["--symbols", "BTCUSDT,ETHUSDT,SOLUSDT", "--intervals", "1m,15m", "--since", "2d"];

    [Fact]
    public async Task A_node_that_is_killed_again_and_again_loses_no_candle_and_doubles_none()
    {
        using var lake = new TemporaryLake();
        var random = new Random(20_26);
        DateTimeOffset startedAt = TimeProvider.System.GetUtcNow();
        for (int kill = 0; kill < s_kills; kill++)
        {
            using ProgramRun node = RunningNode.Start(lake, s_some);
            // Start and backfill take a few seconds: most kills hit them, the late ones what comes after.
            await Waiting.PassAsync(TimeSpan.FromMilliseconds(random.Next(700, kill % 6 < 4 ? 3_500 : 7_000)));
            Assert.False(node.HasEnded, $"kill {kill}: the node ended by itself: {(node.HasEnded ? node.Said() : "")}");
            node.Kill();
            await node.EndAsync(TimeSpan.FromSeconds(10));
        }

        using (RunningNode node = await RunningNode.ListeningAsync(lake, s_some))
        {
            await node.ReadyAsync();
            await CaughtUpAsync(node, lake, TimeProvider.System.GetUtcNow());
            await node.Run.SignalAsync("TERM");
            await node.Run.EndAsync(TimeSpan.FromSeconds(30));
            node.Run.MustEndWith(0);
        }

        LakeTables tables = await lake.OpenAsync();
        await TemporaryLake.AssertGoldIsPureAsync(tables);
        Assert.Equal(0, tables.DeadLetters.Table.Snapshot.RowCount);
        await AssertSilverIsTheExchangesAsync(await TemporaryLake.SilverAsync(tables), startedAt);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_node_shows_signals_and_ends_politely_when_asked(string signal)
    {
        using var lake = new TemporaryLake();
        using RunningNode node = await RunningNode.ListeningAsync(lake, s_some);
        await node.ReadyAsync();
        string shown = await node.UntilAsync("signals", "a price of every symbol at /api/v1/symbols", TimeSpan.FromSeconds(60), async () =>
        {
            JsonElement said = await node.GetAsync("/api/v1/symbols");
            bool all = said.GetProperty("symbols").EnumerateArray().All(s => s.GetProperty("lastPrice").ValueKind == JsonValueKind.Number);
            return (all ? said.ToString() : null, said.ToString());
        });
        Assert.Contains("\"simulated\":true", shown, StringComparison.Ordinal);
        Assert.Contains("SIMULATED", node.Run.Out, StringComparison.Ordinal);
        await node.UntilAsync("signals", "a moving average over 200 buckets, once the backfill is through", TimeSpan.FromSeconds(60), async () =>
        {
            JsonElement signals = (await node.GetAsync("/api/v1/signals?symbol=BTCUSDT&timeframe=5m&limit=300")).GetProperty("signals");
            bool any = signals.EnumerateArray().Any(s => s.GetProperty("ma200").ValueKind == JsonValueKind.Number);
            return (any ? "" : null, $"{signals.GetArrayLength()} signals without one");
        });

        await node.Run.SignalAsync(signal);
        await node.Run.EndAsync(TimeSpan.FromSeconds(30));
        node.Run.MustEndWith(0);
        Assert.Contains("Everything accepted so far is durable", node.Run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", node.Run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(lake.Path, ".cryptoinsight", "node.json")));
        await TemporaryLake.AssertGoldIsPureAsync(await lake.OpenAsync());
    }

    [Fact]
    public async Task A_second_node_on_the_same_lake_is_refused_and_told_who_has_it()
    {
        using var lake = new TemporaryLake();
        using RunningNode first = await RunningNode.ListeningAsync(lake, s_some);
        using ProgramRun second = RunningNode.Start(lake, s_some);
        Assert.Equal(1, await second.EndAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("Another cryptoinsight process", second.Error, StringComparison.Ordinal);
        Assert.Contains(first.Run.Pid.ToString(CultureInfo.InvariantCulture), second.Error, StringComparison.Ordinal);
        await first.ReadyAsync();
    }

    [Theory]
    [InlineData(2, "not a loopback address", "--http", "0.0.0.0:0")]
    [InlineData(2, "does not list", "--symbols", "NOPEUSDT")]
    [InlineData(2, "--exchange takes", "--exchange", "file:///etc/passwd")]
    public async Task A_node_that_is_asked_for_what_cannot_be_says_so_and_ends(int exitCode, string reason, string option, string value)
    {
        using var lake = new TemporaryLake();
        using ProgramRun run = ProgramRun.Start("up", "--lake", lake.Path, option, value);
        await run.EndAsync(TimeSpan.FromSeconds(60));
        Assert.Contains(reason, run.MustEndWith(exitCode).Error, StringComparison.Ordinal);
    }

    /// <summary>Every candle that had closed at <paramref name="asOf"/> has been asked for, and Gold shows all of Silver.</summary>
    private static Task CaughtUpAsync(RunningNode node, TemporaryLake lake, DateTimeOffset asOf) =>
        node.UntilAsync("backfill", $"bookmarks and jobs at {asOf:HH:mm:ss}", TimeSpan.FromSeconds(120), async () =>
        {
            LakeTables tables = await lake.OpenAsync();
            List<string> behind = [];
            foreach ((Symbol symbol, Interval interval) in from s in s_symbols from i in s_intervals select (s, i))
            {
                long newestClosed = (interval.Floor(UnixMicros.From(asOf)) - (interval.FixedLength ?? TimeSpan.Zero)).Milliseconds;
                long? bookmark = tables.Bronze.Table.Snapshot.TransactionVersion(IngestPositions.Bookmark(symbol, interval));
                if (bookmark is null || bookmark < newestClosed)
                {
                    behind.Add($"{symbol} {interval} at {bookmark}, not {newestClosed}");
                }
            }

            long silver = tables.Silver.Table.Snapshot.TransactionVersion(Engine.Jobs.SilverJob.Id) ?? -1;
            long gold = tables.Gold.Table.Snapshot.TransactionVersion(Engine.Jobs.GoldJob.ChartsPosition) ?? -1;
            if (silver < tables.Bronze.Table.Snapshot.Version || gold < tables.Silver.Table.Snapshot.Version)
            {
                behind.Add($"Silver at Bronze {silver}/{tables.Bronze.Table.Snapshot.Version}, Gold at Silver {gold}/{tables.Silver.Table.Snapshot.Version}");
            }

            return (behind.Count == 0 ? "caught up" : null, string.Join("; ", behind));
        });

    /// <summary>The paper exchange is a function of (seed, symbol, time): another one of the same seed is the judge.</summary>
    private static async Task AssertSilverIsTheExchangesAsync(IReadOnlyList<SilverCandle> silver, DateTimeOffset startedAt)
    {
        await using PaperExchangeServer judge = await PaperExchangeServer.StartAsync(new PaperExchangeOptions());
        using var http = new HttpClient { BaseAddress = judge.BaseAddress };
        foreach ((Symbol symbol, Interval interval) in from s in s_symbols from i in s_intervals select (s, i))
        {
            Candle[] seen = [.. silver.Where(c => c.Symbol == symbol && c.Interval == interval).Select(c => c.Candle)];
            Assert.NotEmpty(seen);
            // The first start fixed the beginning; it cannot have been later than two days before the last one.
            Assert.InRange(seen[0].OpenTime.ToDateTimeOffset(), startedAt - TimeSpan.FromDays(2.1), startedAt - TimeSpan.FromDays(1.9));
            IReadOnlyList<Candle> expected = await KlinesAsync(http, symbol, interval, seen[0].OpenTime, seen[^1].OpenTime);
            Assert.Equal(expected.Select(Fields), seen.Select(Fields));
        }
    }

    private static (long, double, double, double, double, double, double?, long?) Fields(Candle c) =>
        (c.OpenTime.Milliseconds, c.Open, c.High, c.Low, c.Close, c.Volume, c.QuoteVolume, c.Trades);

    private static async Task<IReadOnlyList<Candle>> KlinesAsync(HttpClient http, Symbol symbol, Interval interval, UnixMicros from, UnixMicros to)
    {
        static double Number(JsonElement text) => double.Parse(text.GetString()!, CultureInfo.InvariantCulture);
        List<Candle> candles = [];
        for (UnixMicros next = from; next <= to; next = interval.Next(candles[^1].OpenTime))
        {
            string answer = await http.GetStringAsync(new Uri(
                string.Create(CultureInfo.InvariantCulture, $"api/v3/klines?symbol={symbol}&interval={interval}&startTime={next.Milliseconds}&endTime={to.Milliseconds}&limit=1000"), UriKind.Relative));
            using JsonDocument rows = JsonDocument.Parse(answer);
            Assert.NotEqual(0, rows.RootElement.GetArrayLength());
            candles.AddRange(rows.RootElement.EnumerateArray().Select(r => new Candle(
                UnixMicros.FromMilliseconds(r[0].GetInt64()), Number(r[1]), Number(r[2]), Number(r[3]), Number(r[4]), Number(r[5]),
                UnixMicros.FromMilliseconds(r[6].GetInt64()), Number(r[7]), r[8].GetInt64(), Number(r[9]), Number(r[10]))));
        }

        return candles;
    }
}
