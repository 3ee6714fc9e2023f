using CryptoInsight.Delta.Schema;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Quality;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Tests.Jobs;

/// <summary>A thirteenth element arrives: Bronze keeps it, Silver goes on or stops, and an operator adds a column without a build.</summary>
public sealed class SchemaDriftSpecs
{
    [Fact]
    public async Task By_default_silver_goes_on_and_counts_the_drift()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawWith13(0, "\"0.5\""), SilverRig.RawWith13(1, "\"0.6\""), Sample.Raw(Sample.Btc, 2, 100));
        StepReport report = Assert.Single(await rig.RunAsync());
        Assert.Equal((3, 2), (report.RowsAccepted, report.BrokenRules[BronzeJudge.Drift]));
        Assert.All(await rig.SilverAsync(), row => Assert.Equal(ExtraValues.None, row.Extra));
    }

    [Fact]
    public async Task In_strict_mode_the_job_fails_before_writing_and_says_what_to_add_then_nothing_is_lost()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(Sample.Raw(Sample.Btc, 0, 100));
        var strict = new BronzeJudge(KlineWireSchema.Binance, ExpectationSet.Default, SchemaDriftMode.Fail);
        await rig.RunAsync(strict);
        await rig.AppendAsync(SilverRig.RawWith13(1, "\"0.5\""), SilverRig.RawBroken(2));

        SchemaDriftException drift = await Assert.ThrowsAsync<SchemaDriftException>(() => rig.RunAsync(strict));
        Assert.Equal(("12", "\"0.5\""), (drift.Element, drift.Example));
        Assert.Equal("cryptoinsight.sources.binance.wire-schema.element_12 { element = 12, type = double }", drift.Snippet);
        Assert.Contains(drift.Snippet, drift.Message, StringComparison.Ordinal);
        Assert.Contains("BTCUSDT 1m 2025-01-01", drift.Message, StringComparison.Ordinal);
        Assert.Single(await rig.SilverAsync());
        Assert.Empty(await rig.LettersAsync());

        await rig.RunAsync(SilverRig.With("taker_share", WireType.Decimal, SchemaDriftMode.Fail));
        SilverCandle[] rows = await rig.SilverAsync();
        Assert.Equal([null, 0.5], rows.Select(r => r.Extra[0]));
        Assert.Equal("low_above_body", Assert.Single(await rig.LettersAsync()).ErrorCode);
    }

    [Fact]
    public async Task An_element_that_is_declared_as_ignored_is_no_drift()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawWith13(0, "7"));
        StepReport report = Assert.Single(await rig.RunAsync(SilverRig.With("unneeded", WireType.Ignored, SchemaDriftMode.Fail)));
        Assert.Empty(report.BrokenRules);
        Assert.Empty(SilverChartsTable.ExtrasOf(rig.Lake.Silver.Table.Snapshot));
    }

    [Fact]
    public async Task A_new_column_goes_before_dt_and_old_rows_have_null_in_it_until_a_repair_from_the_start()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawWith13(0, "41"), Sample.Raw(Sample.Btc, 1, 100));
        await rig.RunAsync();
        BronzeJudge wider = SilverRig.With("taker_count", WireType.Integer);
        await rig.AppendAsync(SilverRig.RawWith13(2, "42"));
        await rig.RunAsync(wider);
        StructType schema = rig.Lake.Silver.Table.Snapshot.Schema;
        Assert.Equal(["source", "taker_count", "dt"], schema.Fields.Select(f => f.Name).TakeLast(3));
        Assert.Equal([null, null, 42L], (await rig.SilverAsync()).Select(r => r.Extra[0]));

        await SilverRepair.RequestFromStartAsync(rig.Lake.Silver, default);
        StepReport repair = Assert.Single(await rig.RunAsync(wider));
        Assert.Equal((3, 1, 2), (repair.RowsIn, repair.RowsAccepted, repair.RowsUnchanged));
        Assert.Equal([41L, null, 42L], (await rig.SilverAsync()).Select(r => r.Extra[0]));
    }

    [Theory]
    [InlineData(WireType.Text, "\"a b\"", "a b")]
    [InlineData(WireType.Decimal, "\"0.25\"", 0.25)]
    [InlineData(WireType.Integer, "9007199254740993", 9007199254740993L)]
    [InlineData(WireType.Integer32, "2147483647", int.MaxValue)]
    [InlineData(WireType.Boolean, "true", true)]
    public async Task Every_type_is_cast_explicitly_and_read_back(WireType type, string element, object expected)
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawWith13(0, element), SilverRig.RawWith13(1, "null"), Sample.Raw(Sample.Btc, 2, 100), SilverRig.RawWith13(3, "{}"));
        await rig.RunAsync(SilverRig.With("added", type));
        Assert.Equal([expected, null, null], (await rig.SilverAsync()).Select(r => r.Extra[0]));
        Assert.Equal("cast", Assert.Single(await rig.LettersAsync()).ErrorCode);
    }

    [Fact]
    public async Task A_time_is_a_timestamp_and_a_number_too_big_for_int_is_quarantined()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawWith13(0, "1735689600000"));
        await rig.RunAsync(SilverRig.With("seen_at", WireType.VenueTime));
        Assert.Equal(UnixMicros.FromSeconds(1_735_689_600), (await rig.SilverAsync()).Single().Extra[0]);

        SilverRig other = await SilverRig.NewAsync();
        await other.AppendAsync(SilverRig.RawWith13(0, "2147483648"));
        await other.RunAsync(SilverRig.With("small", WireType.Integer32));
        Assert.Empty(await other.SilverAsync());
        Assert.Equal("cast", Assert.Single(await other.LettersAsync()).ErrorCode);
    }

    [Fact]
    public async Task A_column_that_is_there_with_another_type_is_refused_by_name()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawWith13(0, "41"));
        await rig.RunAsync(SilverRig.With("added", WireType.Integer));
        SettingsException refused = await Assert.ThrowsAsync<SettingsException>(() => rig.RunAsync(SilverRig.With("added", WireType.Text)));
        Assert.Contains("sources.binance.wire-schema.added is string, but silver_charts has that column as long", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_left_the_configuration_stays_and_new_rows_have_null_in_it()
    {
        SilverRig rig = await SilverRig.NewAsync();
        await rig.AppendAsync(SilverRig.RawWith13(0, "41"));
        await rig.RunAsync(SilverRig.With("added", WireType.Integer));
        await rig.AppendAsync(SilverRig.RawWith13(1, "42"));
        await rig.RunAsync();
        Assert.Equal([41L, null], (await rig.SilverAsync()).Select(r => r.Extra[0]));
    }
}
