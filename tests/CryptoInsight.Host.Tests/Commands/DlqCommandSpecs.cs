using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Host.Node;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Tests;

namespace CryptoInsight.Host.Tests.Commands;

public sealed class DlqCommandSpecs
{
    [Fact]
    public async Task Letters_are_listed_shown_and_replayed_by_the_settings_of_today()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        string[] at = ["--lake", lake.Location.Root];
        await lake.AppendBronzeAsync([LowAboveBody()], SampleLake.Hours - 1);
        Assert.Equal(0, (await Cli.RunAsync(["jobs", "repair", SilverJob.Id, .. at])).ExitCode);

        JsonElement letter = (await JsonAsync(["dlq", "list", "--code", "low_above_body", .. at])).EnumerateArray().Single();
        Assert.Equal("quarantined", letter.GetProperty("state").GetString());
        JsonElement shown = await JsonAsync(["dlq", "show", letter.GetProperty("dlq_id").GetString()!, .. at]);
        Assert.Contains(shown.EnumerateArray(), f => f.GetProperty("column").GetString() == "payload_json" && f.GetProperty("value").GetString()!.Contains("\"77\"", StringComparison.Ordinal));

        string[] replay = ["dlq", "replay", "--code", "low_above_body", .. at];
        Assert.Equal((0, 1), Counts((await JsonAsync(replay)).EnumerateArray().Single()));
        Assert.Equal((1, 0), Counts((await JsonAsync([.. replay, "--set", "silver.expectations.low_above_body=warn"])).EnumerateArray().Single()));
        Assert.Empty((await JsonAsync(replay)).EnumerateArray().Where(r => Counts(r) != (0, 0)));
        Assert.Single((await JsonAsync(["dlq", "list", "--state", "replayed", .. at])).EnumerateArray());
        JsonElement open = (await JsonAsync(["sql", "SELECT open FROM silver_charts WHERE open = 77 AND symbol = 'BTCUSDT'", .. at])).EnumerateArray().Single();
        Assert.Equal(77, open.GetProperty("open").GetDouble());
        Assert.Equal(3, (await JsonAsync(["sql", "SELECT * FROM ops_events WHERE kind = 'dlq_replayed'", .. at])).GetArrayLength());
    }

    [Fact]
    public async Task An_unknown_id_says_how_to_find_one()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        (int exit, _, string error) = await Cli.RunAsync("dlq", "show", "nothing", "--lake", lake.Location.Root);
        Assert.Equal(1, exit);
        Assert.Contains("dlq list", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replay_and_a_restore_are_refused_while_another_process_works_on_the_lake()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        using NodeLock held = NodeLock.Take(lake.Location.Root);
        foreach (string[] command in (string[][])[["dlq", "replay"], ["restore", "silver_charts", "--version", "1"]])
        {
            (int exit, _, string error) = await Cli.RunAsync([.. command, "--lake", lake.Location.Root]);
            Assert.Equal(1, exit);
            Assert.Contains("Another cryptoinsight process", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_restored_silver_becomes_the_same_again_and_bronze_wants_the_operators_word()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        string[] at = ["--lake", lake.Location.Root];
        for (int hour = 0; hour < 4; hour++)
        {
            await lake.AppendBronzeAsync([Row(hour, 99), Row(0, 90 + hour) with { IngestTime = SampleLake.HourAt(hour + 2) }], hour);
            Assert.Equal(0, (await Cli.RunAsync(["jobs", "repair", SilverJob.Id, .. at])).ExitCode);
        }

        string before = (await Cli.RunAsync(["dump", "silver_charts", .. at])).Out;
        long newest = (await LakeTables.OpenOrCreateAsync(lake.Location, new Delta.DeltaTableOptions())).Silver.Table.Snapshot.Version;
        (int exit, _, string error) = await Cli.RunAsync(["restore", "silver_charts", "--version", $"{newest - 3}", .. at]);
        Assert.True(exit == 0, error);
        Assert.Equal(0, (await Cli.RunAsync(["jobs", "repair", SilverJob.Id, .. at])).ExitCode);
        Assert.Equal(before, (await Cli.RunAsync(["dump", "silver_charts", .. at])).Out);

        (exit, _, error) = await Cli.RunAsync(["restore", "bronze_charts", "--version", "1", .. at]);
        Assert.Equal(1, exit);
        Assert.Contains("--accept-loss", error, StringComparison.Ordinal);
        Assert.Equal(0, (await Cli.RunAsync(["restore", "bronze_charts", "--version", "1", "--accept-loss", .. at])).ExitCode);
        Assert.Equal(2, (await JsonAsync(["sql", "SELECT * FROM ops_events WHERE kind = 'table_restored'", .. at])).GetArrayLength());
    }

    private static RawCandle LowAboveBody() => Row(SampleLake.Hours, 77);

    /// <summary>A candle whose low is 78.</summary>
    private static RawCandle Row(int hour, double open)
    {
        RawCandle raw = SampleLake.Raw(SampleLake.Btc, hour, 100);
        long ms = raw.OpenTime!.Value.Milliseconds;
        return raw with { RawJson = FormattableString.Invariant($"[{ms},\"{open}\",\"102\",\"78\",\"100\",\"1\",{ms + 3_599_999},\"1\",1,\"1\",\"1\",\"0\"]") };
    }

    private static (int Replayed, int Rejected) Counts(JsonElement row) => (row.GetProperty("replayed").GetInt32(), row.GetProperty("rejected").GetInt32());

    private static async Task<JsonElement> JsonAsync(string[] args)
    {
        (int exit, string output, string error) = await Cli.RunAsync([.. args, "--output", "json"]);
        Assert.True(exit == 0, error);
        return JsonDocument.Parse(output).RootElement.Clone();
    }
}
