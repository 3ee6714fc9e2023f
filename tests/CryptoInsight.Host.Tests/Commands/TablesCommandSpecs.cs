using CryptoInsight.Lake;
using System.Text.Json;
using CryptoInsight.Lake.Tests;

namespace CryptoInsight.Host.Tests.Commands;

public sealed class TablesCommandSpecs
{
    [Fact]
    public async Task Every_table_is_listed_with_what_its_log_says()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (int exit, string output, _) = await Cli.RunAsync("tables", "--lake", lake.Location.Root, "--output", "json");

        Assert.Equal(0, exit);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement silver = json.RootElement.EnumerateArray().Single(t => t.GetProperty("table").GetString() == "silver_charts");
        Assert.Equal(LakeTables.Definitions.Count, json.RootElement.GetArrayLength());
        Assert.Equal(4, silver.GetProperty("version").GetInt64());
        Assert.Equal(144, silver.GetProperty("rows").GetInt64());
        Assert.Equal(lake.Tables.Silver.Table.Snapshot.Files.Count, silver.GetProperty("files").GetInt32());
        Assert.True(silver.GetProperty("bytes").GetInt64() > 1000);
    }

    [Fact]
    public async Task Lake_without_tables_fails_and_says_how_to_make_them()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("host-tests-");

        (int exit, _, string error) = await Cli.RunAsync("tables", "--lake", folder.FullName);

        Assert.Equal(1, exit);
        Assert.Contains("replay", error, StringComparison.Ordinal);
        folder.Delete();
    }

    [Fact]
    public async Task Damaged_table_is_listed_and_the_others_too()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await File.WriteAllTextAsync(Path.Combine(lake.TableFolder("gold_signals"), "_delta_log", "00000000000000000001.json"), "{");

        (int exit, string output, string error) = await Cli.RunAsync("tables", "--lake", lake.Location.Root, "--output", "ndjson");

        Assert.Equal(1, exit);
        Assert.Equal(LakeTables.Definitions.Count, output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("gold_signals", error, StringComparison.Ordinal);
    }
}
