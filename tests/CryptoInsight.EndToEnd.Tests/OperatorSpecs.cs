using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>What operators do to a lake, by hand and by command, on real candles: Gold is the pure function of Silver after each, and only what depends on the change is written.</summary>
public sealed class OperatorSpecs
{
    private const string Batches = "replay.batch-rows-max=4000";
    private const string OneVersionAStep = "silver.step-bytes-max=1KiB";
    private static readonly Interval s_quarterDay = Interval.Parse("4h");
    private static readonly Interval s_minute = Interval.Parse("1m");

    [SkippableFact]
    public async Task A_silver_row_changed_and_one_deleted_by_hand_a_month_back_change_exactly_the_signals_that_depend_on_them()
    {
        string[] files = [SharedData.MarketData("klines-4h/AVAXUSDT-4h.json.gz"), Minutes()];
        using var lake = new TemporaryLake();
        (await lake.RunAsync(["replay", .. files])).MustEndWith(0);
        LakeTables tables = await lake.OpenAsync();
        IReadOnlyList<StampedSignal> before = await TemporaryLake.GoldAsync(tables);
        IReadOnlyList<SilverCandle> silver = await TemporaryLake.SilverAsync(tables);
        SilverCandle revised = silver.Where(c => c.Interval == s_quarterDay).ToArray()[^180], gone = silver.Where(c => c.Interval == s_minute).ToArray()[1_000];
        Assert.IsType<CommitOutcome.Committed>(await tables.Silver.Table.UpdateAsync(
            KeyIs(revised), new Dictionary<string, object?> { ["close"] = revised.Candle.High, ["volume"] = revised.Candle.Volume + 1 }));
        Assert.IsType<CommitOutcome.Committed>(await tables.Silver.Table.DeleteAsync(KeyIs(gone)));

        (await lake.RunAsync(["replay", .. files])).MustEndWith(0); // not a new row: the jobs only take in what was done by hand
        tables = await lake.OpenAsync();
        Assert.Equal(silver.Count - 1, (await TemporaryLake.SilverAsync(tables)).Count);
        await TemporaryLake.AssertGoldIsPureAsync(tables);
        IReadOnlyList<StampedSignal> after = await TemporaryLake.GoldAsync(tables);
        Dictionary<SignalKey, StampedSignal> was = before.ToDictionary(s => s.Row.Key);
        StampedSignal[] written = [.. after.Where(s => !s.Equals(was.GetValueOrDefault(s.Row.Key)))];
        Assert.NotEmpty(written);
        Assert.All(written, s => Assert.NotEqual(was.GetValueOrDefault(s.Row.Key)?.Row, s.Row)); // nothing equal was written again, not even with another time
        Assert.All(written, s => Assert.True(s.Row.BucketEnd > (s.Row.Timeframe == s_quarterDay ? revised : gone).Candle.OpenTime));
        Assert.Contains(written, s => s.Row.BucketStart == revised.Candle.OpenTime && s.Row.Close == revised.Candle.High);
        (await lake.RunAsync("verify", "gold_signals")).MustEndWith(0);
    }

    [SkippableTheory]
    [InlineData(SilverJob.Id, "bronze_charts")]
    [InlineData(GoldJob.Id, "silver_charts")]
    public async Task A_job_paused_beyond_the_retention_of_log_and_files_makes_the_same_gold_when_it_is_resumed(string job, string source)
    {
        string minutes = Minutes(), more = SharedData.MarketData("klines-1m/spot-ohlcv-only/ETHUSDT-1m-2025-01.csv.gz");
        using var lake = new TemporaryLake();
        (await lake.RunAsync("replay", minutes, "--set", Batches)).MustEndWith(0);
        (await lake.RunAsync("jobs", "pause", job)).MustEndWith(0);
        ProgramRun waits = (await lake.RunAsync("replay", more, "--set", Batches)).MustEndWith(1);
        Assert.Contains($"{job} is paused at position", waits.Error, StringComparison.Ordinal);
        Assert.Contains($"jobs resume {job}", waits.Error, StringComparison.Ordinal);
        await ForgetAsync(lake, source);

        (await lake.RunAsync("jobs", "resume", job)).MustEndWith(0);
        (await lake.RunAsync("replay", minutes, more, "--set", Batches)).MustEndWith(0);
        using var never = new TemporaryLake();
        (await never.RunAsync("replay", minutes, more)).MustEndWith(0);
        LakeTables tables = await lake.OpenAsync();
        await TemporaryLake.AssertGoldIsPureAsync(tables);
        Assert.Equal((await TemporaryLake.GoldAsync(await never.OpenAsync())).Select(s => s.Row), (await TemporaryLake.GoldAsync(tables)).Select(s => s.Row));
    }

    [SkippableFact]
    public async Task Silver_restored_three_versions_back_is_processed_to_the_same_state()
    {
        string minutes = Minutes();
        using var lake = new TemporaryLake();
        (await lake.RunAsync("replay", minutes, "--set", Batches, "--set", OneVersionAStep)).MustEndWith(0);
        LakeTables before = await lake.OpenAsync();
        IReadOnlyList<SilverCandle> silver = await TemporaryLake.SilverAsync(before);
        StampedSignal[] gold = [.. await TemporaryLake.GoldAsync(before)];
        long back = before.Silver.Table.Snapshot.Version - 3;

        ProgramRun restored = (await lake.RunAsync("restore", "silver_charts", "--version", back.ToString(CultureInfo.InvariantCulture))).MustEndWith(0);
        Assert.Contains("silver_charts", restored.Out, StringComparison.Ordinal);
        Assert.NotEqual(silver.Count, (await TemporaryLake.SilverAsync(await lake.OpenAsync())).Count);
        (await lake.RunAsync("replay", minutes)).MustEndWith(0);
        LakeTables after = await lake.OpenAsync();
        Assert.Equal(silver, await TemporaryLake.SilverAsync(after));
        Assert.Equal(gold.Select(s => s.Row), (await TemporaryLake.GoldAsync(after)).Select(s => s.Row));
        (await lake.RunAsync("verify")).MustEndWith(0);
    }

    [Fact]
    public async Task An_element_that_the_exchange_adds_fails_the_strict_job_clearly_and_is_taken_in_by_configuration()
    {
        const string Strict = "silver.on-schema-drift=fail";
        using var lake = new TemporaryLake();
        string old = lake.File("BTCUSDT-1m-old.csv"), wide = lake.File("BTCUSDT-1m-wide.json"), wider = lake.File("BTCUSDT-1m-wider.json");
        await File.WriteAllTextAsync(old, CandleFiles.Text(CandleFiles.Lines(100)));
        await File.WriteAllTextAsync(wide, Json(100, 50));
        await File.WriteAllTextAsync(wider, Json(150, 50));
        (await lake.RunAsync("replay", old, wide, "--market", "um")).MustEndWith(0);
        LakeTables rescued = await lake.OpenAsync();
        Assert.Equal(150, (await TemporaryLake.SilverAsync(rescued)).Count);
        Assert.Contains("\"12\"", (await lake.RunAsync("sql", "SELECT DISTINCT _rescued_data FROM bronze_charts WHERE _rescued_data IS NOT NULL LIMIT 1")).MustEndWith(0).Out, StringComparison.Ordinal);

        ProgramRun failed = (await lake.RunAsync("replay", wider, "--market", "um", "--set", Strict)).MustEndWith(1);
        Assert.Contains($"{SilverJob.Id} FAILED", failed.Error, StringComparison.Ordinal);
        Assert.Contains("element = 12", failed.Error, StringComparison.Ordinal);
        Assert.Equal(150, (await TemporaryLake.SilverAsync(await lake.OpenAsync())).Count);
        Assert.Contains("FAILED", (await lake.RunAsync("jobs")).MustEndWith(0).Out, StringComparison.Ordinal);

        string settings = lake.File("settings.conf");
        await File.WriteAllTextAsync(settings, "cryptoinsight.sources.binance.wire-schema.taker_share { element = 12, type = double }\ncryptoinsight.silver.on-schema-drift = fail\n");
        (await lake.RunAsync("jobs", "repair", SilverJob.Id, "--config", settings)).MustEndWith(0);
        Assert.Equal(200, (await TemporaryLake.SilverAsync(await lake.OpenAsync())).Count);
        Assert.Equal((200, 50), await FilledAsync(lake));

        (await lake.RunAsync("jobs", "repair", SilverJob.Id, "--from-start", "--config", settings)).MustEndWith(0);
        Assert.Equal((200, 100), await FilledAsync(lake));
        (await lake.RunAsync("jobs", "repair", GoldJob.Id, "--config", settings)).MustEndWith(0);
        await TemporaryLake.AssertGoldIsPureAsync(await lake.OpenAsync());
        (await lake.RunAsync("verify")).MustEndWith(0);
    }

    private static string Minutes() => SharedData.MarketData("klines-1m/spot-ohlcv-only/BTCUSDT-1m-2025-01.csv.gz");

    private static Predicate KeyIs(SilverCandle row) => Predicate.Equal("unique_key", row.Key.UniqueKey);

    /// <summary>Rows of Silver, and those with a value in the new column.</summary>
    private static async Task<(int Rows, int Filled)> FilledAsync(TemporaryLake lake)
    {
        string csv = (await lake.RunAsync("sql", "SELECT count(*)::INT, count(taker_share)::INT FROM silver_charts", "--output", "csv")).MustEndWith(0).Out;
        int[] counts = [.. csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)[1].Split(',').Select(c => int.Parse(c, CultureInfo.InvariantCulture))];
        return (counts[0], counts[1]);
    }

    /// <summary>REST answers with thirteen elements a candle.</summary>
    private static string Json(int from, int count) =>
        $"[{string.Join(",\n", Enumerable.Range(from, count).Select(m =>
        {
            string[] cells = CandleFiles.Line(m).Split(',');
            return $"[{string.Join(',', cells.Select((c, i) => i is 0 or 6 or 8 ? c : $"\"{c}\""))},\"0.{m}\"]";
        }))}]";

    /// <summary>Six weeks pass for a table: its files are compacted, its log is cleaned up to a checkpoint, and what nobody names is vacuumed. After two weeks all of it is still held for the job that is paused.</summary>
    private static async Task ForgetAsync(TemporaryLake lake, string table)
    {
        long newest = await MaintainAsync(lake, table, TimeSpan.FromDays(14));
        Assert.True(HasLogOf(newest - 2), "the log was cleaned before the job that is paused had read it");
        await MaintainAsync(lake, table, TimeSpan.FromDays(45)); // past the limit up to which readers are waited for
        Assert.False(HasLogOf(newest - 2), "the log was not cleaned: the test would show nothing");

        bool HasLogOf(long version) => File.Exists(System.IO.Path.Combine(lake.Path, "demo_catalog", "demo_schema", table, "_delta_log", $"{version:D20}.json"));
    }

    /// <summary>Returns the version before.</summary>
    private static async Task<long> MaintainAsync(TemporaryLake lake, string table, TimeSpan later)
    {
        DeltaTable aged = await DeltaTable.OpenAsync(LakeLocation.Local(lake.Path).StoreOf(table), new DeltaTableOptions { Clock = new LaterClock(later) });
        long newest = aged.Snapshot.Version;
        await aged.OptimizeAsync();
        await aged.CheckpointAsync();
        await aged.CleanLogAsync();
        await aged.VacuumAsync(new VacuumSpec { Retention = TimeSpan.Zero, AllowShortRetention = true });
        return newest;
    }

    private sealed class LaterClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
