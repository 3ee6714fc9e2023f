using System.Globalization;
using System.Text.Json;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>Commands that change the lake while a node runs on it: the node does what they say, its jobs go on, and the lake is whole afterwards.</summary>
public sealed class ChangesThroughNodeSpecs
{
    private static readonly TimeSpan s_atMost = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Node_that_runs_carries_out_what_commands_ask_and_its_jobs_go_on()
    {
        using var lake = new TemporaryLake();
        using (RunningNode node = await RunningNode.ListeningAsync(lake, "--symbols", "BTCUSDT,ETHUSDT", "--intervals", "1m"))
        {
            await node.ReadyAsync();
            long rows = await RowsAsync(node, 100);

            JsonElement optimized = Row(await lake.RunAsync("optimize", "demo_catalog.demo_schema.silver_charts", "--zorder", "symbol,open_time", "--output", "ndjson"));
            Assert.Equal("silver_charts", optimized.GetProperty("table").GetString());
            Assert.Contains("created", Row(await lake.RunAsync("sql", "CREATE VIEW v_mine AS SELECT symbol, close FROM silver_charts", "--output", "ndjson")).GetProperty("status").GetString(), StringComparison.Ordinal);
            Assert.Equal(1, Row(await lake.RunAsync("sql", "RESTORE TABLE gold_signals TO VERSION AS OF 1", "--output", "ndjson")).GetProperty("restored_to").GetInt64());
            Assert.Contains("--accept-loss", (await lake.RunAsync("restore", "bronze_charts", "--version", "0")).MustEndWith(1).Error, StringComparison.Ordinal);
            Assert.Contains("Another cryptoinsight process", (await lake.RunAsync("sql", "DROP TABLE dlq_binance", "--confirm", "dlq_binance")).MustEndWith(1).Error, StringComparison.Ordinal);

            await RowsAsync(node, rows); // Gold is made again from the position that RESTORE set back
            await node.Run.SignalAsync("TERM");
            await node.Run.EndAsync(s_atMost);
        }

        (await lake.RunAsync("verify")).MustEndWith(0);
        string events = (await lake.RunAsync("sql", "SELECT kind FROM ops_events WHERE actor = 'operator' ORDER BY at", "--output", "csv")).MustEndWith(0).Out;
        Assert.Equal(["kind", "table_optimized", "view_created", "table_restored"], events.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static JsonElement Row(ProgramRun run)
    {
        using JsonDocument row = JsonDocument.Parse(run.MustEndWith(0).Out.Trim());
        return row.RootElement.Clone();
    }

    private static async Task<long> RowsAsync(RunningNode node, long atLeast)
    {
        string rows = await node.UntilAsync("gold", string.Create(CultureInfo.InvariantCulture, $"{atLeast} rows of gold_signals"), s_atMost, async () =>
        {
            JsonElement gold = (await node.GetAsync("/api/v1/tables")).GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("name").GetString() == "gold_signals");
            string text = gold.GetProperty("rows").GetRawText();
            return (long.Parse(text, CultureInfo.InvariantCulture) >= atLeast ? text : null, text);
        });
        return long.Parse(rows, CultureInfo.InvariantCulture);
    }
}
