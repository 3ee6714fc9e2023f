using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.Checks;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Checks;

public sealed class CheckSpecs
{
    [Fact]
    public async Task Sound_lake_passes_every_check()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        List<CheckOutcome> outcomes = [];
        foreach (string name in LakeTables.Definitions.Keys)
        {
            outcomes.AddRange(await CheckAsync(lake, name));
        }

        Assert.All(outcomes, o => Assert.True(o.State == CheckState.Ok, $"{o.Table} {o.Check}: {o.Evidence}"));
        Assert.Equal(LakeTables.Definitions.Count * 4 + 4 + 1, outcomes.Count); // every table, those with keys, Bronze
        Assert.Contains(outcomes, o => o.Table == SilverChartsTable.Name && o.Evidence.Contains("144 keys, none twice", StringComparison.Ordinal));
        Assert.Contains(outcomes, o => o.Evidence.Contains("144 keys, 144 of them in Silver", StringComparison.Ordinal));
        Assert.Contains(outcomes, o => o.Check == "deletion vectors" && o.Evidence.Contains("3 deleted rows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Missing_and_shortened_files_are_found_by_name()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        string[] files = Directory.GetFiles(lake.TableFolder(SilverChartsTable.Name), "*.parquet", SearchOption.AllDirectories).Where(f => f.Contains("dt=2025-01-01", StringComparison.Ordinal) || f.Contains("dt=2025-01-02", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        File.Delete(files[0]);
        using (FileStream file = File.OpenWrite(files[1]))
        {
            file.SetLength(file.Length - 1);
        }

        CheckOutcome found = Assert.Single(await CheckAsync(lake, SilverChartsTable.Name), o => o.Check == "files");

        Assert.Equal(CheckState.Failed, found.State);
        Assert.Contains(Path.GetFileName(files[0]), found.Evidence, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(files[1]), found.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_changed_inside_a_file_are_found()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        string victim = Directory.GetFiles(Path.Combine(lake.TableFolder(SilverChartsTable.Name), "dt=2025-01-01"), "*.parquet").First();
        byte[] bytes = await File.ReadAllBytesAsync(victim);
        bytes.AsSpan(4, bytes.Length / 2).Fill(0xFF);
        await File.WriteAllBytesAsync(victim, bytes);

        CheckOutcome found = Assert.Single(await CheckAsync(lake, SilverChartsTable.Name), o => o.Check == "statistics");

        Assert.Equal(CheckState.Failed, found.State);
        Assert.Contains(Path.GetFileName(victim), found.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\\\"numRecords\\\":48", "\\\"numRecords\\\":47", "48 rows")]
    [InlineData("\\\"trades\\\":5", "\\\"trades\\\":6", "trades")]
    [InlineData("\\\"symbol\\\":\\\"BTCUSDT\\\"", "\\\"symbol\\\":\\\"CTCUSDT\\\"", "symbol")]
    [InlineData("\\\"taker_buy_quote\\\":24", "\\\"taker_buy_quote\\\":23", "nulls of taker_buy_quote")]
    [InlineData("\\\"close_time\\\":\\\"2025-01-02T00:59:59.999Z\\\"", "\\\"close_time\\\":\\\"2025-01-02T01:59:59.999Z\\\"", "close_time")]
    public async Task Statistics_that_lie_are_found(string truth, string lie, string evidence)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        string commit = Path.Combine(lake.TableFolder(SilverChartsTable.Name), "_delta_log", "00000000000000000002.json");
        string text = await File.ReadAllTextAsync(commit);
        Assert.Contains(truth, text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(commit, text.Replace(truth, lie, StringComparison.Ordinal));

        CheckOutcome found = Assert.Single(await CheckAsync(lake, SilverChartsTable.Name), o => o.Check == "statistics");

        Assert.Equal(CheckState.Failed, found.State);
        Assert.Contains(evidence, found.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_that_is_there_twice_is_found()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await lake.CommitSilverAsync([SampleLake.Candle(SampleLake.Btc, 5)], []);

        CheckOutcome found = Assert.Single(await CheckAsync(lake, SilverChartsTable.Name), o => o.Check.Contains("INV-2", StringComparison.Ordinal));

        Assert.Equal(CheckState.Failed, found.State);
        Assert.Contains("BTCUSDT|1h|", found.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_that_was_judged_but_is_nowhere_is_found_and_one_that_waits_is_not()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await lake.AppendBronzeAsync([SampleLake.Raw(SampleLake.Eth, 100, 1)], 100);
        Assert.Equal(CheckState.Ok, (await LostAsync(lake)).State);

        await lake.CommitSilverAsync([], []);
        CheckOutcome lost = await LostAsync(lake);

        Assert.Equal(CheckState.Failed, lost.State);
        Assert.Contains("ETHUSDT|1h|", lost.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Row_without_a_key_that_was_not_quarantined_is_found()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        await lake.AppendBronzeAsync([SampleLake.Keyless()], 0);
        await lake.CommitSilverAsync([], []);

        Assert.Equal(CheckState.Failed, (await LostAsync(lake)).State);

        await lake.CommitLettersAsync([SampleLake.Keyless()]);
        Assert.Equal(CheckState.Ok, (await LostAsync(lake)).State);
    }

    [Fact]
    public async Task Damaged_log_fails_its_check_and_the_others_are_made()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        Delta.DeltaTable table = await new LakeCatalog(lake.Location).OpenAsync(SilverChartsTable.Name);
        await File.WriteAllTextAsync(Path.Combine(lake.TableFolder(SilverChartsTable.Name), "_delta_log", "00000000000000000002.json"), "{\"add\":");

        List<CheckOutcome> outcomes = await TableChecks.RunAsync(SilverChartsTable.Name, table).ToListAsync();

        Assert.Equal(CheckState.Failed, outcomes.Single(o => o.Check == "log").State);
        Assert.Equal(CheckState.Ok, outcomes.Single(o => o.Check == "files").State);
        Assert.Equal(CheckState.Ok, outcomes.Single(o => o.Check == "statistics").State);
    }

    private static async Task<CheckOutcome> LostAsync(SampleLake lake) =>
        (await KeyChecks.RunAsync(lake.Location, BronzeChartsTable.Name, SampleLake.SilverJob).ToListAsync()).Single(o => o.Check.Contains("INV-1", StringComparison.Ordinal));

    private static async Task<List<CheckOutcome>> CheckAsync(SampleLake lake, string name)
    {
        Delta.DeltaTable table = await new LakeCatalog(lake.Location).OpenAsync(name);
        return
        [
            .. await TableChecks.RunAsync(name, table).ToListAsync(),
            .. await KeyChecks.RunAsync(lake.Location, name, SampleLake.SilverJob).ToListAsync(),
        ];
    }
}
