using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>Silver, the index and Gold in memory, and a driver that is stepped by hand: no actors, no clock.</summary>
internal sealed class GoldLake
{
    private static readonly Interval s_quarter = Interval.Parse("15m");

    private readonly Dictionary<string, MemoryObjectStore> _stores = new(StringComparer.Ordinal);
    private long _silverPosition;

    private GoldLake()
    {
    }

    public LakeTables Tables { get; private set; } = null!;

    public SignalSettings Settings { get; set; } = SignalSettings.Default();

    /// <summary>Differences that a comparison of all of Gold may hold.</summary>
    public int RebuildRowsMax { get; set; } = GoldJob.RebuildRowsMax;

    public LakeLocation Location => new("memory", "demo_catalog", "demo_schema", Store);

    public static async Task<GoldLake> CreateAsync()
    {
        var lake = new GoldLake();
        await lake.OpenAsync();
        return lake;
    }

    /// <summary>As another process would see the lake.</summary>
    public async Task<LakeTables> OpenAsync() => Tables = await LakeTables.OpenOrCreateAsync(Location, new DeltaTableOptions { Upkeep = LogUpkeepMode.Off });

    public MemoryObjectStore StoreOf(string table) => Store($"demo_catalog/demo_schema/{table}");

    /// <summary>The table as if it had never been.</summary>
    public void Forget(string table) => _stores.Remove($"demo_catalog/demo_schema/{table}");

    public Task<ITableJob> StartAsync(JobStart start = JobStart.Position) => StartAsync(Tables, start);

    public Task<ITableJob> StartAsync(LakeTables tables, JobStart start = JobStart.Position, ISymbols? symbols = null) =>
        GoldJob.StartAsync(tables, Settings, symbols ?? new CachedSymbols(tables, Settings), NoSnapshots.Instance, TimeProvider.System, start, RebuildRowsMax, CancellationToken.None);

    /// <summary>Steps a driver until there is nothing to do; it is made anew as often as it asks for that. Returns what the steps reported.</summary>
    public async Task<IReadOnlyList<StepReport>> CatchUpAsync(ITableJob? job = null)
    {
        job ??= await StartAsync();
        var reports = new List<StepReport>();
        for (int i = 0; i < 100; i++)
        {
            TailStep step = await new TableTail(Tables.Silver.Table).ReadAfterAsync(job.Position, TailLimits.Default);
            if (step is TailStep.CaughtUp && !await job.HasOtherWorkAsync(CancellationToken.None))
            {
                return reports;
            }

            StepOutcome outcome = await job.StepAsync(step, CancellationToken.None);
            reports.AddRange(outcome.Match(a => [a.Report], a => a.Committed is { } c ? [c] : (StepReport[])[]));
            job = outcome is StepOutcome.StartAgain ? await StartAsync() : job;
        }

        throw new InvalidOperationException("The driver does not come to rest.");
    }

    public async Task PutAsync(IReadOnlyList<SilverCandle> inserts, IReadOnlyList<SilverCandle>? replacements = null) =>
        Assert.IsType<CommitOutcome.Committed>(await Tables.Silver.CommitAsync(
            inserts, replacements ?? [], new AppTransaction("02_transform_silver_binance", ++_silverPosition), (await Tables.Silver.Table.RefreshAsync()).Version));

    /// <summary>Publishes index values, one a day from the first day of the samples on; null takes a day's value away.</summary>
    public async Task PublishAsync(params (int Day, int? Value)[] days)
    {
        var index = new SilverFearGreedTable(await DeltaTable.OpenOrCreateAsync(
            StoreOf(SilverFearGreedTable.Name), SilverFearGreedTable.Definition, new DeltaTableOptions { Upkeep = LogUpkeepMode.Off }));
        var change = new RowDifference<SilverFearGreed>(
            [], [.. days.Where(d => d.Value is not null).Select(d => IndexRow(d.Day, d.Value!.Value))], [.. days.Where(d => d.Value is null).Select(d => IndexRow(d.Day, 0))]);
        Assert.IsType<CommitOutcome.Committed>(await index.CommitAsync(change, [], index.Table.Snapshot.Version));
    }

    public async Task<IReadOnlyList<StampedSignal>> GoldAsync()
    {
        List<StampedSignal> rows = [];
        await foreach (IReadOnlyList<StampedSignal> some in Tables.Gold.ReadAsync(await Tables.Gold.Table.RefreshAsync()))
        {
            rows.AddRange(some);
        }

        Assert.Equal(rows.Count, rows.Select(r => r.Row.Key).Distinct().Count());
        return [.. rows.OrderBy(r => r.Row.Symbol).ThenBy(r => r.Row.Timeframe).ThenBy(r => r.Row.BucketStart)];
    }

    /// <summary>INV-5: Gold is what a full computation gives, row by row, bit by bit.</summary>
    public async Task AssertPureAsync()
    {
        List<SilverCandle> silver = [];
        await foreach (IReadOnlyList<SilverCandle> some in Tables.Silver.ReadAsync(await Tables.Silver.Table.RefreshAsync()))
        {
            silver.AddRange(some);
        }

        FearGreedVersion index = await Tables.Index.NewestAsync();
        WatermarkTracker newest = silver.Aggregate(WatermarkTracker.Empty, (t, c) => t.Seen(c.Interval, c.Candle.OpenTime));
        var context = new SignalContext(Settings, newest.At(Settings.WatermarkDelay), index.Index);
        Assert.Equal(
            silver.GroupBy(c => c.Symbol)
                .SelectMany(g => SymbolTransitions.Rows(g.Key, [.. g.Select(c => (c.Interval, c.Candle))], context))
                .OrderBy(r => r.Symbol).ThenBy(r => r.Timeframe).ThenBy(r => r.BucketStart),
            (await GoldAsync()).Select(s => s.Row));
        Assert.Equal(silver.Count == 0 ? -1 : Tables.Silver.Table.Snapshot.Version, Tables.Gold.Table.Snapshot.TransactionVersion(GoldJob.ChartsPosition) ?? -1);
    }

    /// <summary>Candles of 15 minutes: a month is 2,880.</summary>
    public static IReadOnlyList<SilverCandle> Quarters(Symbol symbol, int from, int count, int salt = 0) =>
        [.. Enumerable.Range(from, count).Select(n => Quarter(symbol, n, 100 + ((n * 7 + salt) % 31)))];

    public static SilverCandle Quarter(Symbol symbol, int n, double close)
    {
        UnixMicros open = Sample.Start + (n * 900 * UnixMicros.PerSecond);
        return new SilverCandle(
            symbol, s_quarter, new Candle(open, close - 1, close + 2, close - 2, close, 10, open + 899_999_000L, 10 * close, 5, 4, 4 * close), Sample.IngestTime, "replay.spot");
    }

    private MemoryObjectStore Store(string path) => _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore();

    private static long Seconds(int day) => (Sample.Start.Value / UnixMicros.PerSecond) + (day * 86_400L);

    private static SilverFearGreed IndexRow(int day, int value) => new(Seconds(day), value, value < 50 ? "Fear" : "Greed", null, Sample.IngestTime, "test");
}
