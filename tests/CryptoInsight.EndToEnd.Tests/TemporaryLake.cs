using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>A lake and a folder beside it for files, gone with the test; read by the library while no process, or another one, works on it.</summary>
internal sealed class TemporaryLake : IDisposable
{
    private static readonly TimeSpan s_replayAtMost = TimeSpan.FromMinutes(4);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cryptoinsight-e2e-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "lake");

    /// <summary>True if nothing was ever written: not a table, not even the lake's folder.</summary>
    public bool IsUntouched => !Directory.Exists(Path);

    public string File(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Runs a command on this lake to its end.</summary>
    public Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.ToEndAsync(s_replayAtMost, [.. arguments, "--lake", Path]);

    public async Task<LakeTables> OpenAsync()
    {
        Assert.False(IsUntouched, "there is no lake: nothing was written");
        return await LakeTables.OpenOrCreateAsync(LakeLocation.Local(Path), new DeltaTableOptions());
    }

    /// <summary>Silver at a version (null: the newest), ordered; fails if a key is there twice.</summary>
    public static async Task<IReadOnlyList<SilverCandle>> SilverAsync(LakeTables lake, long? version = null)
    {
        List<SilverCandle> rows = [];
        await foreach (IReadOnlyList<SilverCandle> some in lake.Silver.ReadAsync(version is { } v ? await lake.Silver.Table.SnapshotAtAsync(v) : lake.Silver.Table.Snapshot))
        {
            rows.AddRange(some);
        }

        Assert.Equal(rows.Count, rows.Select(r => r.Key).Distinct().Count());
        return [.. rows.OrderBy(r => r.Symbol).ThenBy(r => r.Interval).ThenBy(r => r.Candle.OpenTime)];
    }

    /// <summary>Gold, ordered; fails if a key is there twice.</summary>
    public static async Task<IReadOnlyList<StampedSignal>> GoldAsync(LakeTables lake)
    {
        List<StampedSignal> rows = [];
        await foreach (IReadOnlyList<StampedSignal> some in lake.Gold.ReadAsync(lake.Gold.Table.Snapshot))
        {
            rows.AddRange(some);
        }

        Assert.Equal(rows.Count, rows.Select(r => r.Row.Key).Distinct().Count());
        return [.. rows.OrderBy(r => r.Row.Symbol).ThenBy(r => r.Row.Timeframe).ThenBy(r => r.Row.BucketStart)];
    }

    /// <summary>INV-5: Gold is the pure function of the Silver version that its position names, bit for bit.</summary>
    public static async Task AssertGoldIsPureAsync(LakeTables lake, SignalSettings? settings = null)
    {
        settings ??= EngineOptions.FromConfig(ShippedConfig.Reference).Signals;
        long position = Assert.NotNull(lake.Gold.Table.Snapshot.TransactionVersion(GoldJob.ChartsPosition));
        IReadOnlyList<SilverCandle> silver = await SilverAsync(lake, position);
        WatermarkTracker newest = silver.Aggregate(WatermarkTracker.Empty, (t, c) => t.Seen(c.Interval, c.Candle.OpenTime));
        var context = new SignalContext(settings, newest.At(settings.WatermarkDelay), await IndexAsync(lake, lake.Gold.Table.Snapshot.TransactionVersion(GoldJob.IndexPosition) ?? -1));
        SignalRow[] expected =
        [
            .. silver.GroupBy(c => c.Symbol)
                .SelectMany(g => SymbolTransitions.Rows(g.Key, [.. g.Select(c => (c.Interval, c.Candle))], context))
                .OrderBy(r => r.Symbol).ThenBy(r => r.Timeframe).ThenBy(r => r.BucketStart),
        ];
        SignalRow[] seen = [.. (await GoldAsync(lake)).Select(s => s.Row)];
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Length, seen.Length);
        int different = Enumerable.Range(0, expected.Length).FirstOrDefault(i => !expected[i].Equals(seen[i]), -1);
        Assert.True(different < 0, different < 0 ? "" : $"Gold differs from Silver version {position}: expected {expected[different]}; seen {seen[different]}");
    }

    private static async Task<FearGreedIndex> IndexAsync(LakeTables lake, long version) =>
        version < 0 ? FearGreedIndex.Empty : await lake.FearGreed.Silver.IndexAsync(await lake.FearGreed.Silver.Table.SnapshotAtAsync(version));

    public void Dispose() => _folder.Delete(recursive: true);
}
