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
