using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Sources.Binance;
using CsCheck;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>The log is gone, Bronze was restored, or an operator asks: Silver is compared with the whole of Bronze.</summary>
public sealed class SilverRebuildSpecs
{
    private static readonly BronzeJudge s_lenient = new(KlineWireSchema.Binance, ExpectationSet.Default.With(CandleRule.LowAboveBody, ExpectationAction.Warn));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_that_fell_behind_catches_up_in_one_commit_and_loses_nothing(bool filesToo)
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync([.. Enumerable.Range(0, 50).Select(m => Sample.Raw(Sample.Btc, m, 100 + m))]);
        await rig.RunAsync();
        long before = rig.Lake.Silver.Table.Snapshot.Version;
        for (int i = 50; i < 1600; i += 310)
        {
            await rig.AppendAsync([.. Enumerable.Range(i, 310).Select(m => Sample.Raw(Sample.Eth, m, 10 + m)), SilverRig.RawBroken(i), Sample.Raw(Sample.Btc, i % 50, 500, Sample.IngestTime + 1)]);
        }

        await rig.ForgetBronzeLogAsync(filesToo);
        Assert.IsType<TailStep.FellBehind>(await new TableTail(rig.Lake.Bronze.Table).ReadAfterAsync(rig.Lake.Silver.Table.Snapshot.TransactionVersion(SilverJob.Id)!.Value, TailLimits.Default));
        StepReport report = Assert.Single(await rig.RunAsync());
        Assert.Equal((1610, 1555, 50, 5), (report.RowsIn, report.RowsAccepted, report.RowsSuperseded + report.RowsUnchanged, report.RowsQuarantined));
        Assert.Equal(before + 1, rig.Lake.Silver.Table.Snapshot.Version);
        Assert.Equal(rig.Lake.Bronze.Table.Snapshot.Version, rig.Lake.Silver.Table.Snapshot.TransactionVersion(SilverJob.Id));
        SilverCandle[] rows = await rig.SilverAsync();
        Assert.Equal(50 + 1550, rows.Length);
        Assert.Equal(5, rows.Count(r => r.IngestTime == Sample.IngestTime + 1));
        Assert.Equal(5, (await rig.LettersAsync()).Length);
    }

    [Fact]
    public async Task Files_that_were_compacted_and_vacuumed_while_the_log_still_names_them_are_no_reason_to_fail()
    {
        SilverRig rig = await SilverRig.NewAsync();
        for (int m = 0; m < 6; m++)
        {
            await rig.AppendAsync(Sample.Raw(Sample.Btc, m, 100));
        }

        await rig.Lake.Bronze.Table.OptimizeAsync();
        rig.Time.Advance(TimeSpan.FromDays(1));
        await rig.Lake.Bronze.Table.VacuumAsync(new Delta.Operations.VacuumSpec { Retention = TimeSpan.Zero, AllowShortRetention = true });
        Assert.Equal(6, Assert.Single(await rig.RunAsync()).RowsAccepted);
        Assert.Equal(6, (await rig.SilverAsync()).Length);
    }

    [Fact]
    public async Task What_was_decided_before_the_pause_stays_decided_whatever_the_rules_are_now()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawBroken(0));
        await rig.RunAsync(s_lenient);
        await rig.AppendAsync(SilverRig.RawBroken(1));
        await rig.RunAsync();
        await rig.AppendAsync(SilverRig.RawBroken(2), Sample.Raw(Sample.Btc, 3, 100));
        await rig.ForgetBronzeLogAsync();
        await rig.RunAsync(); // strict now: 0 is in and stays, 1 is quarantined and stays, 2 is judged now
        Assert.Equal([0, 3], (await rig.SilverAsync()).Select(Minute));
        Assert.Equal([1, 2], (await rig.LettersAsync()).Select(l => Minute(l.EventTime!.Value)));

        await rig.AppendAsync(SilverRig.RawBroken(4));
        await rig.ForgetBronzeLogAsync();
        await rig.RunAsync(s_lenient);
        Assert.Equal([0, 3, 4], (await rig.SilverAsync()).Select(Minute));
        Assert.Equal([1, 2], (await rig.LettersAsync()).Select(l => Minute(l.EventTime!.Value)));
    }

    [Fact]
    public async Task A_repair_from_the_start_judges_every_row_by_the_rules_of_today()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawBroken(0), Sample.Raw(Sample.Btc, 1, 100));
        await rig.RunAsync(s_lenient);
        await SilverRepair.RequestFromStartAsync(rig.Lake.Silver, default);
        await rig.RunAsync();
        Assert.Equal([1], (await rig.SilverAsync()).Select(Minute));
        Assert.Equal(DeadLetter.Quarantined, Assert.Single(await rig.LettersAsync()).State);

        await SilverRepair.RequestFromStartAsync(rig.Lake.Silver, default);
        await rig.RunAsync(s_lenient);
        Assert.Equal([0, 1], (await rig.SilverAsync()).Select(Minute));
        Assert.Equal(DeadLetter.Replayed, Assert.Single(await rig.LettersAsync()).State);
        Assert.Equal(rig.Lake.Bronze.Table.Snapshot.Version, rig.Lake.DeadLetters.Table.Snapshot.TransactionVersion(SilverJob.Id));
    }

    [Fact]
    public async Task A_row_that_someone_put_into_silver_by_hand_goes_with_a_repair_from_the_start()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100), Sample.Raw(Sample.Btc, 1, 100));
        await rig.RunAsync();
        await rig.Lake.Silver.CommitAsync([Sample.Silver(Sample.Eth, 5, 1)], [Sample.Silver(Sample.Btc, 0, 999, Sample.IngestTime + 5)], new AppTransaction("someone", 1), rig.Lake.Silver.Table.Snapshot.Version);
        await rig.DeleteFromSilverAsync(Sample.Silver(Sample.Btc, 1, 1).Key);
        await SilverRepair.RequestFromStartAsync(rig.Lake.Silver, default);
        await rig.RunAsync();
        Assert.Equal([(Sample.Btc, 100d), (Sample.Btc, 100d)], (await rig.SilverAsync()).Select(r => (r.Symbol, r.Candle.Close)));
    }

    [Fact]
    public async Task A_row_without_a_time_that_can_be_read_now_comes_in_under_its_own_day()
    {
        SilverRig rig = await SilverRig.NewAsync();
        RawCandle keyless = Keyless(0, "\"0\"");
        await rig.AppendAsync(keyless, Sample.Raw(Sample.Btc, 1, 100));
        await rig.RunAsync();
        Assert.Null(Assert.Single(await rig.LettersAsync()).UniqueKey);

        // The exchange moved the open time into the last element.
        var moved = new BronzeJudge(
            new KlineWireSchema([new("late_time", 0, null, WireType.Ignored), .. KlineWireSchema.Binance.Columns.Where(c => c.Name != "unused").Select(c => c.Name == "open_time" ? c with { Element = 11 } : c)]),
            ExpectationSet.Default);
        RawCandle readable = Keyless(7, Sample.MinuteAt(7).Milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await rig.AppendAsync(readable);
        await SilverRepair.RequestFromStartAsync(rig.Lake.Silver, default);
        await rig.RunAsync(moved);
        Assert.Equal([7], (await rig.SilverAsync()).Select(Minute));
    }

    [Fact]
    public async Task A_large_day_in_many_passes_and_commits_gives_the_same()
    {
        SilverRig one = await SilverRig.NewAsync(), many = await SilverRig.NewAsync();
        foreach (SilverRig rig in (SilverRig[])[one, many])
        {
            Symbol[] symbols = [.. Enumerable.Range(0, 12).Select(i => Symbol.Parse($"S{i}USDT"))];
            await rig.AppendAsync([.. symbols.SelectMany(s => Enumerable.Range(0, 400).Select(m => Sample.Raw(s, m * 5, 100 + m))), .. Enumerable.Range(0, 30).Select(m => SilverRig.RawBroken(m * 70))]);
            await SilverRepair.RequestFromStartAsync(rig.Lake.Silver, default);
        }

        await one.RunAsync();
        StepReport report = Assert.Single(await many.RunAsync(rebuildRowsMax: 1_000));
        Assert.Equal((4830, 4800, 30), (report.RowsIn, report.RowsAccepted, report.RowsQuarantined));
        Assert.True(many.Lake.Silver.Table.Snapshot.Version > one.Lake.Silver.Table.Snapshot.Version);
        Assert.Equal(await one.SilverAsync(), await many.SilverAsync());
        Assert.Equal((await one.LettersAsync()).Select(l => l.DlqId), (await many.LettersAsync()).Select(l => l.DlqId));
    }

    [Fact]
    public async Task A_bronze_that_was_replaced_by_a_shorter_one_fails_the_job_and_deletes_nothing()
    {
        SilverRig rig = await SilverRig.NewAsync(), other = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100));
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 1, 100));
        await rig.RunAsync();
        ITableJob job = await SilverJob.StartAsync(rig.Lake, SilverRig.Default, "run", default);
        CorruptTableException refused = await Assert.ThrowsAsync<CorruptTableException>(() => job.StepAsync(new TailStep.Rewound(0), default));
        Assert.Contains("from the start", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await rig.SilverAsync()).Length);
        Assert.Empty(await other.SilverAsync());
    }

    [Fact]
    public void Catching_up_gives_what_never_falling_behind_gives()
    {
        Gen<RawCandle> row = Gen.Select(Gen.Int[0, 5], Gen.Int[1, 3], Gen.Int[0, 2], Gen.Int[0, 9])
            .Select((minute, close, later, kind) => kind switch
            {
                0 => SilverRig.RawBroken(minute, Sample.IngestTime + later),
                1 => Sample.Raw(Sample.Btc, minute, close, Sample.IngestTime + later, "[1,"),
                _ => Sample.Raw(Sample.Btc, minute, close, Sample.IngestTime + later),
            });
        Gen.Select(row.Array[0, 8].Array[1, 4], row.Array[1, 8].Array[1, 3], Gen.Bool).Sample((seen, missed, fromStart) =>
        {
            (SilverCandle[] Silver, string[] Letters) steady = Played(seen, missed, forget: false, fromStart: false).GetAwaiter().GetResult();
            (SilverCandle[] Silver, string[] Letters) behind = Played(seen, missed, forget: true, fromStart).GetAwaiter().GetResult();
            Assert.Equal(steady.Silver, behind.Silver);
            Assert.Equal(steady.Letters, behind.Letters);
        }, iter: 40);
    }

    private static async Task<(SilverCandle[] Silver, string[] Letters)> Played(RawCandle[][] seen, RawCandle[][] missed, bool forget, bool fromStart)
    {
        SilverRig rig = await SilverRig.NewAsync();
        foreach (RawCandle[] batch in seen)
        {
            await rig.AppendAsync([Sample.Raw(Sample.Eth, 0, 1), .. batch]);
        }

        await rig.RunAsync();
        foreach (RawCandle[] batch in missed)
        {
            await rig.AppendAsync(batch);
        }

        if (forget)
        {
            await rig.ForgetBronzeLogAsync();
        }

        if (fromStart)
        {
            await SilverRepair.RequestFromStartAsync(rig.Lake.Silver, default);
        }

        await rig.RunAsync();
        return (await rig.SilverAsync(), [.. (await rig.LettersAsync()).Select(l => l.DlqId)]);
    }

    private static RawCandle Keyless(int minute, string last) => Sample.Raw(
        Sample.Btc, minute, 100, json: $"[\"soon\",\"99\",\"102\",\"98\",\"100\",\"10\",{Sample.MinuteAt(minute).Milliseconds + 59_999},\"1000\",5,\"4\",\"400\",{last}]") with { OpenTime = null };

    private static int Minute(SilverCandle row) => Minute(row.Candle.OpenTime);

    private static int Minute(UnixMicros time) => (int)((time - Sample.Start) / (60 * UnixMicros.PerSecond));
}
