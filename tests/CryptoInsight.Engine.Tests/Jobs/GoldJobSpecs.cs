using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Engine.Tests.Jobs;

public sealed class GoldJobSpecs
{
    private const int Month = 2_880; // quarters of an hour

    [Fact]
    public async Task An_index_only_commit_changes_exactly_the_rows_that_it_reaches()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync([.. GoldLake.Quarters(Sample.Btc, 0, 960), .. GoldLake.Quarters(Sample.Eth, 0, 960)]); // ten days
        await lake.PublishAsync((0, 20), (1, 30), (2, 40), (9, 80));
        ITableJob job = await lake.StartAsync();
        await lake.CatchUpAsync(job);
        await lake.AssertPureAsync();
        IReadOnlyList<StampedSignal> before = await lake.GoldAsync();

        await lake.PublishAsync((1, 60));
        IReadOnlyList<StepReport> reports = await lake.CatchUpAsync(job);

        await lake.AssertPureAsync();
        IReadOnlyList<StampedSignal> after = await lake.GoldAsync();
        StampedSignal[] changed = [.. after.Except(before)];
        Assert.Equal(2 * 96, changed.Length); // day 1 of two symbols: the buckets that end from 00:00 of day 1 to 23:45
        Assert.All(changed, c => Assert.Equal(60, c.Row.FngValue));
        Assert.Equal(2 * 96, reports.Sum(r => r.RowsCorrected));
    }

    [Fact]
    public async Task A_value_taken_back_leaves_rows_without_one_only_where_none_is_young_enough()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 960));
        await lake.PublishAsync((0, 20), (4, 40));
        await lake.CatchUpAsync();
        await lake.PublishAsync((4, null));
        await lake.CatchUpAsync();
        await lake.AssertPureAsync();
        Assert.Equal(3 * 96, (await lake.GoldAsync()).Count(s => s.Row.FngValue is not null)); // ends from 00:15 of day 0 to 00:00 of day 3, 72 h later
    }

    [Fact]
    public async Task The_index_may_appear_after_gold_was_made()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 300));
        ITableJob job = await lake.StartAsync();
        await lake.CatchUpAsync(job);
        Assert.All(await lake.GoldAsync(), s => Assert.Null(s.Row.FngValue));
        await lake.PublishAsync((0, 55));
        await lake.CatchUpAsync(job);
        await lake.AssertPureAsync();
        Assert.Contains(await lake.GoldAsync(), s => s.Row.FngValue == 55);
    }

    [Fact]
    public async Task One_candle_revised_a_month_back_changes_exactly_the_signals_that_depend_on_it()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync([.. GoldLake.Quarters(Sample.Btc, 0, Month), .. GoldLake.Quarters(Sample.Eth, 0, Month, salt: 5)]);
        ITableJob job = await lake.StartAsync();
        await lake.CatchUpAsync(job);
        IReadOnlyList<StampedSignal> before = await lake.GoldAsync();

        SilverCandle revised = GoldLake.Quarter(Sample.Btc, 10, 500);
        await lake.Tables.Silver.Table.UpdateAsync(KeyIs(revised), new Dictionary<string, object?> { ["close"] = 500.0, ["high"] = 502.0 });
        IReadOnlyList<StepReport> reports = await lake.CatchUpAsync(job);

        await lake.AssertPureAsync();
        StampedSignal[] changed = [.. (await lake.GoldAsync()).Except(before)];
        Assert.All(changed, c => Assert.Equal(Sample.Btc, c.Row.Symbol));
        Assert.All(changed, c => Assert.True(c.Row.BucketStart >= revised.Candle.OpenTime));
        Assert.InRange(changed.Length, 1, Month - 10);
        Assert.Equal(changed.Length, reports.Sum(r => r.RowsOut));
        Assert.Equal(changed.Length, reports.Sum(r => r.RowsCorrected));
    }

    [Fact]
    public async Task One_candle_deleted_a_month_back_deletes_its_bucket_and_changes_those_that_depend_on_it()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, Month));
        await lake.CatchUpAsync();
        SilverCandle gone = GoldLake.Quarter(Sample.Btc, 50, 0);
        Assert.IsType<CommitOutcome.Committed>(await lake.Tables.Silver.Table.DeleteAsync(KeyIs(gone)));
        await lake.CatchUpAsync();
        await lake.AssertPureAsync();
        Assert.Equal(Month - 1, (await lake.GoldAsync()).Count);
    }

    [Fact]
    public async Task The_newest_candle_deleted_takes_the_watermark_back_and_opens_rows_again()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        lake.Settings = SignalSettings.Resolve(
            [], new Dictionary<Interval, IReadOnlyList<Interval>> { [Interval.Parse("15m")] = [Interval.Parse("1h")] }, TimeSpan.Zero);
        await lake.PutAsync([.. GoldLake.Quarters(Sample.Btc, 0, 9), .. GoldLake.Quarters(Sample.Eth, 0, 12)]); // Btc's third hour has one candle; Eth's makes it final
        ITableJob job = await lake.StartAsync();
        await lake.CatchUpAsync(job);
        Assert.True((await lake.GoldAsync()).Last(s => s.Row.Symbol == Sample.Btc).Row.IsFinal);
        await lake.Tables.Silver.Table.DeleteAsync(KeyIs(GoldLake.Quarter(Sample.Eth, 11, 0)));
        await lake.CatchUpAsync(job);
        await lake.AssertPureAsync();
        Assert.False((await lake.GoldAsync()).Last(s => s.Row.Symbol == Sample.Btc).Row.IsFinal);
    }

    [Fact]
    public async Task A_foreign_commit_without_a_change_feed_is_taken_in_by_its_rows()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 900));
        ITableJob job = await lake.StartAsync();
        await lake.CatchUpAsync(job);
        await lake.Tables.Silver.Table.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { ["delta.enableChangeDataFeed"] = "false" } });
        await lake.Tables.Silver.Table.UpdateAsync(KeyIs(GoldLake.Quarter(Sample.Btc, 100, 0)), new Dictionary<string, object?> { ["close"] = 101.5 });
        await lake.CatchUpAsync(job);
        await lake.AssertPureAsync();
    }

    [Fact]
    public async Task Change_files_that_are_gone_are_replaced_by_comparing_the_two_versions()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 900));
        ITableJob job = await lake.StartAsync();
        await lake.CatchUpAsync(job);
        await lake.PutAsync([], [GoldLake.Quarter(Sample.Btc, 100, 300), GoldLake.Quarter(Sample.Btc, 899, 300)]);
        string[] feed = [.. lake.StoreOf(SilverChartsTable.Name).Keys.Where(k => k.StartsWith("_change_data/", StringComparison.Ordinal))];
        Assert.NotEmpty(feed);
        foreach (string file in feed)
        {
            await lake.StoreOf(SilverChartsTable.Name).DeleteAsync(file);
        }

        IReadOnlyList<StepReport> reports = await lake.CatchUpAsync(job);
        Assert.Equal(2, Assert.Single(reports).RowsIn);
        await lake.AssertPureAsync();
    }

    [Fact]
    public async Task Silver_cleaned_below_golds_position_leads_to_a_rebuild_with_the_same_result()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 200));
        await lake.CatchUpAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 200, 50), [GoldLake.Quarter(Sample.Btc, 3, 300)]);
        await lake.PutAsync(GoldLake.Quarters(Sample.Eth, 0, 50));
        await lake.Tables.Silver.Table.CheckpointAsync();
        long newest = lake.Tables.Silver.Table.Snapshot.Version;
        for (long version = 0; version < newest; version++)
        {
            await lake.StoreOf(SilverChartsTable.Name).DeleteAsync($"_delta_log/{version:D20}.json");
        }

        await lake.OpenAsync(); // a node that comes back after a long time
        IReadOnlyList<StepReport> reports = await lake.CatchUpAsync();
        await lake.AssertPureAsync();
        Assert.Equal(300, Assert.Single(reports).RowsIn);
    }

    [Fact]
    public async Task Silver_restored_to_an_older_version_takes_gold_back_with_it()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 200));
        ITableJob job = await lake.StartAsync();
        await lake.CatchUpAsync(job);
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 200, 90), [GoldLake.Quarter(Sample.Btc, 3, 300)]);
        await lake.CatchUpAsync(job);
        Assert.Equal(290, (await lake.GoldAsync()).Count);
        await lake.Tables.Silver.Table.RestoreAsync(1);
        await lake.CatchUpAsync(job);
        await lake.AssertPureAsync();
        Assert.Equal(200, (await lake.GoldAsync()).Count);
    }

    [Fact]
    public async Task Another_table_in_silvers_place_makes_another_gold_even_if_its_versions_agree()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 200));
        await lake.CatchUpAsync();
        lake.Forget(SilverChartsTable.Name);
        await lake.OpenAsync();
        await lake.PutAsync([.. GoldLake.Quarters(Sample.Btc, 0, 20, salt: 3), .. GoldLake.Quarters(Sample.Eth, 0, 20)]);
        await lake.CatchUpAsync();
        await lake.AssertPureAsync();
    }

    [Fact]
    public async Task Rows_of_gold_that_others_deleted_come_back_and_rows_that_others_added_go()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 200));
        await lake.CatchUpAsync();
        SignalRow row = (await lake.GoldAsync())[7].Row;
        await lake.Tables.Gold.Table.DeleteAsync(Predicate.Equal("symbol", "BTCUSDT"));
        await lake.Tables.Gold.CommitAsync([row with { Symbol = Symbol.Parse("AAAUSDT") }, row with { Symbol = Symbol.Parse("ZZZUSDT") }], [], [], Sample.IngestTime, [], lake.Tables.Gold.Table.Snapshot.Version);
        await lake.CatchUpAsync(await lake.StartAsync());
        await lake.AssertPureAsync();
    }

    [Fact]
    public async Task Gold_restored_with_its_positions_goes_on_from_them()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 200));
        await lake.CatchUpAsync();
        long before = lake.Tables.Gold.Table.Snapshot.Version;
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 200, 60));
        await lake.CatchUpAsync();
        await lake.Tables.Gold.Table.RestoreAsync(before, new RestoreSpec { PositionsOf = [GoldJob.ChartsPosition, GoldJob.IndexPosition, GoldJob.ConfigPosition] });
        IReadOnlyList<StepReport> reports = await lake.CatchUpAsync();
        Assert.Equal(60, Assert.Single(reports).RowsIn); // not a rebuild
        await lake.AssertPureAsync();
    }

    [Fact]
    public async Task Other_timeframes_write_exactly_the_difference()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        SilverCandle[] minutes = [.. Enumerable.Range(0, 600).Select(m => Sample.Silver(Sample.Btc, m, 100 + (m % 13)))];
        await lake.PutAsync([.. minutes, .. GoldLake.Quarters(Sample.Btc, 0, 40)]);
        await lake.CatchUpAsync();
        IReadOnlyList<StampedSignal> before = await lake.GoldAsync();
        lake.Settings = SignalSettings.Resolve(
            Interval.All,
            new Dictionary<Interval, IReadOnlyList<Interval>>
            {
                [Sample.Minute] = [Interval.Parse("5m"), Interval.Parse("15m"), Interval.Parse("1h")],
                [Interval.Parse("15m")] = [],
            },
            SignalSettings.WatermarkDelayDefault);
        IReadOnlyList<StepReport> reports = await lake.CatchUpAsync();
        await lake.AssertPureAsync();
        IReadOnlyList<StampedSignal> after = await lake.GoldAsync();
        Assert.Equal(before.Where(s => s.Row.Timeframe.Code == "5m"), after.Where(s => s.Row.Timeframe.Code == "5m")); // untouched, updated_at included
        Assert.Equal(after.Except(before).Count(), Assert.Single(reports).RowsOut);
        Assert.Equal(10, after.Count(s => s.Row.Timeframe.Code == "1h"));
    }

    [Fact]
    public async Task Asked_for_from_the_beginning_all_is_computed_and_nothing_written_if_nothing_differs()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 200));
        await lake.CatchUpAsync();
        IReadOnlyList<StampedSignal> before = await lake.GoldAsync();
        StepReport report = (await lake.CatchUpAsync(await lake.StartAsync(JobStart.Beginning)))[0];
        Assert.Equal((200, 0), (report.RowsIn, report.RowsOut));
        Assert.Equal(before, await lake.GoldAsync());
    }

    [Fact]
    public async Task A_comparison_with_more_differences_than_may_be_held_takes_several_commits_and_a_crash_or_restore_between_them_begins_it_again()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        Symbol[] symbols = [.. Enumerable.Range(0, 40).Select(n => Symbol.Parse($"S{n:00}USDT"))]; // 30 rows each: a symbol is a group
        await lake.PutAsync([.. symbols.SelectMany(s => GoldLake.Quarters(s, 0, 30))]);
        await lake.CatchUpAsync();
        lake.Settings = SignalSettings.Resolve(
            Interval.All, new Dictionary<Interval, IReadOnlyList<Interval>> { [Interval.Parse("15m")] = [Interval.Parse("15m"), Interval.Parse("30m")], [Interval.Parse("30m")] = [] }, SignalSettings.WatermarkDelayDefault);
        lake.RebuildRowsMax = 40;
        long before = lake.Tables.Gold.Table.Snapshot.Version;
        long? charts = lake.Tables.Gold.Table.Snapshot.TransactionVersion(GoldJob.ChartsPosition);

        // The second commit of the comparison fails, as a crash between the two would.
        int commits = 0;
        lake.StoreOf(GoldSignalsTable.Name).Faults = call =>
            call.Operation == StoreOperation.PutIfAbsent && ++commits >= 2 ? new StoreFault(StoreFaultKind.ErrorBefore) : StoreFault.None;
        await Assert.ThrowsAnyAsync<Exception>(() => lake.CatchUpAsync());
        lake.StoreOf(GoldSignalsTable.Name).Faults = null;
        Snapshot half = await lake.Tables.Gold.Table.RefreshAsync();
        Assert.Equal((before + 1, GoldJob.Unfinished, charts), (half.Version, half.TransactionVersion(GoldJob.ConfigPosition), half.TransactionVersion(GoldJob.ChartsPosition)));

        await lake.OpenAsync();
        await lake.CatchUpAsync();
        await lake.AssertPureAsync();
        long whole = lake.Tables.Gold.Table.Snapshot.Version;
        Assert.True(whole > before + 2, $"{whole - before} commits");

        // An operator takes Gold back to the middle: what stands there is nobody's Gold, and is compared again.
        await LakeRestore.RunAsync(GoldSignalsTable.Name, lake.Tables.Gold.Table, half.Version, acceptLoss: false);
        await lake.CatchUpAsync();
        await lake.AssertPureAsync();
    }

    [Fact]
    public async Task Of_two_drivers_on_one_lake_the_second_commit_is_refused_and_its_batch_thrown_away()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 200));
        await lake.CatchUpAsync();
        ITableJob zombie = await lake.StartAsync(await lake.OpenAsync());
        ITableJob driver = await lake.StartAsync(await lake.OpenAsync());
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 200, 10));
        TailStep step = await new TableTail(lake.Tables.Silver.Table).ReadAfterAsync(zombie.Position, TailLimits.Default);
        Assert.IsType<StepOutcome.Advanced>(await driver.StepAsync(step, default));
        long committed = (await lake.Tables.Gold.Table.RefreshAsync()).Version;

        // The zombie wakes and wants to commit more than the other had seen.
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 210, 10));
        TailStep more = await new TableTail(lake.Tables.Silver.Table).ReadAfterAsync(zombie.Position, TailLimits.Default);
        Assert.IsType<StepOutcome.StartAgain>(await zombie.StepAsync(more, default));
        Assert.Equal(committed, (await lake.Tables.Gold.Table.RefreshAsync()).Version);
        await lake.CatchUpAsync(driver);
        await lake.AssertPureAsync();
    }

    [Fact]
    public async Task A_delay_set_while_a_driver_runs_is_in_force_after_its_next_look_and_survives_a_restart()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync([.. GoldLake.Quarters(Sample.Btc, 0, 3), .. Enumerable.Range(0, 58).Where(m => m % 5 != 2).Select(m => Sample.Silver(Sample.Btc, m, 100))]);
        ITableJob job = await lake.StartAsync();
        await lake.CatchUpAsync(job);
        int finalBefore = (await lake.GoldAsync()).Count(s => s.Row.IsFinal);
        DeltaTable gold = (await lake.OpenAsync()).Gold.Table;
        Assert.IsType<CommitOutcome.Committed>(await WatermarkSetting.SetAsync(gold, TimeSpan.FromMinutes(30)));
        Assert.Equal(gold.Snapshot.Version, await lake.Tables.Gold.Table.FirstChangeAfterAsync(job.OutputVersion)); // which makes the stream start the job again

        SignalSettings configured = lake.Settings;
        await lake.CatchUpAsync();
        lake.Settings = configured.WithWatermarkDelay(TimeSpan.FromMinutes(30));
        await lake.AssertPureAsync();
        Assert.InRange((await lake.GoldAsync()).Count(s => s.Row.IsFinal), 1, finalBefore - 1);

        lake.Settings = configured;
        await WatermarkSetting.SetAsync(lake.Tables.Gold.Table, null);
        await lake.CatchUpAsync();
        await lake.AssertPureAsync();
        Assert.Equal(finalBefore, (await lake.GoldAsync()).Count(s => s.Row.IsFinal));
    }

    [Fact]
    public async Task A_preview_counts_what_a_delay_would_have_corrected()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        SilverCandle[] onTime = [.. Enumerable.Range(0, 60).Where(m => m != 7).Select(m => Sample.Silver(Sample.Btc, m, 100, Sample.IngestTime + (m * 60_000_000L)))];
        await lake.PutAsync([.. onTime, Sample.Silver(Sample.Btc, 7, 100, Sample.IngestTime + (30 * 60_000_000L))]); // 22 minutes late
        WatermarkPreview shortDelay = await WatermarkSetting.PreviewAsync(lake.Tables.Silver, lake.Settings, TimeSpan.FromMinutes(10), Sample.IngestTime);
        WatermarkPreview longDelay = await WatermarkSetting.PreviewAsync(lake.Tables.Silver, lake.Settings, TimeSpan.FromMinutes(30), Sample.IngestTime);
        Assert.Equal((60, 1, 1), (shortDelay.CandleCount, shortDelay.LateCandleCount, shortDelay.CorrectedBucketCount));
        Assert.Equal((60, 0, 0), (longDelay.CandleCount, longDelay.LateCandleCount, longDelay.CorrectedBucketCount));
        Assert.True(longDelay.OpenBucketCountMax > shortDelay.OpenBucketCountMax);
        Assert.Equal(29, (await WatermarkSetting.PreviewAsync(lake.Tables.Silver, lake.Settings, TimeSpan.Zero, Sample.IngestTime + (31 * 60_000_000L))).CandleCount);
    }

    [Fact]
    public async Task Compaction_of_gold_between_two_steps_disturbs_nothing()
    {
        GoldLake lake = await GoldLake.CreateAsync();
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 0, 90));
        ITableJob job = await lake.StartAsync();
        await lake.CatchUpAsync(job);
        for (int n = 90; n < 95; n++)
        {
            await lake.PutAsync(GoldLake.Quarters(Sample.Btc, n, 1));
            await lake.CatchUpAsync(job);
        }

        await lake.Tables.Gold.Table.OptimizeAsync();
        Assert.Null(await lake.Tables.Gold.Table.FirstChangeAfterAsync(job.OutputVersion));
        await lake.PutAsync(GoldLake.Quarters(Sample.Btc, 95, 1), [GoldLake.Quarter(Sample.Btc, 94, 1_000)]);
        Assert.Single(await lake.CatchUpAsync(job));
        await lake.AssertPureAsync();
    }

    private static Predicate KeyIs(SilverCandle candle) => Predicate.Equal("unique_key", candle.Key.UniqueKey);
}
