using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Config;

namespace CryptoInsight.Host.Tests.Config;

public sealed class SettingsLayersSpecs
{
    [Fact]
    public void Every_setting_has_a_default()
    {
        SettingsLayers layers = SettingsLayers.Of([], null, []);

        Assert.NotEmpty(layers.Effective());
        Assert.All(layers.Effective(), e => Assert.Equal("default", e.Source));
        Assert.Equal(EngineOptions.FromConfig(ShippedConfig.Reference).Lake, EngineOptions.FromConfig(layers.Merged).Lake);
    }

    [Fact]
    public void Command_line_is_stronger_than_variable_than_file_than_default()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "cryptoinsight { lake { path = /from/file, catalog = from_file, schema = from_file } }");
        KeyValuePair<string, string>[] variables = [new("CRYPTOINSIGHT_LAKE_CATALOG", "from_variable"), new("CRYPTOINSIGHT_LAKE_SCHEMA", "from_variable"), new("PATH", "x")];

        SettingsLayers layers = SettingsLayers.Of([("--lake", "lake.schema", "first"), ("--set", "cryptoinsight.lake.schema", "last")], file, variables);

        Dictionary<string, (string Value, string Source)> found = layers.Effective().ToDictionary(e => e.Key, e => (e.Value, e.Source));
        Assert.Equal(("/from/file", $"file {Path.GetFileName(file)}"), found["cryptoinsight.lake.path"]);
        Assert.Equal(("from_variable", "CRYPTOINSIGHT_LAKE_CATALOG"), found["cryptoinsight.lake.catalog"]);
        Assert.Equal(("last", "--set"), found["cryptoinsight.lake.schema"]);
        File.Delete(file);
    }

    [Fact]
    public void All_faults_are_reported_together_with_the_nearest_setting()
    {
        SettingsException wrong = Assert.Throws<SettingsException>(() => SettingsLayers.Of([("--set", "lake.pathh", "x")], "/nowhere.conf", [new("CRYPTOINSIGHT_NO_SUCH", "1")]));

        Assert.Contains("cryptoinsight.lake.path", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere.conf", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("CRYPTOINSIGHT_NO_SUCH", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("with \"quotes\" and \\ and # and {")]
    [InlineData("C:\\lake\\x")]
    public void Value_is_taken_as_the_text_that_it_is(string value)
    {
        SettingsLayers layers = SettingsLayers.Of([("--lake", "lake.path", value)], null, []);

        Assert.Equal(value, layers.Effective().Single(e => e.Key == "cryptoinsight.lake.path").Value);
    }
}
