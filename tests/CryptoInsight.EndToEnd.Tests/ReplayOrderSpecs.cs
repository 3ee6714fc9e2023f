using CryptoInsight.Lake;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The order in which files come does not matter: the same Silver, the same Gold, ingest_time and updated_at aside.</summary>
public sealed class ReplayOrderSpecs
{
    /// <summary>Spot files of several forms and intervals, two of which overlap.</summary>
    private static readonly string[] s_some =
    [
        "klines-4h/BTCUSDT-4h.json.gz", "klines-1d/BTCUSDT-1d.json.gz", "klines-1m/spot-ohlcv-only/ETHUSDT-1m-2025-01.csv.gz", "klines-1m/spot-12col/BTCUSDT-1m-2025-10-29_11-01.csv.gz",
    ];

    [SkippableFact]
    public async Task Files_in_another_order_and_in_other_batches_give_the_same_silver_and_gold()
    {
        string[] files = Environment.GetEnvironmentVariable("CRYPTOINSIGHT_TEST_CAMPAIGN") is { Length: > 0 }
            ? [.. Directory.GetFiles(SharedData.MarketData(""), "*USDT-*.gz", SearchOption.AllDirectories).Where(f => !f.Contains("um-futures", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
            : [.. s_some.Select(SharedData.MarketData)];
        string[] shuffled = [.. files];
        new Random(7).Shuffle(shuffled);
        using var one = new TemporaryLake();
        using var other = new TemporaryLake();

        (await one.RunAsync(["replay", .. files, "--market", "spot"])).MustEndWith(0);
        // One command each: among rows of one key the later ingested wins (INV-3), and files that overlap would differ by right.
        (await other.RunAsync(["replay", .. shuffled, "--market", "spot", "--set", "replay.batch-rows-max=30000", "--set", "silver.step-bytes-max=256KiB"])).MustEndWith(0);

        LakeTables first = await one.OpenAsync(), second = await other.OpenAsync();
        Assert.Equal((await TemporaryLake.SilverAsync(first)).Select(c => (c.Key, c.Candle)), (await TemporaryLake.SilverAsync(second)).Select(c => (c.Key, c.Candle)));
        Assert.Equal((await TemporaryLake.GoldAsync(first)).Select(s => s.Row), (await TemporaryLake.GoldAsync(second)).Select(s => s.Row));
    }
}
