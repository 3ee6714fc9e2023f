using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Positions;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>The jobs 02c and 03b over real tables in memory.</summary>
public sealed class PositionJobSpecs
{
    private static readonly Interval s_fourHours = Interval.Parse("4h");
    private static readonly UnixMicros s_arrived = Sample.Start + TimeSpan.FromDays(30);

    private readonly MemoryLake _memory = new();

    [Fact]
    public async Task The_summary_has_the_newest_row_per_account_and_symbol_and_is_only_written_where_it_changed()
    {
        LakeTables lake = await _memory.OpenAsync();
        await AppendAsync(lake, [Raw("A", Sample.Btc, 10, 1), Raw("A", Sample.Btc, 70, 2), Raw("A", Sample.Eth, 10, 3), Raw("B", Sample.Btc, 10, -4), Raw("B", Sample.Btc, 10, 0) with { Symbol = "?" }]);
        await SilverCatchesUpAsync(lake);
        await SummaryCatchesUpAsync(lake);
        Assert.Equal(
            [("A", "BTCUSDT", 2.0), ("A", "ETHUSDT", 3.0), ("B", "BTCUSDT", -4.0)],
            (await SummaryAsync(lake)).Select(s => (s.Row.Uid, s.Row.Symbol.Code, s.Row.Amount)));
        Assert.Equal(1, (await lake.Positions.DeadLetters.Table.RefreshAsync()).RowCount);
        IReadOnlyList<StampedSummary> before = await SummaryAsync(lake);
        await AppendAsync(lake, [Raw("B", Sample.Btc, 10, -4, s_arrived + 1L, mark: 120)]); // the same update, asked for again: only its mark price moved
        await SilverCatchesUpAsync(lake);
        Assert.Equal(1, Assert.Single(await SummaryCatchesUpAsync(lake)).RowsOut);
        IReadOnlyList<StampedSummary> after = await SummaryAsync(lake);
        Assert.Equal(before.Take(2), after.Take(2)); // updated_at too
        Assert.Equal(120, after[2].Row.MarkPrice);
    }

    [Fact]
    public async Task Prices_with_positions_are_a_function_of_gold_and_silver_however_the_two_move()
    {
        var random = new Random(3);
        LakeTables lake = await _memory.OpenAsync();
        ITableJob job = await PricePositionsJobAsync(lake);
        for (int round = 0; round < 14; round++)
        {
            if (random.Next(3) != 0)
            {
                await PutSignalsAsync(lake, [.. Enumerable.Range(0, 8).Select(_ => Signal(random.Next(2) == 0 ? Sample.Btc : Sample.Eth, random.Next(0, 40), random.Next(1, 100))).DistinctBy(s => s.Key)]);
            }

            if (random.Next(3) != 0)
            {
                await AppendAsync(lake, [.. Enumerable.Range(0, 6).Select(_ => Raw($"U{random.Next(4)}", random.Next(2) == 0 ? Sample.Btc : Sample.Eth, random.Next(0, 40 * 240), random.Next(-5, 6), s_arrived + round))]);
                await SilverCatchesUpAsync(lake);
            }

            if (round == 7)
            {
                job = await PricePositionsJobAsync(await _memory.OpenAsync()); // a restart
            }

            Assert.IsType<StepOutcome.Advanced>(await job.StepAsync(new TailStep.CaughtUp(0), CancellationToken.None));
            IReadOnlyList<PricePositions> expected = PricePositions.Of(await PricesAsync(lake), await MemoryLake.RowsAsync(lake.Positions.Silver));
            IReadOnlyList<PricePositions> seen = [.. (await MemoryLake.RowsAsync(lake.Positions.PricePositions)).OrderBy(p => p.Price.Symbol).ThenBy(p => p.Price.BucketStart)];
            Assert.Equal(expected, seen);
        }

        Assert.Contains(await MemoryLake.RowsAsync(lake.Positions.PricePositions), p => p.Positions.Count > 1 && p.LongCount > 0 && p.ShortCount > 0);
    }

    [Fact]
    public async Task A_change_of_another_timeframe_writes_nothing()
    {
        LakeTables lake = await _memory.OpenAsync();
        await PutSignalsAsync(lake, [Signal(Sample.Btc, 0, 10)]);
        ITableJob job = await PricePositionsJobAsync(lake);
        await job.StepAsync(new TailStep.CaughtUp(0), CancellationToken.None);
        long version = lake.Positions.PricePositions.Table.Snapshot.Version;
        Assert.False(await ((DerivedTableJob<PricePositions, (Symbol, UnixMicros)>)job).HasOtherWorkAsync(default));
        await PutSignalsAsync(lake, [Signal(Sample.Btc, 0, 10) with { Timeframe = Interval.Parse("5m") }]);
        Assert.IsType<StepOutcome.Advanced>(await job.StepAsync(new TailStep.CaughtUp(0), CancellationToken.None));
        Assert.Equal(version, (await lake.Positions.PricePositions.Table.RefreshAsync()).Version);
        await AppendAsync(lake, [Raw("A", Sample.Btc, 5, 1)]);
        await SilverCatchesUpAsync(lake);
        Assert.True(await ((DerivedTableJob<PricePositions, (Symbol, UnixMicros)>)job).HasOtherWorkAsync(default));
    }

    private static RawPosition Raw(string uid, Symbol symbol, int minute, double amount, UnixMicros? ingestTime = null, double mark = 110) =>
        new(
            "test", "getOtherPosition", uid, $"label {uid}", symbol.Code, new PositionNumbers(100, mark, (mark - 100) * amount, 0.1, amount, 5), true, false,
            Sample.MinuteAt(minute).Milliseconds, ingestTime ?? s_arrived, "{}", "/v1/getOtherPosition", "hash", "run", null);

    private static SignalRow Signal(Symbol symbol, int bucket, double close)
    {
        UnixMicros start = Sample.Start + (TimeSpan.FromHours(4) * bucket);
        return new SignalRow(
            symbol, s_fourHours, start, start + TimeSpan.FromHours(4), close, close, close, close, close, null, 1, null, null, 1, null, null, null, "Neutral", null, null, null, null, null, true);
    }

    private static async Task PutSignalsAsync(LakeTables lake, IReadOnlyList<SignalRow> rows) =>
        Assert.IsType<CommitOutcome.Committed>(await lake.Gold.CommitAsync([], rows, [], s_arrived, [], (await lake.Gold.Table.RefreshAsync()).Version));

    private static async Task<IReadOnlyList<PriceBucket>> PricesAsync(LakeTables lake)
    {
        List<PriceBucket> prices = [];
        await foreach (IReadOnlyList<StampedSignal> some in lake.Gold.ReadAsync(await lake.Gold.Table.RefreshAsync()))
        {
            prices.AddRange(some.Where(s => s.Row.Timeframe == s_fourHours).Select(s => s.Row).Select(r =>
                new PriceBucket(r.Symbol, r.BucketStart, r.BucketEnd, r.Close, r.Ma50, r.Ma200, r.CrossSignal, r.PctChange24h, r.FngValue, r.FngLabel)));
        }

        return prices;
    }

    private static async Task AppendAsync(LakeTables lake, IReadOnlyList<RawPosition> rows) =>
        Assert.IsType<CommitOutcome.Committed>(await lake.Positions.Bronze.AppendAsync(rows, []));

    private static async Task SilverCatchesUpAsync(LakeTables lake)
    {
        PositionTables t = lake.Positions;
        ITableJob job = await SilverTableJob<RawPosition, SilverPosition, string>.StartAsync(t.Bronze, t.Silver, t.DeadLetters, new PositionRules(), "run", fromBeginning: false, default);
        await MemoryLake.CatchUpAsync(job, t.Bronze.Table);
    }

    private static async Task<IReadOnlyList<StepReport>> SummaryCatchesUpAsync(LakeTables lake)
    {
        ITableJob job = await DerivedTableJob<StampedSummary, (string, Symbol)>.StartAsync(new PositionsSummaryDerivation(lake.Positions, TimeProvider.System), fromBeginning: false, default);
        return await MemoryLake.CatchUpAsync(job, lake.Positions.Silver.Table);
    }

    private static async Task<IReadOnlyList<StampedSummary>> SummaryAsync(LakeTables lake) =>
        [.. (await MemoryLake.RowsAsync(lake.Positions.Summary)).OrderBy(s => s.Row.Uid, StringComparer.Ordinal).ThenBy(s => s.Row.Symbol)];

    private static Task<ITableJob> PricePositionsJobAsync(LakeTables lake) =>
        DerivedTableJob<PricePositions, (Symbol, UnixMicros)>.StartAsync(new PricePositionsDerivation(lake.Gold, lake.Positions), fromBeginning: false, default);
}
