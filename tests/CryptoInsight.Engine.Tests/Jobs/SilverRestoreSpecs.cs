using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>RESTORE takes rows and positions back together, and the jobs bring the same state about again.</summary>
public sealed class SilverRestoreSpecs
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task Silver_some_versions_back_becomes_the_same_again(int back)
    {
        SilverRig rig = await SilverRig.NewAsync();
        for (int i = 0; i < 6; i++)
        {
            await rig.AppendAsync(
                Sample.Raw(Sample.Btc, i, 100 + i), Sample.Raw(Sample.Btc, 0, 200 + i, Sample.IngestTime + i), SilverRig.RawBroken(i + 100), Sample.Raw(Sample.Eth, i, 50, json: "[1,"));
            await rig.RunAsync();
        }

        SilverCandle[] expected = await rig.SilverAsync();
        DeadLetter[] letters = await rig.LettersAsync();
        long newest = rig.Lake.Silver.Table.Snapshot.Version;
        long? positionThen = (await rig.Lake.Silver.Table.SnapshotAtAsync(newest - back)).TransactionVersion(SilverJob.Id) ?? -1;
        ITableJob zombie = await SilverJob.StartAsync(rig.Lake, SilverRig.Default, "zombie", default);
        Assert.IsType<CommitOutcome.Committed>(await LakeRestore.RunAsync(SilverChartsTable.Name, rig.Lake.Silver.Table, newest - back, acceptLoss: false));
        Assert.Equal(positionThen, rig.Lake.Silver.Table.Snapshot.TransactionVersion(SilverJob.Id));
        Assert.NotEqual(expected, await rig.SilverAsync());

        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 1, Sample.IngestTime + -1)); // an old revision that changes nothing, to make the zombie move
        Assert.IsType<StepOutcome.StartAgain>(await zombie.StepAsync(await SilverRig.NextAsync(zombie, rig.Lake), default));
        await rig.RunAsync();
        Assert.Equal(expected, await rig.SilverAsync());
        Assert.Equal(letters.Select(l => l.DlqId), (await rig.LettersAsync()).Select(l => l.DlqId));
    }

    [Fact]
    public async Task Rules_that_changed_meanwhile_do_not_change_what_was_decided()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100));
        await rig.RunAsync();
        long before = rig.Lake.Silver.Table.Snapshot.Version;
        await rig.AppendAsync(SilverRig.RawBroken(1));
        await rig.RunAsync();
        await LakeRestore.RunAsync(SilverChartsTable.Name, rig.Lake.Silver.Table, before, acceptLoss: false);
        await rig.RunAsync(new BronzeJudge(KlineWireSchema.Binance, ExpectationSet.Default.With(CandleRule.LowAboveBody, ExpectationAction.Warn)));
        Assert.Single(await rig.SilverAsync());
        Assert.Single(await rig.LettersAsync());
    }

    [Fact]
    public async Task A_rejected_letter_stays_refused_after_a_restore()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100));
        await rig.RunAsync();
        long before = rig.Lake.Silver.Table.Snapshot.Version;
        await rig.AppendAsync(SilverRig.RawBroken(1));
        await rig.RunAsync();
        Assert.Equal(1, (await new DeadLetterReplay(rig.Lake, SilverRig.Default, "replay").RunAsync(null, default)).Rejected);
        await LakeRestore.RunAsync(SilverChartsTable.Name, rig.Lake.Silver.Table, before, acceptLoss: false);
        await rig.RunAsync();
        Assert.Single(await rig.SilverAsync());
    }

    [Fact]
    public async Task A_column_that_an_operator_added_comes_back_after_a_restore_to_before_it()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100));
        await rig.RunAsync();
        long before = rig.Lake.Silver.Table.Snapshot.Version;
        await rig.AppendAsync(SilverRig.RawWith13(1, "5"));
        BronzeJudge wider = SilverRig.With("added", WireType.Integer);
        await rig.RunAsync(wider);
        await LakeRestore.RunAsync(SilverChartsTable.Name, rig.Lake.Silver.Table, before, acceptLoss: false);
        Assert.Empty(SilverChartsTable.ExtrasOf(rig.Lake.Silver.Table.Snapshot));
        await rig.RunAsync(wider);
        Assert.Equal([null, 5L], (await rig.SilverAsync()).Select(r => r.Extra[0]));
    }

    [Fact]
    public async Task Dead_letters_that_were_restored_are_written_again_by_a_repair_and_the_count_only_grows()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawBroken(0));
        await rig.RunAsync();
        long before = rig.Lake.DeadLetters.Table.Snapshot.Version;
        await rig.AppendAsync(SilverRig.RawBroken(1));
        await rig.RunAsync();
        string count = DeadLetterTable.CommitCountOf(SilverJob.Id);
        Assert.Equal(2, rig.Lake.DeadLetters.Table.Snapshot.TransactionVersion(count));
        ITableJob zombie = await SilverJob.StartAsync(rig.Lake, SilverRig.Default, "zombie", default);
        await LakeRestore.RunAsync(DeadLetterTable.Binance, rig.Lake.DeadLetters.Table, before, acceptLoss: false);
        Assert.Equal(3, rig.Lake.DeadLetters.Table.Snapshot.TransactionVersion(count));
        await rig.AppendAsync(SilverRig.RawBroken(2));
        Assert.IsType<StepOutcome.StartAgain>(await zombie.StepAsync(await SilverRig.NextAsync(zombie, rig.Lake), default));
        await SilverRepair.RequestFromStartAsync(rig.Lake.Silver, default);
        await rig.RunAsync();
        Assert.Equal(3, (await rig.LettersAsync()).Length);
    }

    [Fact]
    public async Task Bronze_is_refused_without_the_operators_word_and_nothing_changes()
    {
        SilverRig rig = await SilverRig.NewAsync();
        long first = await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100));
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 1, 100));
        LossRefusedException refused = await Assert.ThrowsAsync<LossRefusedException>(() => LakeRestore.RunAsync(BronzeChartsTable.Name, rig.Lake.Bronze.Table, first, acceptLoss: false));
        Assert.Contains("--accept-loss", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, (await rig.Lake.Bronze.Table.RefreshAsync()).RowCount);
    }

    [Fact]
    public async Task Bronze_with_accepted_loss_takes_its_bookmarks_back_and_silver_follows()
    {
        SilverRig rig = await SilverRig.NewAsync();
        string bookmark = IngestPositions.Bookmark(Sample.Btc, Sample.Minute);
        await rig.Lake.Bronze.AppendAsync([Sample.Raw(Sample.Btc, 0, 100)], [IngestPositions.Advance(null, Sample.Btc, Sample.Minute, Sample.MinuteAt(0))]);
        long first = rig.Lake.Bronze.Table.Snapshot.Version;
        await rig.Lake.Bronze.AppendAsync([Sample.Raw(Sample.Btc, 1, 100), Sample.Raw(Sample.Btc, 0, 900, Sample.IngestTime + 1)], [IngestPositions.Advance(null, Sample.Btc, Sample.Minute, Sample.MinuteAt(1))]);
        await rig.RunAsync();
        Assert.IsType<CommitOutcome.Committed>(await LakeRestore.RunAsync(BronzeChartsTable.Name, rig.Lake.Bronze.Table, first, acceptLoss: true));
        Assert.Equal(Sample.MinuteAt(0).Milliseconds, rig.Lake.Bronze.Table.Snapshot.TransactionVersion(bookmark));
        Assert.Equal("true", rig.Lake.Bronze.Table.Snapshot.Metadata.Configuration["delta.appendOnly"]);
        await rig.RunAsync();
        Assert.Equal(100, Assert.Single(await rig.SilverAsync()).Candle.Close);

        await LakeRestore.RunAsync(BronzeChartsTable.Name, rig.Lake.Bronze.Table, 0, acceptLoss: true);
        Assert.Equal(-1, rig.Lake.Bronze.Table.Snapshot.TransactionVersion(bookmark));
        var bookmarks = new Bookmarks([new SeriesStart(Sample.Btc, Sample.Minute, Sample.MinuteAt(-5), Sample.MinuteAt(-5))], rig.Lake.Bronze.Table.Snapshot.TransactionVersion);
        Assert.Equal(Sample.MinuteAt(-5), bookmarks.CompleteTo(Sample.Btc, Sample.Minute));
        await rig.RunAsync();
        Assert.Empty(await rig.SilverAsync());
    }

    [Fact]
    public async Task A_restore_of_bronze_that_was_killed_halfway_leaves_bronze_append_only_after_the_next_start()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100));
        await rig.Lake.Bronze.Table.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { ["delta.appendOnly"] = "false" } }); // and here it died
        LakeTables next = await rig.OpenAsync();
        Assert.Equal("true", next.Bronze.Table.Snapshot.Metadata.Configuration["delta.appendOnly"]);
        long version = next.Bronze.Table.Snapshot.Version;
        Assert.Equal(version, (await rig.OpenAsync()).Bronze.Table.Snapshot.Version);
    }
}
