using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.FearGreed;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>The jobs 02b and 03c over real tables in memory.</summary>
public sealed class FearGreedJobSpecs
{
    private const int Days = 80;

    private static readonly UnixMicros s_arrived = UnixMicros.FromSeconds(1_767_225_600);

    private readonly MemoryLake _memory = new();

    [Fact]
    public async Task Silver_has_the_greatest_row_of_every_day_whatever_the_order_and_the_batches()
    {
        var random = new Random(11);
        RawFearGreed[] rows =
        [
            .. Enumerable.Range(0, Days).Select(d => Raw(d, random.Next(0, 101))),
            .. Enumerable.Range(0, 60).Select(_ => Raw(random.Next(0, Days), random.Next(0, 101), s_arrived + random.Next(0, 5), random.Next(0, 3) * 3_600)),
        ];
        SilverFearGreed[] expected = [.. rows.Select(Silver).GroupBy(r => r.Day).Select(g => g.Max(SilverFearGreedOrder.Instance)!).OrderBy(r => r.Day)];
        random.Shuffle(rows);
        LakeTables lake = await _memory.OpenAsync();
        foreach (RawFearGreed[] batch in rows.Chunk(23))
        {
            await AppendAsync(lake, batch);
            await SilverCatchesUpAsync(await _memory.OpenAsync()); // made anew from the tables every time
        }

        Assert.Equal(expected, (await MemoryLake.RowsAsync(lake.FearGreed.Silver)).OrderBy(r => r.Day));
    }

    [Fact]
    public async Task Every_row_gets_one_verdict_and_hostile_ones_lie_in_the_dead_letters()
    {
        LakeTables lake = await _memory.OpenAsync();
        RawFearGreed keyless = Raw(0, 50) with { TsUnix = null, RawJson = "\"\\u0000 x\"" };
        await AppendAsync(lake, [Raw(0, 50), Raw(0, 50), Raw(1, 101), Raw(2, -1), Raw(3, 0), Raw(4, 100), Raw(5, 7) with { IndexValue = "7'; DROP TABLE x" }, keyless, keyless]);
        StepReport report = Assert.Single(await SilverCatchesUpAsync(lake), r => r.RowsIn > 0);
        Assert.Equal((9L, 3L, 1L, 5L, 0L), (report.RowsIn, report.RowsAccepted, report.RowsUnchanged, report.RowsQuarantined, report.RowsSuperseded));
        Assert.Equal(4, (await lake.FearGreed.DeadLetters.Table.RefreshAsync()).RowCount); // the same row twice is one letter
        Assert.Equal([50, 0, 100], (await MemoryLake.RowsAsync(lake.FearGreed.Silver)).OrderBy(r => r.Day).Select(r => r.IndexValue));
    }

    [Fact]
    public async Task The_same_rows_again_change_nothing()
    {
        LakeTables lake = await _memory.OpenAsync();
        RawFearGreed[] rows = [.. Enumerable.Range(0, Days).Select(d => Raw(d, d)), Raw(Days, 200)];
        await AppendAsync(lake, rows);
        await AllCatchUpAsync(lake);
        IReadOnlyList<FearGreedDay> before = await MemoryLake.RowsAsync(lake.FearGreed.Gold);
        long goldVersion = lake.FearGreed.Gold.Table.Snapshot.Version, letters = lake.FearGreed.DeadLetters.Table.Snapshot.RowCount!.Value;
        await AppendAsync(lake, rows);
        await AllCatchUpAsync(lake);
        Assert.Equal(before, await MemoryLake.RowsAsync(lake.FearGreed.Gold));
        Assert.Equal((goldVersion, letters), (lake.FearGreed.Gold.Table.Snapshot.Version, lake.FearGreed.DeadLetters.Table.Snapshot.RowCount!.Value));
    }

    [Fact]
    public async Task A_crash_between_the_dead_letters_and_silver_doubles_nothing()
    {
        LakeTables lake = await _memory.OpenAsync();
        await AppendAsync(lake, [Raw(0, 50), Raw(1, 101)]);
        var rules = new FearGreedRules();
        // What the first half of the step leaves behind: the letter with the job's position, and no Silver commit.
        DeadLetter letter = rules.Letter(Raw(1, 101), "index_out_of_range", "", "run-before");
        await lake.FearGreed.DeadLetters.AppendAsync([letter], new AppTransaction(FearGreedRules.Id, lake.FearGreed.Bronze.Table.Snapshot.Version), lake.FearGreed.DeadLetters.Table.Snapshot.Version);
        await AppendAsync(lake, [Raw(2, 60), Raw(3, 102)]);
        await SilverCatchesUpAsync(await _memory.OpenAsync());
        Assert.Equal([50, 60], (await MemoryLake.RowsAsync(lake.FearGreed.Silver)).OrderBy(r => r.Day).Select(r => r.IndexValue));
        Assert.Equal(2, (await lake.FearGreed.DeadLetters.Table.RefreshAsync()).RowCount);
    }

    [Fact]
    public async Task Gold_is_the_pure_function_of_silver_and_a_changed_day_rewrites_exactly_the_rows_that_depend_on_it()
    {
        LakeTables lake = await _memory.OpenAsync();
        var random = new Random(5);
        await AppendAsync(lake, [.. Enumerable.Range(0, Days).Select(d => Raw(d, random.Next(0, 101)))]);
        await AllCatchUpAsync(lake);
        IReadOnlyList<FearGreedDay> before = await GoldAsync(lake);
        await AssertGoldIsPureAsync(lake);
        await AppendAsync(lake, [Raw(20, 99, s_arrived + 1L)]);
        await SilverCatchesUpAsync(lake);
        StepReport report = Assert.Single(await GoldCatchesUpAsync(lake));
        await AssertGoldIsPureAsync(lake);
        IReadOnlyList<FearGreedDay> after = await GoldAsync(lake);
        FearGreedDay[] different = [.. before.Zip(after).Where(p => p.First != p.Second).Select(p => p.Second)];
        Assert.Equal(different.Length, report.RowsOut);
        Assert.All(different, d => Assert.InRange(d.Time.Day - DayAt(20), 0, FearGreedTrend.Month - 1));
        Assert.Equal(FearGreedTrend.Month, different.Length);
    }

    [Fact]
    public async Task A_day_that_moves_to_another_instant_stays_one_row_in_silver_and_gold()
    {
        LakeTables lake = await _memory.OpenAsync();
        await AppendAsync(lake, [Raw(0, 50), Raw(1, 60)]);
        await AllCatchUpAsync(lake);
        await AppendAsync(lake, [Raw(1, 61, s_arrived + 1L, secondsOfDay: 120)]);
        await AllCatchUpAsync(lake);
        Assert.Equal([50, 61], (await MemoryLake.RowsAsync(lake.FearGreed.Silver)).OrderBy(r => r.Day).Select(r => r.IndexValue));
        await AssertGoldIsPureAsync(lake);
    }

    [Fact]
    public async Task A_writer_that_was_overtaken_starts_again_and_a_rewound_source_is_computed_anew()
    {
        LakeTables lake = await _memory.OpenAsync(), other = await _memory.OpenAsync();
        await AppendAsync(lake, [Raw(0, 50)]);
        await SilverCatchesUpAsync(lake);
        ITableJob zombie = await GoldJobAsync(other);
        await AllCatchUpAsync(lake);
        Delta.TailStep step = await new Delta.TableTail(other.FearGreed.Silver.Table).ReadAfterAsync(-1, new Delta.TailLimits(10, 1 << 20));
        Assert.IsType<StepOutcome.StartAgain>(await zombie.StepAsync(step, CancellationToken.None));
        ITableJob job = await GoldJobAsync(lake);
        Assert.IsType<StepOutcome.StartAgain>(await job.StepAsync(new Delta.TailStep.Rewound(0), CancellationToken.None));
        await AssertGoldIsPureAsync(lake);
    }

    [Fact]
    public async Task A_job_that_fell_behind_judges_all_of_bronze_and_then_stands_where_bronze_does()
    {
        LakeTables lake = await _memory.OpenAsync();
        await AppendAsync(lake, [Raw(0, 50), Raw(1, 101)]);
        await AppendAsync(lake, [Raw(2, 60)]);
        FearGreedTables t = lake.FearGreed;
        ITableJob job = await SilverTableJob<RawFearGreed, SilverFearGreed, int>.StartAsync(t.Bronze, t.Silver, t.DeadLetters, new FearGreedRules(), "run", fromBeginning: true, default);
        var again = Assert.IsType<StepOutcome.StartAgain>(await job.StepAsync(new Delta.TailStep.FellBehind(1, 2), CancellationToken.None));
        Assert.Equal(2, again.Committed!.InputVersion);
        Assert.Equal([50, 60], (await MemoryLake.RowsAsync(t.Silver)).OrderBy(r => r.Day).Select(r => r.IndexValue));
        Assert.Empty(await SilverCatchesUpAsync(lake));
    }

    private static RawFearGreed Raw(int day, int value, UnixMicros? ingestTime = null, int secondsOfDay = 0)
    {
        long seconds = ((long)DayAt(day) * 86_400) + secondsOfDay;
        return new RawFearGreed(
            "test", seconds, ingestTime ?? s_arrived, $$"""{"value":"{{value}}"}""", "/fng/", "hash", "run",
            value.ToString(System.Globalization.CultureInfo.InvariantCulture), value > 50 ? "Greed" : "Fear", null, null);
    }

    private static SilverFearGreed Silver(RawFearGreed raw) => new FearGreedRules().Read(raw).Row!;

    private static int DayAt(int day) => 17_563 + day;

    private static async Task AppendAsync(LakeTables lake, IReadOnlyList<RawFearGreed> rows) =>
        Assert.IsType<CommitOutcome.Committed>(await lake.FearGreed.Bronze.AppendAsync(rows, []));

    private static async Task<IReadOnlyList<StepReport>> SilverCatchesUpAsync(LakeTables lake)
    {
        FearGreedTables t = lake.FearGreed;
        ITableJob job = await SilverTableJob<RawFearGreed, SilverFearGreed, int>.StartAsync(t.Bronze, t.Silver, t.DeadLetters, new FearGreedRules(), "run", fromBeginning: false, default);
        return await MemoryLake.CatchUpAsync(job, t.Bronze.Table);
    }

    private static Task<ITableJob> GoldJobAsync(LakeTables lake) => DerivedTableJob<FearGreedDay, UnixMicros>.StartAsync(new FearGreedDerivation(lake.FearGreed), fromBeginning: false, default);

    private static async Task<IReadOnlyList<StepReport>> GoldCatchesUpAsync(LakeTables lake) => await MemoryLake.CatchUpAsync(await GoldJobAsync(lake), lake.FearGreed.Silver.Table);

    private static async Task AllCatchUpAsync(LakeTables lake)
    {
        await SilverCatchesUpAsync(lake);
        await GoldCatchesUpAsync(lake);
    }

    private static async Task<IReadOnlyList<FearGreedDay>> GoldAsync(LakeTables lake) => [.. (await MemoryLake.RowsAsync(lake.FearGreed.Gold)).OrderBy(d => d.Time)];

    private static async Task AssertGoldIsPureAsync(LakeTables lake)
    {
        FearGreedIndex index = await lake.FearGreed.Silver.IndexAsync(await lake.FearGreed.Silver.Table.RefreshAsync());
        Assert.NotEmpty(index.Points);
        Assert.Equal(FearGreedTrend.Of(index), await GoldAsync(lake));
    }
}
