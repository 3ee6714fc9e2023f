using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>Refused rows judged again: exactly once in effect, whatever falls between, and never lost by a RESTORE.</summary>
public sealed class DeadLetterReplaySpecs
{
    private static readonly BronzeJudge s_lenient = new(KlineWireSchema.Binance, ExpectationSet.Default.With(CandleRule.LowAboveBody, ExpectationAction.Warn));

    [Fact]
    public async Task Rows_that_pass_now_go_in_and_the_others_are_rejected()
    {
        SilverRig rig = await WithLettersAsync();
        ReplayOutcome outcome = await new DeadLetterReplay(rig.Lake, s_lenient, "replay").RunAsync(null, default);
        Assert.Equal(new ReplayOutcome(2, 1, 0, 2), outcome);
        Assert.Equal(3, (await rig.SilverAsync()).Length);
        Assert.Equal([DeadLetter.Replayed, DeadLetter.Replayed, DeadLetter.Rejected], (await rig.LettersAsync()).Select(l => l.State));
    }

    [Fact]
    public async Task The_code_chooses_which_and_a_second_replay_changes_nothing()
    {
        SilverRig rig = await WithLettersAsync();
        Assert.Equal(new ReplayOutcome(0, 1, 0, 0), await new DeadLetterReplay(rig.Lake, s_lenient, "replay").RunAsync((await rig.LettersAsync())[^1].ErrorCode, default));
        Assert.Equal(new ReplayOutcome(2, 0, 0, 2), await new DeadLetterReplay(rig.Lake, s_lenient, "replay").RunAsync("low_above_body", default));
        long silver = rig.Lake.Silver.Table.Snapshot.Version;
        Assert.Equal(new ReplayOutcome(0, 1, 0, 0), await new DeadLetterReplay(rig.Lake, s_lenient, "replay").RunAsync(null, default));
        Assert.Equal(silver, rig.Lake.Silver.Table.Snapshot.Version);
    }

    [Fact]
    public async Task A_crash_between_silver_and_the_marks_is_made_good_by_replaying_again()
    {
        SilverRig rig = await WithLettersAsync();
        rig.StoreOf(DeadLetterTable.Binance).Faults = call => call.Operation == Delta.Store.StoreOperation.PutIfAbsent ? new Delta.Store.StoreFault(Delta.Store.StoreFaultKind.ErrorBefore) : Delta.Store.StoreFault.None;
        await Assert.ThrowsAnyAsync<Exception>(() => new DeadLetterReplay(rig.Lake, s_lenient, "replay").RunAsync(null, default));
        rig.StoreOf(DeadLetterTable.Binance).Faults = null;
        Assert.Equal(3, (await rig.SilverAsync()).Length);
        Assert.All(await rig.LettersAsync(), l => Assert.Equal(DeadLetter.Quarantined, l.State));
        LakeTables again = await rig.OpenAsync();
        Assert.Equal(new ReplayOutcome(2, 1, 0, 0), await new DeadLetterReplay(again, s_lenient, "replay").RunAsync(null, default));
        Assert.Equal(3, (await rig.SilverAsync()).Length);
    }

    [Fact]
    public async Task A_row_is_judged_at_its_original_time_and_a_greater_row_stays()
    {
        SilverRig rig = await WithLettersAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 1, 777, Sample.IngestTime + 1));
        await rig.RunAsync();
        await new DeadLetterReplay(rig.Lake, s_lenient, "replay").RunAsync(null, default);
        SilverCandle[] rows = await rig.SilverAsync();
        Assert.Equal(777, rows[1].Candle.Close);
        Assert.Equal(Sample.IngestTime, rows[2].IngestTime);
    }

    [Fact]
    public async Task A_restore_of_silver_cannot_take_a_replayed_row_out()
    {
        SilverRig rig = await WithLettersAsync();
        long before = rig.Lake.Silver.Table.Snapshot.Version;
        await new DeadLetterReplay(rig.Lake, s_lenient, "replay").RunAsync(null, default);
        SilverCandle[] expected = await rig.SilverAsync();
        Assert.IsType<CommitOutcome.Committed>(await LakeRestore.RunAsync(SilverChartsTable.Name, rig.Lake.Silver.Table, before, acceptLoss: false));
        Assert.Single(await rig.SilverAsync());
        await rig.RunAsync(); // by the strict rules: the replay decided
        Assert.Equal(expected, await rig.SilverAsync());
    }

    [Fact]
    public async Task A_letter_without_a_key_finds_its_row_in_bronze()
    {
        SilverRig rig = await SilverRig.NewAsync();
        RawCandle keyless = Sample.Raw(Sample.Eth, 0, 100, json: "[\"soon\"]") with { OpenTime = null };
        await rig.AppendAsync(keyless, Sample.Raw(Sample.Btc, 0, 100));
        await rig.RunAsync();
        IReadOnlyList<(DeadLetter Letter, Lake.Bronze.BronzeEntry Entry)> rows = await LetterEntries.OfAsync(rig.Lake.Bronze, await rig.LettersAsync(), default);
        Assert.Equal(Sample.Eth, Assert.IsType<Lake.Bronze.BronzeEntry.Readable>(Assert.Single(rows).Entry).Candle.Symbol);
        Assert.Equal(new ReplayOutcome(0, 1, 0, 0), await new DeadLetterReplay(rig.Lake, s_lenient, "replay").RunAsync(null, default));
    }

    [Fact]
    public async Task A_refused_request_has_no_row_and_is_left_alone()
    {
        SilverRig rig = await WithLettersAsync();
        await rig.Lake.DeadLetters.AppendAsync([DeadLetter.OfRequest("binance.spot.rest", "BTCUSDT 1m", "http_400", "refused", "{}", Sample.Start, Sample.IngestTime, "run")]);
        Assert.Equal(new ReplayOutcome(2, 1, 1, 2), await new DeadLetterReplay(rig.Lake, s_lenient, "replay").RunAsync(null, default));
        Assert.Equal(DeadLetter.Quarantined, (await rig.LettersAsync()).Single(l => l.IsOfRequest).State);
    }

    [Fact]
    public async Task A_running_job_goes_on_after_a_replay()
    {
        SilverRig rig = await WithLettersAsync();
        ITableJob job = await SilverJob.StartAsync(rig.Lake, SilverRig.Default, "run", default);
        LakeTables other = await rig.OpenAsync();
        await new DeadLetterReplay(other, s_lenient, "replay").RunAsync(null, default);
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 1, 5, Sample.IngestTime + 3), Sample.Raw(Sample.Btc, 9, 5));
        Assert.IsType<StepOutcome.StartAgain>(await job.StepAsync(await SilverRig.NextAsync(job, rig.Lake), default));
        await rig.RunAsync();
        Assert.Equal(4, (await rig.SilverAsync()).Length);
    }

    [Fact]
    public async Task Retention_deletes_the_old_and_never_the_newer()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawBroken(0, Sample.IngestTime), SilverRig.RawBroken(1, Sample.IngestTime + (30 * UnixMicros.PerDay)), SilverRig.RawBroken(2, Sample.IngestTime + (60 * UnixMicros.PerDay)));
        await rig.RunAsync();
        UnixMicros now = Sample.IngestTime + (120 * UnixMicros.PerDay);
        Assert.Equal(1, await DeadLetterRetention.RunAsync(rig.Lake.DeadLetters, TimeSpan.FromDays(90), now, default));
        Assert.Equal(0, await DeadLetterRetention.RunAsync(rig.Lake.DeadLetters, TimeSpan.FromDays(90), now, default));
        Assert.Equal([30, 60], (await rig.LettersAsync()).Select(l => (l.IngestTime - Sample.IngestTime) / UnixMicros.PerDay));
    }

    /// <summary>One good row, two that break a rule, one that cannot be parsed.</summary>
    private static async Task<SilverRig> WithLettersAsync()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100), SilverRig.RawBroken(1), SilverRig.RawBroken(2), Sample.Raw(Sample.Btc, 3, 100, json: "[1,"));
        await rig.RunAsync();
        return rig;
    }
}
