namespace CryptoInsight.EndToEnd.Tests;

/// <summary>A node that is asked to stop does so in order and soon, whoever watches it and however far its start is.</summary>
public sealed class StopSpecs
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Open_page_does_not_hold_up_the_stop_and_every_run_is_ended(string signal)
    {
        using var lake = new TemporaryLake();
        using RunningNode node = await RunningNode.ListeningAsync(lake, "--symbols", "BTCUSDT", "--intervals", "4h");
        await node.ReadyAsync();
        using HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60) };
        using var reader = new StreamReader(await http.GetStreamAsync(new Uri(node.Url, "/api/v1/stream?symbol=BTCUSDT&timeframe=4h")));
        Assert.NotNull(await reader.ReadLineAsync());

        await node.Run.SignalAsync(signal);
        await node.Run.EndAsync(TimeSpan.FromSeconds(20));

        node.Run.MustEndWith(0);
        using ProgramRun asked = await ProgramRun.ToEndAsync(
            TimeSpan.FromSeconds(60), "sql", "SELECT COUNT(*) FILTER (WHERE ended_at IS NULL OR state = 'FAILED') AS bad, COUNT(*) > 3 AS some FROM ops_job_runs", "--lake", lake.Path, "--output", "csv");
        Assert.Equal("0,true", asked.MustEndWith(0).Out.Trim().Split('\n')[^1], ignoreCase: true);
    }

    [Theory]
    [InlineData(150)]
    [InlineData(700)]
    [InlineData(1_500)]
    public async Task Stop_in_the_middle_of_a_start_is_no_failure(int milliseconds)
    {
        using var lake = new TemporaryLake();
        using ProgramRun run = RunningNode.Start(lake, "--symbols", "BTCUSDT", "--intervals", "4h");
        string log = Path.Combine(lake.Path, "demo_catalog", "demo_schema", "bronze_charts", "_delta_log", "00000000000000000000.json");
        await Waiting.UntilAsync("start", log, TimeSpan.FromSeconds(60), () => Task.FromResult<(string?, string)>((File.Exists(log) ? "made" : null, run.Said())));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(milliseconds));
        await timer.WaitForNextTickAsync();

        await run.SignalAsync("TERM");
        await run.EndAsync(TimeSpan.FromSeconds(20));

        run.MustEndWith(0);
        Assert.DoesNotContain("FAILED", run.Said(), StringComparison.Ordinal);
    }
}
