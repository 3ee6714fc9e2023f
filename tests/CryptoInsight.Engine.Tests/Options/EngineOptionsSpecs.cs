using Akka.Configuration;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;

namespace CryptoInsight.Engine.Tests.Options;

public sealed class EngineOptionsSpecs
{
    [Fact]
    public void The_shipped_defaults_are_read_as_written()
    {
        EngineOptions options = EngineOptions.FromConfig(ShippedConfig.Reference);
        Assert.Equal(new LakeOptions("./lake", "demo_catalog", "demo_schema"), options.Lake);
        Assert.Equal("paper", options.Ingest.Exchange);
        Assert.Empty(options.Ingest.Symbols);
        Assert.Equal(["1m", "15m", "4h"], options.Ingest.Intervals.Select(i => i.Code));
        Assert.Null(options.Ingest.Since);
        Assert.Equal(TimeSpan.FromMilliseconds(100), options.Ingest.BatchDelayMax);
        Assert.Equal(20_000, options.Ingest.BatchRowsMax);
        Assert.Equal(4, options.Ingest.Parallelism);
        Assert.Equal(("default", TimeSpan.FromMinutes(10)), (options.Ingest.Egress, options.Ingest.LimitsEvery));
        Assert.Equal(200_000, options.ReplayBatchRowsMax);
        Assert.Equal(24 << 20, options.SilverStepBytesMax);
        Assert.Equal(24 << 20, options.GoldStepBytesMax);
        Assert.Equal(GoldJob.RebuildRowsMax, options.GoldRebuildRowsMax);
        Assert.Equal(TimeSpan.FromMinutes(10), options.Signals.WatermarkDelay);
        Assert.Equal(["5m"], options.Signals.TimeframesOf(Sample.Minute).Select(t => t.Window.Code));
        Assert.Equal(TimeSpan.FromSeconds(30), options.AnswerTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), options.JobPollEvery);
        Assert.Equal(new BackoffOptions(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30)), options.Backoff);
        Assert.Equal("127.0.0.1:8080", options.HttpBind);
    }

    [Fact]
    public void Maintenance_settings_hold_for_every_table_unless_it_has_its_own()
    {
        MaintenanceOptions m = EngineOptions.FromConfig(ShippedConfig.Reference).Maintenance;
        Assert.Equal((true, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), 40), (m.IsOn, m.LookEvery, m.FirstAfter, m.DutyPercent));
        Assert.Equal((256L << 20, 64, 128L << 20, TimeSpan.FromHours(1), TimeSpan.FromMinutes(10)), (m.RunBytesMax, m.RunPartitionsMax, m.MemoryBytesMax, m.ClosedAfter, m.QuietAfter));
        Assert.Equal(Lake.LakeTables.Definitions.Keys.Order(), m.Tables.Keys.Order());
        Assert.Equal((16, 128L << 20, 3), (m.Tables["gold_signals"].SmallFilesMax, m.Tables["gold_signals"].FileBytesTarget, m.Tables["gold_signals"].ZstdLevel));
        Assert.Equal(["symbol", "bucket_start"], m.Tables["gold_signals"].ZOrderBy);
        Assert.Equal(1, m.Tables["bronze_charts"].ZstdLevel);
        Assert.Empty(m.Tables["ops_events"].ZOrderBy);
        Assert.Equal("20 * * * *", m.Tables["ops_events"].CompactAt.ToString());
    }

    [Fact]
    public void Maintenance_of_what_is_not_there_is_refused()
    {
        Config wrong = ConfigurationFactory.ParseString("""
            cryptoinsight.maintenance {
              duty-percent = 0
              defaults.clean-at = "every night"
              tables {
                gold_signal { zstd-level = 3 }
                gold_signals { z-order-by = [symbl] }
                silver_charts { z-order-by = [dt] }
              }
            }
            """).WithFallback(ShippedConfig.Reference);
        IReadOnlyList<string> faults = Assert.Throws<SettingsException>(() => EngineOptions.FromConfig(wrong)).Faults;
        foreach (string key in (string[])["maintenance.duty-percent", "maintenance.defaults.clean-at", "maintenance.tables.gold_signal ", "maintenance.tables.gold_signals.z-order-by", "maintenance.tables.silver_charts.z-order-by"])
        {
            Assert.Contains(faults, f => f.Contains(key, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_fault_is_reported_at_once()
    {
        Config wrong = ConfigurationFactory.ParseString("""
            cryptoinsight {
              ingest { intervals = ["1m", "7m"], batch-rows-max = 0, since = soon }
              gold { timeframes { "4h" = ["6h"] } }
              jobs.poll-every = 5
            }
            """).WithFallback(ShippedConfig.Reference);
        SettingsException refused = Assert.Throws<SettingsException>(() => EngineOptions.FromConfig(wrong));
        foreach (string key in (string[])["ingest.intervals", "ingest.batch-rows-max", "ingest.since", "gold.timeframes", "jobs.poll-every"])
        {
            Assert.Single(refused.Faults, f => f.Contains(key, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_missing_key_is_a_fault_and_never_a_silent_zero()
    {
        Config without = ConfigurationFactory.ParseString(ShippedConfig.ReferenceText.Replace("batch-rows-max = 20000", "", StringComparison.Ordinal));
        Assert.Contains("ingest.batch-rows-max", Assert.Throws<SettingsException>(() => EngineOptions.FromConfig(without)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5us", 0.005)]
    [InlineData("250ms", 250)]
    [InlineData("2s", 2_000)]
    [InlineData("10min", 600_000)]
    [InlineData("7d", 604_800_000)]
    public void Durations_carry_their_unit(string text, double milliseconds)
    {
        Assert.True(SettingsReader.TryDuration(text, out TimeSpan span));
        Assert.Equal(milliseconds, span.TotalMilliseconds);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("")]
    [InlineData("-1s")]
    [InlineData("1e3s")]
    [InlineData("99999999999d")]
    public void A_duration_without_sense_is_refused(string text) => Assert.False(SettingsReader.TryDuration(text, out _));
}
