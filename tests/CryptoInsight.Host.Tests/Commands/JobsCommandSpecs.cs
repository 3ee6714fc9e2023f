using System.Text.Json;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake.Tests;

namespace CryptoInsight.Host.Tests.Commands;

public sealed class JobsCommandSpecs
{
    [Fact]
    public async Task A_job_is_paused_and_resumed_while_no_node_runs()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        string[] at = ["--lake", lake.Location.Root];
        Assert.Equal(0, (await Cli.RunAsync(["jobs", "pause", GoldJob.Id, .. at])).ExitCode);
        Assert.Equal(1, (await Cli.RunAsync(["jobs", "pause", GoldJob.Id, .. at])).ExitCode);
        Assert.Equal("PAUSED", await StateAsync(at));
        Assert.Equal(0, (await Cli.RunAsync(["jobs", "resume", GoldJob.Id, .. at])).ExitCode);
        Assert.Equal("IDLE", await StateAsync(at));
        (int exit, _, string error) = await Cli.RunAsync(["jobs", "resume", GoldJob.Id, .. at]);
        Assert.Equal(1, exit);
        Assert.Contains("not paused", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_answer_in_the_form_that_was_asked_for()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        foreach (string action in (string[])["pause", "resume", "repair"])
        {
            (int exit, string said, string error) = await Cli.RunAsync("jobs", action, GoldJob.Id, "--output", "json", "--lake", lake.Location.Root);
            Assert.True(exit == 0, error);
            using JsonDocument answer = JsonDocument.Parse(said);
            JsonElement only = Assert.Single(answer.RootElement.EnumerateArray());
            Assert.Equal((GoldJob.Id, action), (only.GetProperty("job").GetString(), only.GetProperty("action").GetString()));
            Assert.Contains(GoldJob.Id, only.GetProperty("message").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_repair_from_the_start_runs_the_jobs_until_they_are_done()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        (int exit, string output, string error) = await Cli.RunAsync("jobs", "repair", GoldJob.Id, "--from-start", "--lake", lake.Location.Root);
        Assert.True(exit == 0, error);
        Assert.Contains("is repaired", output, StringComparison.Ordinal);
        (_, string shown, _) = await Cli.RunAsync("jobs", "show", GoldJob.Id, "--lake", lake.Location.Root, "--output", "json");
        using JsonDocument runs = JsonDocument.Parse(shown);
        Assert.Equal("SUCCEEDED", runs.RootElement[0].GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("show")]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("repair")]
    public async Task An_unknown_job_is_refused_with_the_ids_that_there_are(string what)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        (int exit, _, string error) = await Cli.RunAsync("jobs", what, "../\r\n\u001b[31m", "--lake", lake.Location.Root);
        Assert.Equal(1, exit);
        Assert.Contains(SilverJob.Id, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', error);
    }

    private static async Task<string?> StateAsync(string[] at)
    {
        (_, string output, _) = await Cli.RunAsync(["jobs", "--output", "json", .. at]);
        using JsonDocument jobs = JsonDocument.Parse(output);
        return jobs.RootElement.EnumerateArray().Single(j => j.GetProperty("job").GetString() == GoldJob.Id).GetProperty("state").GetString();
    }
}
