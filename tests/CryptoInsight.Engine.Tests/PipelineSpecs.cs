using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Tests;

/// <summary>The whole pipeline over stores in memory: real actors, real commits, real Parquet.</summary>
public sealed class PipelineSpecs
{
    private readonly Dictionary<string, MemoryObjectStore> _stores = [];
    private readonly EngineOptions _options = EngineOptions.FromConfig(ShippedConfig.Reference) with { JobPollEvery = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task Gold_is_the_pure_function_of_silver_whatever_the_order_of_batches()
    {
        var random = new Random(7);
        RawCandle[] rows =
        [
            .. Enumerable.Range(0, 700).Where(m => m % 97 != 0).SelectMany(m => (RawCandle[])[Sample.Raw(Sample.Btc, m, 100 + (m % 13)), Sample.Raw(Sample.Eth, m, 50 + (m % 7))]),
            .. Enumerable.Range(0, 40).Select(_ => Sample.Raw(Sample.Btc, random.Next(0, 700), random.Next(90, 130), Sample.IngestTime + random.Next(1, 9))),
        ];
        random.Shuffle(rows);
        await using (MedallionPipeline pipeline = await StartAsync())
        {
            foreach (RawCandle[] batch in rows.Chunk(190))
            {
                await AppendAsync(pipeline, batch);
                await pipeline.CaughtUpAsync(Deadline());
            }
        }

        await AssertGoldIsPureAsync(_options.Signals);
        Assert.Equal(rows.Select(r => r.Key!.Value).Distinct().Count(), (await SilverAsync()).Count);
    }

    [Fact]
    public async Task The_same_rows_again_change_nothing()
    {
        RawCandle[] rows = [.. Enumerable.Range(0, 60).Select(m => Sample.Raw(Sample.Btc, m, 100 + m))];
        await using MedallionPipeline pipeline = await StartAsync();
        await AppendAsync(pipeline, rows);
        await pipeline.CaughtUpAsync(Deadline());
        IReadOnlyList<StampedSignal> before = await GoldAsync();
        await AppendAsync(pipeline, rows);
        await pipeline.CaughtUpAsync(Deadline());
        Assert.Equal(before, await GoldAsync());
        Assert.Equal(60, (await SilverAsync()).Count);
    }

    [Fact]
    public async Task A_row_that_does_not_parse_goes_to_the_dead_letters_and_the_rest_goes_in()
    {
        await using MedallionPipeline pipeline = await StartAsync();
        await AppendAsync(pipeline,
        [
            Sample.Raw(Sample.Btc, 0, 100),
            Sample.Raw(Sample.Btc, 1, 100, json: $"[{Sample.MinuteAt(1).Milliseconds},\"1x0\",\"2\",\"1\",\"2\",\"1\",{Sample.MinuteAt(1).Milliseconds + 59_999},\"1\",1,\"1\",\"1\",\"0\"]"),
            Sample.Raw(Sample.Btc, 2, 100, json: "[1,"),
            Sample.Raw(Sample.Btc, 3, 100),
        ]);
        await pipeline.CaughtUpAsync(Deadline());
        Assert.Equal([Sample.MinuteAt(0), Sample.MinuteAt(3)], (await SilverAsync()).Select(c => c.Candle.OpenTime).Order());
        Assert.Equal(2, pipeline.Lake.DeadLetters.Table.Snapshot.RowCount);
        Assert.Equal(2, pipeline.Jobs.Find(Engine.Jobs.SilverJob.Id)!.RowsQuarantined);
    }

    [Fact]
    public async Task A_pipeline_that_was_stopped_anywhere_goes_on_where_the_tables_say()
    {
        for (int run = 0; run < 4; run++)
        {
            await using MedallionPipeline pipeline = await StartAsync();
            await AppendAsync(pipeline, [.. Enumerable.Range(run * 50, 50).Select(m => Sample.Raw(Sample.Btc, m, 100 + (m % 11)))]);
            // Odd runs are stopped at once, wherever they are; even ones after Silver at the earliest.
            if (run % 2 == 0)
            {
                await pipeline.Jobs.ReachedAsync(Engine.Jobs.SilverJob.Id, pipeline.Lake.Bronze.Table.Snapshot.Version, Deadline());
            }
        }

        await using (MedallionPipeline last = await StartAsync())
        {
            await last.CaughtUpAsync(Deadline());
        }

        Assert.Equal(200, (await SilverAsync()).Count);
        await AssertGoldIsPureAsync(_options.Signals);
    }

    [Fact]
    public async Task Other_settings_rebuild_gold()
    {
        await using (MedallionPipeline pipeline = await StartAsync())
        {
            await AppendAsync(pipeline, [.. Enumerable.Range(0, 120).Select(m => Sample.Raw(Sample.Btc, m, 100 + (m % 11)))]);
            await pipeline.CaughtUpAsync(Deadline());
        }

        SignalSettings settings = SignalSettings.Resolve(
            [], new Dictionary<Interval, IReadOnlyList<Interval>> { [Sample.Minute] = [Interval.Parse("15m"), Interval.Parse("1h")] }, TimeSpan.FromMinutes(3));
        await using (MedallionPipeline pipeline = await StartAsync(_options with { Signals = settings }))
        {
            await pipeline.Jobs.ReachedAsync(Engine.Jobs.GoldJob.Id, pipeline.Lake.Silver.Table.Snapshot.Version, Deadline());
        }

        await AssertGoldIsPureAsync(settings);
        Assert.Equal(["15m", "1h"], (await GoldAsync()).Select(s => s.Row.Timeframe).Distinct().Order().Select(t => t.Code));
    }

    [Fact]
    public async Task A_candle_deleted_by_hand_changes_exactly_the_signals_that_depend_on_it()
    {
        await using MedallionPipeline pipeline = await StartAsync();
        await AppendAsync(pipeline, [.. Enumerable.Range(0, 300).SelectMany(m => (RawCandle[])[Sample.Raw(Sample.Btc, m, 100 + (m % 11)), Sample.Raw(Sample.Eth, m, 50)])]);
        await pipeline.CaughtUpAsync(Deadline());
        IReadOnlyList<StampedSignal> before = await GoldAsync();
        await DeleteFromSilverAsync(pipeline.Lake.Silver, Sample.Silver(Sample.Btc, 150, 0));
        await pipeline.CaughtUpAsync(Deadline());
        await AssertGoldIsPureAsync(_options.Signals);
        IReadOnlyList<StampedSignal> after = await GoldAsync();
        Assert.Equal(before.Where(s => s.Row.Symbol == Sample.Eth), after.Where(s => s.Row.Symbol == Sample.Eth));
        Assert.NotEqual(before, after);
    }

    [Fact]
    public async Task Rows_of_gold_deleted_by_others_come_back_while_silver_is_silent()
    {
        await using MedallionPipeline pipeline = await StartAsync();
        await AppendAsync(pipeline, [.. Enumerable.Range(0, 300).Select(m => Sample.Raw(Sample.Btc, m, 100 + (m % 11)))]);
        await pipeline.CaughtUpAsync(Deadline());
        DeltaTable gold = (await OpenAsync()).Gold.Table; // as another process has it
        Assert.IsType<CommitOutcome.Committed>(await gold.DeleteAsync(null));
        await pipeline.Lake.Gold.Table.NewerThanAsync(gold.Snapshot.Version, Deadline());
        await AssertGoldIsPureAsync(_options.Signals);
    }

    private Task<MedallionPipeline> StartAsync() => StartAsync(_options);

    private async Task<MedallionPipeline> StartAsync(EngineOptions options) =>
        await MedallionPipeline.StartAsync(await OpenAsync(), options, TimeProvider.System, $"run-{Guid.NewGuid():N}");

    private Task<LakeTables> OpenAsync() =>
        LakeTables.OpenOrCreateAsync(
            new LakeLocation("memory", "demo_catalog", "demo_schema", path => _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore()),
            new DeltaTableOptions());

    private static async Task AppendAsync(MedallionPipeline pipeline, IReadOnlyList<RawCandle> rows) =>
        Assert.IsType<CommitOutcome.Committed>(await pipeline.Lake.Bronze.AppendAsync(rows, []));

    private static async Task DeleteFromSilverAsync(SilverChartsTable silver, SilverCandle candle)
    {
        var keys = new RowChanges(["unique_key"]) { Deletes = [TextColumn("unique_key", candle.Key.UniqueKey)] };
        Assert.IsType<CommitOutcome.Committed>(await silver.Table.UpsertAsync(keys, new CommitSpec("DELETE")));
    }

    private static Apache.Arrow.RecordBatch TextColumn(string name, string value) =>
        new Apache.Arrow.RecordBatch.Builder().Append(name, false, new Apache.Arrow.StringArray.Builder().Append(value).Build()).Build();

    private async Task AssertGoldIsPureAsync(SignalSettings settings)
    {
        IReadOnlyList<SilverCandle> silver = await SilverAsync();
        WatermarkTracker newest = silver.Aggregate(WatermarkTracker.Empty, (t, c) => t.Seen(c.Interval, c.Candle.OpenTime));
        var context = new SignalContext(settings, newest.At(settings.WatermarkDelay), FearGreedIndex.Empty);
        SignalRow[] expected =
        [
            .. silver.GroupBy(c => c.Symbol)
                .SelectMany(g => SymbolTransitions.Rows(g.Key, [.. g.Select(c => (c.Interval, c.Candle))], context))
                .OrderBy(r => r.Symbol).ThenBy(r => r.Timeframe).ThenBy(r => r.BucketStart),
        ];
        Assert.NotEmpty(expected);
        Assert.Equal(expected, (await GoldAsync()).Select(s => s.Row));
    }

    private async Task<IReadOnlyList<SilverCandle>> SilverAsync()
    {
        LakeTables lake = await OpenAsync();
        List<SilverCandle> rows = [];
        await foreach (IReadOnlyList<SilverCandle> some in lake.Silver.ReadAsync(lake.Silver.Table.Snapshot))
        {
            rows.AddRange(some);
        }

        Assert.Equal(rows.Count, rows.Select(r => r.Key).Distinct().Count());
        return rows;
    }

    private async Task<IReadOnlyList<StampedSignal>> GoldAsync()
    {
        LakeTables lake = await OpenAsync();
        List<StampedSignal> rows = [];
        await foreach (IReadOnlyList<StampedSignal> some in lake.Gold.ReadAsync(lake.Gold.Table.Snapshot))
        {
            rows.AddRange(some);
        }

        Assert.Equal(rows.Count, rows.Select(r => r.Row.Key).Distinct().Count());
        return [.. rows.OrderBy(r => r.Row.Symbol).ThenBy(r => r.Row.Timeframe).ThenBy(r => r.Row.BucketStart)];
    }

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
}
