using CryptoInsight.Lake.Tests;

namespace CryptoInsight.Host.Tests.Commands;

public sealed class DumpCommandSpecs
{
    [Fact]
    public async Task Rows_of_a_version_are_sorted_lines()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (int exit, string output, _) = await Cli.RunAsync("dump", "silver_charts", "--version", "1", "--lake", lake.Location.Root);

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, exit);
        Assert.Equal(48, lines.Length);
        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
        Assert.StartsWith("""{"symbol":"BTCUSDT","interval":"1h","open_time":"2025-01-01T00:00:00.000000Z","open":999,""", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_of_versions_are_both_bounds_included()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (int exit, string output, _) = await Cli.RunAsync("dump", "--path", lake.TableFolder("silver_charts"), "--cdf", "3", "4", "--lake", lake.Location.Root);

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, exit);
        Assert.Equal(48, lines.Count(l => l.Contains("\"_change_type\":\"insert\",\"_commit_version\":3", StringComparison.Ordinal)));
        Assert.Equal(3, lines.Count(l => l.Contains("\"_change_type\":\"update_postimage\",\"_commit_version\":4", StringComparison.Ordinal)));
        Assert.Equal(3, lines.Count(l => l.Contains("\"_change_type\":\"update_preimage\",\"_commit_version\":4", StringComparison.Ordinal)));
        Assert.Equal(54, lines.Length);
    }

    [Fact]
    public async Task A_table_whose_newest_entry_is_cut_off_is_read_as_of_the_version_before_and_says_so()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        string table = lake.TableFolder("silver_charts");
        (_, string before, _) = await Cli.RunAsync("dump", "--path", table, "--version", "3");
        string newest = Path.Combine(table, "_delta_log", "00000000000000000004.json");
        await File.WriteAllBytesAsync(newest, (await File.ReadAllBytesAsync(newest))[..^20]);

        (int exit, string output, string error) = await Cli.RunAsync("dump", "--path", table);
        Assert.Equal((0, before), (exit, output));
        Assert.Contains("as of version 3", error, StringComparison.Ordinal);

        (exit, output, error) = await Cli.RunAsync("sql", "SELECT count(*) FROM silver_charts; SELECT count(*) FROM silver_charts", "--lake", lake.Location.Root, "--output", "csv");
        string rows = before.Count(c => c == '\n').ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal((0, 2), (exit, output.Split('\n').Count(l => l.Trim() == rows)));
        Assert.Contains("as of version 3", error, StringComparison.Ordinal);

        (exit, output, _) = await Cli.RunAsync("verify", "silver_charts", "--lake", lake.Location.Root);
        Assert.Equal(1, exit);
        Assert.Contains("FAILED  silver_charts: log: Version 4", output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("kr-table-with-cdf", null)]
    [InlineData("g-basic-with-inserts-updates", "0")]
    [InlineData("kr-with-short-dv", null)]
    [InlineData("g-hive__deltatbl-partitioned", null)]
    public async Task Golden_table_is_dumped_as_expected(string id, string? version)
    {
        Skip.If(SharedData.GoldenTables is null, SharedData.Absent);
        string[] more = version is null ? [] : ["--version", version];

        (int exit, string output, _) = await Cli.RunAsync(["dump", "--path", Path.Combine(SharedData.GoldenTables!, "tables", id), .. more]);

        Assert.Equal(0, exit);
        string expected = await File.ReadAllTextAsync(Path.Combine(SharedData.GoldenTables!, "expected", version is null ? $"{id}.jsonl" : $"{id}@v{version}.jsonl"));
        Assert.Equal(expected.TrimEnd('\n'), output.TrimEnd('\n'));
    }

    [SkippableFact]
    public async Task Golden_changes_are_dumped_as_expected()
    {
        Skip.If(SharedData.GoldenTables is null, SharedData.Absent);
        using var manifest = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(SharedData.GoldenTables!, "manifest.json")));
        var cdf = manifest.RootElement.EnumerateArray().Single(t => t.GetProperty("id").GetString() == "kr-cdf-table-with-dv").GetProperty("cdf");

        (int exit, string output, _) = await Cli.RunAsync(
            "dump", "--path", Path.Combine(SharedData.GoldenTables!, "tables", "kr-cdf-table-with-dv"), "--cdf", cdf.GetProperty("from").GetRawText(), cdf.GetProperty("to").GetRawText());

        Assert.Equal(0, exit);
        Assert.Equal((await File.ReadAllTextAsync(Path.Combine(SharedData.GoldenTables!, cdf.GetProperty("expectedFile").GetString()!))).TrimEnd('\n'), output.TrimEnd('\n'));
    }

    [SkippableFact]
    public async Task Table_that_must_not_be_read_is_refused_with_its_kind()
    {
        Skip.If(SharedData.GoldenTables is null, SharedData.Absent);

        (int exit, string output, string error) = await Cli.RunAsync("dump", "--path", Path.Combine(SharedData.GoldenTables!, "tables", "kr-table-with-geo"));

        Assert.Equal((1, ""), (exit, output));
        Assert.StartsWith("UnsupportedFeature: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "dump")]
    [InlineData(2, "dump", "silver_charts", "--path", ".")]
    [InlineData(2, "dump", "../x")]
    [InlineData(2, "dump", "silver_charts", "--version", "-1")]
    [InlineData(2, "dump", "silver_charts", "--cdf", "3", "1")]
    [InlineData(2, "dump", "silver_charts", "--cdf", "1", "3", "--version", "1")]
    [InlineData(1, "dump", "nowhere")]
    [InlineData(1, "dump", "silver_charts", "--version", "99")]
    [InlineData(1, "dump", "--path", "/nowhere/at/all")]
    public async Task Wrong_call_ends_with_its_exit_code_and_a_sentence(int expected, params string[] args)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (int exit, string output, string error) = await Cli.RunAsync([.. args, "--lake", lake.Location.Root]);

        Assert.Equal((expected, ""), (exit, output));
        Assert.NotEmpty(error);
    }
}
