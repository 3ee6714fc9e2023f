using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Config;

namespace CryptoInsight.Host.Tests;

public sealed class SettingsLayersSpecs
{
    private static readonly Dictionary<string, string> s_noVariables = [];

    [Fact]
    public void Without_anything_every_setting_is_the_default()
    {
        Assert.All(SettingsLayers.Of([], null, s_noVariables).Effective(), e => Assert.Equal("default", e.Source));
    }

    [Fact]
    public void The_command_line_beats_a_variable_and_a_variable_beats_the_file()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "cryptoinsight { gold.watermark-delay = 1min, http.bind = \"127.0.0.1:1\", jobs.poll-every = 3s }");
        try
        {
            SettingsLayers layers = SettingsLayers.Of(
                [("--set", "gold.watermark-delay", "3min")], file,
                new Dictionary<string, string> { ["CRYPTOINSIGHT_GOLD_WATERMARK_DELAY"] = "2min", ["CRYPTOINSIGHT_HTTP_BIND"] = "127.0.0.1:2" });
            var effective = layers.Effective().ToDictionary(e => e.Key, e => (e.Value, e.Source));
            Assert.Equal(("3min", "--set"), effective["cryptoinsight.gold.watermark-delay"]);
            Assert.Equal(("127.0.0.1:2", "CRYPTOINSIGHT_HTTP_BIND"), effective["cryptoinsight.http.bind"]);
            Assert.Equal(("3s", $"file {Path.GetFileName(file)}"), effective["cryptoinsight.jobs.poll-every"]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_later_of_two_assignments_wins()
    {
        SettingsLayers layers = SettingsLayers.Of([("--set", "http.bind", "a:1"), ("--set", "http.bind", "b:2")], null, s_noVariables);
        Assert.Equal("b:2", layers.Effective().Single(e => e.Key == "cryptoinsight.http.bind").Value);
    }

    [Theory]
    [InlineData("gold.watermark-dela")]
    [InlineData("nonsense")]
    [InlineData("cryptoinsight.http")]
    public void An_unknown_setting_is_refused_with_the_nearest_one(string key)
    {
        SettingsException refused = Assert.Throws<SettingsException>(() => SettingsLayers.Of([("--set", key, "1")], null, s_noVariables));
        Assert.Contains("there is no such setting", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_variable_of_ours_that_names_nothing_is_refused()
    {
        Assert.Throws<SettingsException>(() => SettingsLayers.Of([], null, new Dictionary<string, string> { ["CRYPTOINSIGHT_GOLD_DELAY"] = "1" }));
    }

    [Theory]
    [InlineData("a \"quoted\" \\ path")]
    [InlineData("${HOME} # not a comment")]
    [InlineData("{ x = 1 }")]
    public void A_value_is_text_whatever_is_in_it(string value)
    {
        SettingsLayers layers = SettingsLayers.Of([("--lake", "lake.path", value)], null, s_noVariables);
        Assert.Equal(value, EngineOptions.FromConfig(layers.Merged).Lake.Path);
    }

    [Fact]
    public void A_timeframe_list_of_another_interval_can_be_added()
    {
        SettingsLayers layers = SettingsLayers.Of([("--set", "gold.timeframes.1m", "[5m, 15m]")], null, s_noVariables);
        Assert.Equal(
            ["5m", "15m"], EngineOptions.FromConfig(layers.Merged).Signals.TimeframesOf(CryptoInsight.Domain.Market.Interval.Parse("1m")).Select(t => t.Window.Code));
    }
}
