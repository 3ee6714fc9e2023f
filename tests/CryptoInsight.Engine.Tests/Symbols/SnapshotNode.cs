using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Engine.Tests.Symbols;

/// <summary>A node on a lake in a folder, started again and again; whatever became of its snapshots, Gold must be the pure function of Silver.</summary>
internal sealed class SnapshotNode(string folder, SnapshotOptions snapshots)
{
    private readonly EngineOptions _options = EngineOptions.FromConfig(ShippedConfig.Reference) with { JobPollEvery = TimeSpan.FromMilliseconds(20), Snapshots = snapshots };
    private int _minute;

    /// <summary>A node starts, takes three batches in, and ends.</summary>
    /// <param name="during">Done after the first batch, while the node runs.</param>
    public async Task RunAsync(Func<Task>? during = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        LakeTables lake = await LakeTables.OpenOrCreateAsync(LakeLocation.Local(folder), new DeltaTableOptions());
        await using (MedallionPipeline pipeline = await MedallionPipeline.StartAsync(lake, _options, TimeProvider.System, $"run-{_minute}"))
        {
            for (int batch = 0; batch < 3; batch++, _minute += 10)
            {
                RawCandle[] rows = [.. Enumerable.Range(_minute, 10).SelectMany(m => (RawCandle[])[Sample.Raw(Sample.Btc, m, 100 + (m % 13)), Sample.Raw(Sample.Eth, m, 50 + (m % 7))])];
                Assert.IsType<CommitOutcome.Committed>(await lake.Bronze.AppendAsync(rows, []));
                await pipeline.CaughtUpAsync(deadline.Token);
                await (batch == 0 && during is not null ? during() : Task.CompletedTask);
            }
        }

        List<SilverCandle> silver = [];
        await foreach (IReadOnlyList<SilverCandle> some in lake.Silver.ReadAsync(lake.Silver.Table.Snapshot))
        {
            silver.AddRange(some);
        }

        List<SignalRow> gold = [];
        await foreach (IReadOnlyList<StampedSignal> some in lake.Gold.ReadAsync(lake.Gold.Table.Snapshot))
        {
            gold.AddRange(some.Select(s => s.Row));
        }

        WatermarkTracker newest = silver.Aggregate(WatermarkTracker.Empty, (t, c) => t.Seen(c.Interval, c.Candle.OpenTime));
        var context = new SignalContext(_options.Signals, newest.At(_options.Signals.WatermarkDelay), FearGreedIndex.Empty);
        Assert.Equal(
            silver.GroupBy(c => c.Symbol).OrderBy(g => g.Key).SelectMany(g => SymbolTransitions.Rows(g.Key, [.. g.Select(c => (c.Interval, c.Candle))], context)),
            gold.OrderBy(r => r.Symbol).ThenBy(r => r.Timeframe).ThenBy(r => r.BucketStart));
    }
}
