using CryptoInsight.Lake.Tests;

namespace CryptoInsight.Host.Tests.Commands;

public sealed class VerifyCommandSpecs
{
    [Fact]
    public async Task Sound_lake_is_one_line_a_check_and_all_are_ok()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (int exit, string output, _) = await Cli.RunAsync("verify", "--lake", lake.Location.Root);

        string[] lines = output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, exit);
        Assert.All(CryptoInsight.Lake.LakeTables.Definitions.Keys, t => Assert.Contains(lines, l => l.Contains($" {t}: ", StringComparison.Ordinal)));
        Assert.All(lines, l => Assert.StartsWith("OK ", l, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failed_check_ends_with_1_and_names_the_evidence()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        File.Delete(Directory.GetFiles(Path.Combine(lake.TableFolder("silver_charts"), "dt=2025-01-01"), "*.parquet").First());

        (int exit, string output, _) = await Cli.RunAsync("verify", "silver_charts", "--lake", lake.Location.Root, "--output", "ndjson");

        Assert.Equal(1, exit);
        Assert.Contains("\"check\":\"files\",\"result\":\"FAILED\",\"evidence\":\"1 of ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_log_is_a_failed_check_and_no_crash()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await File.WriteAllTextAsync(Path.Combine(lake.TableFolder("gold_signals"), "_delta_log", "00000000000000000001.json"), "{");

        (int exit, string output, string error) = await Cli.RunAsync("verify", "--lake", lake.Location.Root);

        Assert.Equal((1, ""), (exit, error));
        Assert.Contains("FAILED  gold_signals: log: ", output, StringComparison.Ordinal);
        Assert.Contains("OK      silver_charts: log: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_that_is_not_there_ends_with_1()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();

        (int exit, _, string error) = await Cli.RunAsync("verify", "nowhere", "--lake", lake.Location.Root);

        Assert.Equal(1, exit);
        Assert.Contains("silver_charts", error, StringComparison.Ordinal);
    }
}
