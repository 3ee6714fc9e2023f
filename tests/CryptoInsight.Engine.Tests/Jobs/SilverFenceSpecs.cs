using CryptoInsight.Delta;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Sources.Binance;
using CsCheck;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>Two Silver jobs on one lake, in two processes: the commits decide, nothing is doubled or lost.</summary>
public sealed class SilverFenceSpecs
{
    [Fact]
    public async Task A_zombie_that_wakes_with_an_old_batch_is_refused_by_silver()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100));
        ITableJob zombie = await SilverJob.StartAsync(rig.Lake, SilverRig.Default, "zombie", default);
        TailStep old = await SilverRig.NextAsync(zombie, rig.Lake); // and here it falls asleep
        LakeTables other = await rig.OpenAsync();
        List<StepReport> reports = [];
        Assert.True(await SilverRig.RunAsync(await SilverJob.StartAsync(other, SilverRig.Default, "heir", default), other, reports));
        long version = other.Silver.Table.Snapshot.Version;

        StepOutcome.StartAgain refused = Assert.IsType<StepOutcome.StartAgain>(await zombie.StepAsync(old, default));
        Assert.Contains("moved a position", refused.Why, StringComparison.Ordinal);
        Assert.Equal(version, (await other.Silver.Table.RefreshAsync()).Version);
        Assert.Single(await rig.SilverAsync());
    }

    [Fact]
    public async Task A_zombie_that_wakes_with_refused_rows_is_refused_by_the_dead_letters()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawBroken(0));
        ITableJob zombie = await SilverJob.StartAsync(rig.Lake, SilverRig.Default, "zombie", default);
        TailStep old = await SilverRig.NextAsync(zombie, rig.Lake);
        LakeTables other = await rig.OpenAsync();
        await SilverRig.RunAsync(await SilverJob.StartAsync(other, SilverRig.Default, "heir", default), other, []);
        await rig.AppendAsync(SilverRig.RawBroken(1));
        await SilverRig.RunAsync(await SilverJob.StartAsync(other, SilverRig.Default, "heir", default), other, []);
        long version = other.DeadLetters.Table.Snapshot.Version;

        StepOutcome.StartAgain refused = Assert.IsType<StepOutcome.StartAgain>(await zombie.StepAsync(old, default));
        Assert.Contains("dead letters", refused.Why, StringComparison.Ordinal);
        Assert.Equal(version, (await other.DeadLetters.Table.RefreshAsync()).Version);
        Assert.Equal(2, (await rig.LettersAsync()).Length);
        Assert.Equal(rig.Lake.Bronze.Table.Snapshot.Version, other.DeadLetters.Table.Snapshot.TransactionVersion(SilverJob.Id));
    }

    [Fact]
    public async Task Letters_that_ingestion_appends_blindly_do_not_disturb_the_job()
    {
        SilverRig rig = await SilverRig.NewAsync();
        ITableJob job = await SilverJob.StartAsync(rig.Lake, SilverRig.Default, "run", default);
        LakeTables ingestion = await rig.OpenAsync();
        await ingestion.DeadLetters.AppendAsync([Lake.DeadLetters.DeadLetter.OfRequest("binance.spot.rest", "BTCUSDT 1m", "http_400", "refused", "{}", Sample.Start, Sample.IngestTime, "run")]);
        await rig.AppendAsync(SilverRig.RawBroken(0));
        Assert.IsType<StepOutcome.Advanced>(await job.StepAsync(await SilverRig.NextAsync(job, rig.Lake), default));
        Assert.Equal(2, (await rig.LettersAsync()).Length);
    }

    [Fact]
    public async Task A_start_reads_no_row_and_a_batch_reads_the_keys_of_its_days_only()
    {
        SilverRig rig = await SilverRig.NewAsync();
        for (int day = 0; day < 5; day++)
        {
            await rig.AppendAsync([.. Enumerable.Range(0, 20).Select(m => Sample.Raw(Sample.Btc, (day * 1440) + m, 100))]);
        }

        await rig.RunAsync();
        List<string> read = [];
        LakeTables again = await rig.OpenAsync();
        rig.StoreOf(SilverChartsTable.Name).Faults = call =>
        {
            read.AddRange(call.Operation == StoreOperation.Read && call.Key.EndsWith(".parquet", StringComparison.Ordinal) && !call.Key.StartsWith("_delta_log", StringComparison.Ordinal) ? [call.Key] : []);
            return StoreFault.None;
        };
        ITableJob job = await SilverJob.StartAsync(again, SilverRig.Default, "run", default);
        Assert.Empty(read);
        await rig.AppendAsync(Sample.Raw(Sample.Btc, (2 * 1440) + 20, 100));
        Assert.IsType<StepOutcome.Advanced>(await job.StepAsync(await SilverRig.NextAsync(job, again), default));
        Assert.Empty(read); // newer than every file of its day: proven absent by the ranges
        await rig.AppendAsync(Sample.Raw(Sample.Btc, (2 * 1440) + 5, 200, Sample.IngestTime + 1));
        Assert.IsType<StepOutcome.Advanced>(await job.StepAsync(await SilverRig.NextAsync(job, again), default));
        Assert.NotEmpty(read);
        Assert.All(read, key => Assert.StartsWith("dt=2025-01-03/", key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_crash_between_letters_and_silver_then_a_long_pause_and_other_rules_keeps_what_was_decided()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100));
        await rig.RunAsync();
        await rig.AppendAsync(SilverRig.RawBroken(1), Sample.Raw(Sample.Btc, 2, 100));
        rig.StoreOf(SilverChartsTable.Name).Faults = call => call.Operation == StoreOperation.PutIfAbsent ? new StoreFault(StoreFaultKind.ErrorBefore) : StoreFault.None;
        await Assert.ThrowsAnyAsync<Exception>(() => rig.RunAsync());
        rig.StoreOf(SilverChartsTable.Name).Faults = null;
        Assert.Single(await rig.LettersAsync());
        Assert.Single(await rig.SilverAsync());

        await rig.AppendAsync(Sample.Raw(Sample.Btc, 3, 100));
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 4, 100));
        await rig.ForgetBronzeLogAsync();
        await rig.RunAsync(new BronzeJudge(KlineWireSchema.Binance, ExpectationSet.Default.With(CandleRule.LowAboveBody, ExpectationAction.Warn)));
        Assert.Equal(4, (await rig.SilverAsync()).Length);
        Assert.Equal("quarantined", Assert.Single(await rig.LettersAsync()).State);
    }

    [Fact]
    public async Task Maintenance_in_silver_does_not_disturb_the_job()
    {
        SilverRig rig = await SilverRig.NewAsync();
        for (int m = 0; m < 4; m++)
        {
            await rig.AppendAsync(Sample.Raw(Sample.Btc, m, 100));
            await rig.RunAsync();
        }

        ITableJob job = await SilverJob.StartAsync(rig.Lake, SilverRig.Default, "run", default);
        LakeTables other = await rig.OpenAsync();
        await other.Silver.Table.OptimizeAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 200, Sample.IngestTime + 1), Sample.Raw(Sample.Btc, 9, 100));
        Assert.IsType<StepOutcome.Advanced>(await job.StepAsync(await SilverRig.NextAsync(job, rig.Lake), default));
        Assert.Equal([200d, 100, 100, 100, 100], (await rig.SilverAsync()).Select(r => r.Candle.Close));
    }

    [Fact]
    public async Task A_row_deleted_by_hand_makes_the_job_start_again_and_stays_deleted_until_a_repair()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100), Sample.Raw(Sample.Btc, 1, 100));
        await rig.RunAsync();
        ITableJob job = await SilverJob.StartAsync(rig.Lake, SilverRig.Default, "run", default);
        await rig.DeleteFromSilverAsync(Sample.Silver(Sample.Btc, 0, 1).Key);
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 150, Sample.IngestTime + 1), Sample.Raw(Sample.Btc, 2, 100));
        Assert.IsType<StepOutcome.StartAgain>(await job.StepAsync(await SilverRig.NextAsync(job, rig.Lake), default));
        await rig.RunAsync();
        Assert.Equal([150d, 100, 100], (await rig.SilverAsync()).Select(r => r.Candle.Close));
    }

    [Fact]
    public void Jobs_interleaved_at_random_make_what_one_job_makes()
    {
        Gen<RawCandle[]> batch = Gen.Select(Gen.Int[0, 4], Gen.Int[1, 3], Gen.Int[0, 2], Gen.Int[0, 4])
            .Select((minute, close, later, kind) => kind == 0 ? SilverRig.RawBroken(minute, Sample.IngestTime + later) : Sample.Raw(Sample.Btc, minute, close, Sample.IngestTime + later)).Array[1, 4];
        Gen.Select(batch.Array[2, 6], Gen.Int[0, 3].Array[10, 40]).Sample((batches, moves) => Interleaved(batches, moves).GetAwaiter().GetResult(), iter: 40);
    }

    // 0, 1: the job of that process takes a step; 2: it reads its next step but sleeps on it; 3: a batch arrives.
    private static async Task Interleaved(RawCandle[][] batches, int[] moves)
    {
        SilverRig rig = await SilverRig.NewAsync(), alone = await SilverRig.NewAsync();
        LakeTables[] lakes = [rig.Lake, await rig.OpenAsync()];
        var jobs = new ITableJob?[2];
        var slept = new TailStep?[2];
        int arrived = 0, turn = 0;
        foreach (int move in moves)
        {
            int at = move < 2 ? move : turn++ % 2;
            jobs[at] ??= await SilverJob.StartAsync(lakes[at], SilverRig.Default, $"run-{at}", default);
            TailStep next = slept[at] ?? await SilverRig.NextAsync(jobs[at]!, lakes[at], versionsMax: 2);
            if (move == 3 && arrived < batches.Length)
            {
                await rig.AppendAsync(batches[arrived++]);
            }
            else if (move == 2)
            {
                slept[at] = next;
            }
            else if (move < 2 && next is not TailStep.CaughtUp)
            {
                slept[at] = null;
                StepOutcome outcome = await jobs[at]!.StepAsync(next, default);
                jobs[at] = outcome is StepOutcome.Advanced ? jobs[at] : null;
            }

            slept[at] = slept[at] is TailStep.CaughtUp ? null : slept[at];
        }

        while (arrived < batches.Length)
        {
            await rig.AppendAsync(batches[arrived++]);
        }

        await rig.RunAsync();
        foreach (RawCandle[] batch in batches)
        {
            await alone.AppendAsync(batch);
        }

        await alone.RunAsync();
        Assert.Equal(await alone.SilverAsync(), await rig.SilverAsync());
        Assert.Equal((await alone.LettersAsync()).Select(l => l.DlqId), (await rig.LettersAsync()).Select(l => l.DlqId));
    }
}
