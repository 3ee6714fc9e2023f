using System.Globalization;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The shipped program killed with SIGKILL at each named step of a commit of each table: nothing is lost, nothing is doubled, Gold is the pure function of Silver.</summary>
public sealed class KillAtStepSpecs
{
    private const int RowsPerFile = 400;
    private const int RevisedRows = 30;
    private const int SigKill = 137;

    /// <summary>One commit per file: its rows are one batch.</summary>
    private const string Batches = "replay.batch-rows-max=1";

    private static readonly string[] s_steps =
    [
        "bronze_charts:data-opened:1", "bronze_charts:data-durable:1", "bronze_charts:entry-before:1", "bronze_charts:entry-durable:1",
        "dlq_binance:data-opened:1", "dlq_binance:data-durable:1", "dlq_binance:entry-before:1", "dlq_binance:entry-durable:1",
        "silver_charts:data-opened:1", "silver_charts:data-durable:1", "silver_charts:entry-before:1", "silver_charts:entry-durable:1",
        "gold_signals:data-opened:1", "gold_signals:data-durable:1", "gold_signals:entry-before:1", "gold_signals:entry-durable:1",
    ];

    [Fact]
    public async Task A_kill_at_any_step_of_any_commit_loses_and_doubles_nothing()
    {
        using var lake = new TemporaryLake();
        string[] files = [.. Enumerable.Range(0, s_steps.Length).Select(i => Written(lake, i))];
        for (int i = 0; i < s_steps.Length; i++)
        {
            await KilledAsync(lake, s_steps[i], files[i]);
        }

        (await lake.RunAsync(["replay", .. files, "--set", Batches])).MustEndWith(0);

        LakeTables tables = await lake.OpenAsync();
        await TemporaryLake.AssertGoldIsPureAsync(tables);
        IReadOnlyList<SilverCandle> silver = await TemporaryLake.SilverAsync(tables);
        int minutes = RowsPerFile + (s_steps.Length - 1) * (RowsPerFile - RevisedRows);
        Assert.Equal(Enumerable.Range(0, minutes).Select(m => CandleFiles.StartMs + m * 60_000L), silver.Select(c => c.Candle.OpenTime.Milliseconds));
        Assert.Equal(s_steps.Length, tables.DeadLetters.Table.Snapshot.RowCount);
        Assert.Equal(s_steps.Length * (RowsPerFile + 1L), tables.Bronze.Table.Snapshot.RowCount);
        (await lake.RunAsync("verify")).MustEndWith(0);
    }

    [Fact]
    public async Task A_kill_at_any_step_of_a_checkpoint_leaves_the_table_readable_and_the_next_run_goes_on()
    {
        using var lake = new TemporaryLake();
        const int Files = 130;
        string[] files = [.. Enumerable.Range(0, Files).Select(i => Written(lake, $"ETHUSDT-1m-part{i}.csv", CandleFiles.Lines(2, from: 2 * i)))];
        // A checkpoint comes every hundred commits: the same files again are no commits, so a killed run's successor makes the next ones.
        await KilledAsync(lake, "bronze_charts:checkpoint-durable:1", files);
        (await lake.RunAsync(["replay", .. files, "--set", Batches])).MustEndWith(0);
        string[] more = [.. Enumerable.Range(0, Files).Select(i => Written(lake, $"XRPUSDT-1m-part{i}.csv", CandleFiles.Lines(2, from: 2 * i + 1_000)))];
        await KilledAsync(lake, "bronze_charts:hint-before:1", more);
        (await lake.RunAsync(["replay", .. more, "--set", Batches])).MustEndWith(0);

        LakeTables tables = await lake.OpenAsync();
        Assert.Equal(4 * Files, tables.Bronze.Table.Snapshot.RowCount);
        Assert.Equal(4 * Files, (await TemporaryLake.SilverAsync(tables)).Count);
        (await lake.RunAsync("verify", "bronze_charts")).MustEndWith(0);
    }

    private static async Task KilledAsync(TemporaryLake lake, string step, params string[] files)
    {
        using ProgramRun run = ProgramRun.Start(new Dictionary<string, string> { ["CRYPTOINSIGHT_TEST_KILL_AT"] = step }, ["replay", .. files, "--lake", lake.Path, "--set", Batches]);
        await run.EndAsync(TimeSpan.FromMinutes(2));
        run.MustEndWith(SigKill);
    }

    /// <summary>File i begins with the last minutes of file i - 1 at other prices (revisions), and holds one line that no rule lets through.</summary>
    private static string Written(TemporaryLake lake, int i)
    {
        int first = i * (RowsPerFile - RevisedRows);
        string broken = string.Create(CultureInfo.InvariantCulture, $"{CandleFiles.StartMs + (first + 7) * 60_000L},x{i},1,1,1,1,{CandleFiles.StartMs + (first + 7) * 60_000L + 59_999},1,1,1,1,0");
        string[] lines = [.. Enumerable.Range(first, RowsPerFile).Select(m => CandleFiles.Line(m, 100 + i)), broken];
        return Written(lake, $"BTCUSDT-1m-part{i}.csv", lines);
    }

    private static string Written(TemporaryLake lake, string name, IEnumerable<string> lines)
    {
        string path = lake.File(name);
        File.WriteAllText(path, CandleFiles.Text(lines));
        return path;
    }
}
