using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>A lake in memory and the Silver job on it, step by step, without actors; every <see cref="OpenAsync"/> is another process.</summary>
internal sealed class SilverRig
{
    public static readonly BronzeJudge Default = new(KlineWireSchema.Binance, ExpectationSet.Default);

    private readonly Dictionary<string, MemoryObjectStore> _stores = [];

    public SteppedClock Time { get; } = new(Sample.IngestTime.ToDateTimeOffset());

    public LakeTables Lake { get; private set; } = null!;

    public static async Task<SilverRig> NewAsync()
    {
        var rig = new SilverRig();
        rig.Lake = await rig.OpenAsync();
        return rig;
    }

    public Task<LakeTables> OpenAsync() =>
        LakeTables.OpenOrCreateAsync(
            new LakeLocation("memory", "demo_catalog", "demo_schema", path => _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore(Time, path.Replace('/', '-'))),
            new DeltaTableOptions { Clock = Time, Upkeep = LogUpkeepMode.Off });

    /// <summary>The store of a table, to damage it.</summary>
    public MemoryObjectStore StoreOf(string table) => _stores[$"demo_catalog/demo_schema/{table}"];

    public async Task<long> AppendAsync(params RawCandle[] rows)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        return Assert.IsType<CommitOutcome.Committed>(await Lake.Bronze.AppendAsync(rows, [])).Version;
    }

    /// <summary>Starts the job and lets it run until it has caught up; as often as it asks to start again. The reports, in order.</summary>
    public async Task<List<StepReport>> RunAsync(BronzeJudge? judge = null, int rebuildRowsMax = 300_000, TailLimits? limits = null)
    {
        List<StepReport> reports = [];
        for (int start = 0; start < 20; start++)
        {
            ITableJob job = await SilverJob.StartAsync(Lake, judge ?? Default, $"run-{start}", JobStart.Position, rebuildRowsMax, default);
            if (await RunAsync(job, Lake, reports, limits))
            {
                return reports;
            }
        }

        throw new InvalidOperationException("The job started again 20 times.");
    }

    /// <summary>Lets a job run until it has caught up (true) or asks to start again (false).</summary>
    public static async Task<bool> RunAsync(ITableJob job, LakeTables lake, List<StepReport> reports, TailLimits? limits = null)
    {
        var tail = new TableTail(lake.Bronze.Table);
        while (true)
        {
            TailStep step = await tail.ReadAfterAsync(job.Position, limits ?? new TailLimits(2, 1 << 20), default);
            if (step is TailStep.CaughtUp)
            {
                return true;
            }

            StepOutcome outcome = await job.StepAsync(step, default);
            if (outcome.Match(advanced => advanced.Report, again => again.Committed) is { } report)
            {
                reports.Add(report);
                AssertEveryRowHasOneVerdict(report);
            }

            if (outcome is StepOutcome.StartAgain)
            {
                return false;
            }
        }
    }

    public static async Task<TailStep> NextAsync(ITableJob job, LakeTables lake, int versionsMax = 10) =>
        await new TableTail(lake.Bronze.Table).ReadAfterAsync(job.Position, new TailLimits(versionsMax, 1 << 20), default);

    /// <summary>INV-1, as the counts of one batch say it.</summary>
    public static void AssertEveryRowHasOneVerdict(StepReport report) =>
        Assert.Equal(report.RowsIn, report.RowsAccepted + report.RowsSuperseded + report.RowsUnchanged + report.RowsQuarantined);

    public async Task<SilverCandle[]> SilverAsync()
    {
        LakeTables lake = await OpenAsync();
        List<SilverCandle> rows = [];
        await foreach (IReadOnlyList<SilverCandle> some in lake.Silver.RowsAsync(lake.Silver.Table.Snapshot))
        {
            rows.AddRange(some);
        }

        Assert.Equal(rows.Count, rows.Select(r => r.Key).Distinct().Count());
        return [.. rows.OrderBy(r => r.Symbol).ThenBy(r => r.Interval).ThenBy(r => r.Candle.OpenTime)];
    }

    public async Task<DeadLetter[]> LettersAsync()
    {
        LakeTables lake = await OpenAsync();
        List<DeadLetter> rows = [];
        await foreach (IReadOnlyList<DeadLetter> some in lake.DeadLetters.ReadAsync(lake.DeadLetters.Table.Snapshot))
        {
            rows.AddRange(some);
        }

        Assert.Equal(rows.Count, rows.Select(r => r.DlqId).Distinct().Count());
        return [.. rows.OrderBy(r => r.EventTime).ThenBy(r => r.DlqId, StringComparer.Ordinal)];
    }

    /// <summary>The log of Bronze up to now is gone and the process starts again, as after a pause longer than its retention; with compaction and VACUUM the old files too.</summary>
    public async Task ForgetBronzeLogAsync(bool filesToo = false)
    {
        if (filesToo)
        {
            await Lake.Bronze.Table.OptimizeAsync();
        }

        Time.Advance(TimeSpan.FromDays(3));
        await Lake.Bronze.Table.CheckpointAsync();
        Time.Advance(TimeSpan.FromDays(3));
        await Lake.Bronze.Table.CleanLogAsync();
        if (filesToo)
        {
            await Lake.Bronze.Table.VacuumAsync(new VacuumSpec { Retention = TimeSpan.Zero, AllowShortRetention = true });
        }

        Lake = await OpenAsync(); // a process that comes back has no commits in memory either
    }

    public async Task DeleteFromSilverAsync(CandleKey key) => Assert.IsType<CommitOutcome.Committed>(
        await Lake.Silver.Table.DeleteAsync(Predicate.Equal("unique_key", key.UniqueKey)));

    /// <summary>Binance's schema with one more column.</summary>
    public static BronzeJudge With(string name, WireType type, SchemaDriftMode drift = SchemaDriftMode.Rescue) =>
        new(KlineWireSchema.Binance.With(new WireColumn(name, 12, null, type)), ExpectationSet.Default, drift);

    /// <summary>A row with a thirteenth element, as ingestion keeps it while its schema knows twelve.</summary>
    public static RawCandle RawWith13(int minute, string element)
    {
        RawCandle raw = Sample.Raw(Sample.Btc, minute, 100);
        return raw with { RawJson = $"{raw.RawJson[..^1]},{element}]", RescuedData = $$"""{"12":{{element}}}""" };
    }

    /// <summary>A row that breaks the rule low_above_body.</summary>
    public static RawCandle RawBroken(int minute, UnixMicros? ingestTime = null)
    {
        long ms = Sample.MinuteAt(minute).Milliseconds;
        return Sample.Raw(Sample.Btc, minute, 100, ingestTime, $"[{ms},\"10\",\"12\",\"11\",\"10\",\"1\",{ms + 59_999},\"1\",1,\"1\",\"1\",\"0\"]");
    }
}
