using System.Text.Json;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Tests;

namespace CryptoInsight.Host.Tests.Commands;

public sealed class WatermarkCommandSpecs
{
    [Fact]
    public async Task A_delay_is_shown_previewed_set_and_set_back_and_the_setting_is_an_event()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        string[] at = ["--lake", lake.Location.Root, "--output", "json"];
        Assert.Equal(("10min", "default"), await ShownAsync(at));
        (int previewed, string preview, _) = await Cli.RunAsync(["watermark", "set", "15min", "--preview", .. at]);
        Assert.Equal(0, previewed);
        Assert.Contains("\"proposed\"", preview, StringComparison.Ordinal);
        Assert.Equal(("10min", "default"), await ShownAsync(at));

        Assert.Equal(0, (await Cli.RunAsync(["watermark", "set", "15min", .. at])).ExitCode);
        Assert.Equal(("15min", "watermark set (property of gold_signals)"), await ShownAsync(at));
        Assert.Contains("\"15min\"", (await Cli.RunAsync(["config", "show", .. at])).Out, StringComparison.Ordinal);
        Assert.Equal(0, (await Cli.RunAsync(["watermark", "set", "default", .. at])).ExitCode);
        Assert.Equal(("10min", "default"), await ShownAsync(at));
        string[] events = [.. Rows((await Cli.RunAsync(["sql", "SELECT message_en AS m FROM ops_events WHERE kind = 'watermark_set' ORDER BY ops_events.\"at\"", .. at])).Out).Select(r => r.GetProperty("m").GetString()!)];
        Assert.Equal(["The watermark delay was set from 10min to 15min.", "The watermark delay was set from 15min to 10min, the configured one."], events);
    }

    [Fact]
    public async Task A_property_that_is_no_delay_is_told_about_and_can_be_set_again()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        string[] at = ["--lake", lake.Location.Root, "--output", "json"];
        DeltaTable gold = await DeltaTable.OpenAsync(lake.Location.StoreOf(GoldSignalsTable.Name));
        Assert.IsType<CommitOutcome.Committed>(await gold.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { [WatermarkSetting.Property] = "soon\u001b[31m" } }));
        (int exit, _, string error) = await Cli.RunAsync(["watermark", "show", .. at]);
        Assert.Equal(1, exit);
        Assert.Contains("watermark set 10min", error, StringComparison.Ordinal);
        Assert.Equal(0, (await Cli.RunAsync(["watermark", "set", "5min", .. at])).ExitCode);
        Assert.Equal("5min", (await ShownAsync(at)).Delay);
    }

    private static async Task<(string Delay, string Source)> ShownAsync(string[] at)
    {
        (int exit, string output, string error) = await Cli.RunAsync(["watermark", "show", .. at]);
        Assert.True(exit == 0, error);
        return Assert.Single(Rows(output).Select(r => (r.GetProperty("delay").GetString()!, r.GetProperty("source").GetString()!)).Distinct());
    }

    private static JsonElement[] Rows(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.Clone().EnumerateArray()];
    }
}
