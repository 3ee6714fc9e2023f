using CryptoInsight.Lake.Changes;
using CryptoInsight.Lake.Sql;
using CryptoInsight.Lake.Tests.Sql;

namespace CryptoInsight.Lake.Tests.Changes;

/// <summary>OPTIMIZE, VACUUM, RESTORE and DROP TABLE as statements: what they do, what they write down, what they refuse.</summary>
public sealed class MaintenanceStatementSpecs
{
    private const string Events = "SELECT kind, table_name, actor, severity FROM ops_events ORDER BY at, event_id";

    [Fact]
    public async Task Optimize_lays_rows_together_changes_no_row_and_is_written_down()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenChanging();
        object? before = await sql.ValueAsync("SELECT md5(string_agg(unique_key || close::VARCHAR, ',' ORDER BY unique_key)) FROM silver_charts");

        IReadOnlyList<object?> done = Assert.Single((await sql.AskAsync("OPTIMIZE demo_catalog.demo_schema.silver_charts WHERE dt >= '2025-01-02' ZORDER BY (symbol, open_time);")).Rows);

        Assert.Equal("silver_charts", done[0]);
        Assert.Equal(2, done[7]); // two of three days
        Assert.Equal(before, await sql.ValueAsync("SELECT md5(string_agg(unique_key || close::VARCHAR, ',' ORDER BY unique_key)) FROM silver_charts"));
        Assert.Equal("OPTIMIZE", await sql.ValueAsync("SELECT 'OPTIMIZE'"));
        Assert.Equal(["table_optimized", "silver_charts", "operator", "INFO"], Assert.Single((await sql.AskAsync(Events)).Rows));
        Assert.Contains("\"files_before\":", (string)(await sql.ValueAsync("SELECT detail_json FROM ops_events"))!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Optimize_a_second_time_finds_nothing_to_do_and_says_so()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenChanging();
        await sql.AskAsync("OPTIMIZE silver_charts ZORDER BY symbol, open_time");

        IReadOnlyList<object?> again = Assert.Single((await sql.AskAsync("optimize table `silver_charts` zorder by (`symbol`, \"open_time\")")).Rows);

        Assert.Null(again[1]);
        Assert.Equal(0, again[2]);
        Assert.Contains("needed no OPTIMIZE", (string)(await sql.ValueAsync("SELECT arg_max(message_en, at) FROM ops_events"))!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OPTIMIZE silver_charts WHERE symbol = 'BTCUSDT'", "conditions on dt only")]
    [InlineData("OPTIMIZE gold_futures_positions_summary WHERE uid = 'x'", "no partitions")]
    [InlineData("OPTIMIZE silver_charts WHERE", "its form is OPTIMIZE")]
    [InlineData("OPTIMIZE silver_charts WHERE ZORDER BY (symbol)", "its form is OPTIMIZE")]
    [InlineData("OPTIMIZE silver_charts WHERE dt >", "cannot be read")]
    [InlineData("OPTIMIZE silver_charts ZORDER BY", "its form is OPTIMIZE")]
    [InlineData("OPTIMIZE silver_charts ZORDER BY (symbol", "its form is OPTIMIZE")]
    [InlineData("OPTIMIZE silver_charts ZORDER BY (symbol,)", "its form is OPTIMIZE")]
    [InlineData("OPTIMIZE silver_charts, gold_signals", "its form is OPTIMIZE")]
    [InlineData("OPTIMIZE", "its form is OPTIMIZE")]
    [InlineData("OPTIMIZE '/etc/passwd'", "its form is OPTIMIZE")]
    [InlineData("OPTIMIZE delta.`/etc`", "cannot be one of this lake")]
    [InlineData("OPTIMIZE \"../../x\"", "cannot be one of this lake")]
    [InlineData("OPTIMIZE other.demo_schema.silver_charts", "cannot be one of this lake")]
    [InlineData("VACUUM silver_charts RETAIN x HOURS", "its form is VACUUM")]
    [InlineData("VACUUM silver_charts RETAIN -1 HOURS", "its form is VACUUM")]
    [InlineData("VACUUM silver_charts RETAIN 1e99 HOURS", "its form is VACUUM")]
    [InlineData("VACUUM silver_charts RETAIN 168 DAYS", "its form is VACUUM")]
    [InlineData("VACUUM silver_charts DRY", "its form is VACUUM")]
    [InlineData("VACUUM", "its form is VACUUM")]
    [InlineData("RESTORE TABLE gold_signals", "its form is RESTORE")]
    [InlineData("RESTORE TABLE gold_signals TO VERSION AS OF", "its form is RESTORE")]
    [InlineData("RESTORE TABLE gold_signals TO VERSION AS OF x", "whole number")]
    [InlineData("RESTORE TABLE gold_signals TO VERSION AS OF 1 2", "its form is RESTORE")]
    [InlineData("RESTORE TABLE gold_signals TO TIMESTAMP AS OF 'yesterday'", "a time in quotes")]
    public async Task Statement_that_is_wrong_changes_nothing_and_says_its_form(string statement, string says)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenChanging();

        Assert.Contains(says, (await sql.RefusedAsync(statement)).Message, StringComparison.Ordinal);
        Assert.Equal(0L, await sql.ValueAsync("SELECT COUNT(*) FROM ops_events"));
    }

    [Fact]
    public async Task Vacuum_lists_in_a_dry_run_what_it_then_removes()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        string stray = Path.Combine(lake.TableFolder("silver_charts"), "dt=2025-01-01", "stray.parquet");
        await File.WriteAllTextAsync(stray, "no table's");
        File.SetLastWriteTimeUtc(stray, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await using SqlSession sql = lake.OpenChanging();

        Assert.Equal("dt=2025-01-01/stray.parquet", await sql.ValueAsync("VACUUM silver_charts RETAIN 168 HOURS DRY RUN"));
        Assert.True(File.Exists(stray));
        Assert.Equal(0L, await sql.ValueAsync("SELECT COUNT(*) FROM ops_events")); // nothing was done
        Assert.Equal(["silver_charts", 1, 10L], Assert.Single((await sql.AskAsync("VACUUM silver_charts RETAIN 168 HOURS")).Rows));
        Assert.False(File.Exists(stray));
        Assert.Equal(["table_vacuumed", "silver_charts", "operator", "INFO"], Assert.Single((await sql.AskAsync(Events)).Rows));
        Assert.Contains("keeps them for", (await Assert.ThrowsAsync<Delta.DeltaException>(() => sql.AskAsync("VACUUM silver_charts RETAIN 1 HOURS"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_sets_the_jobs_position_back_with_the_rows()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        long position = lake.Tables.Gold.Table.Snapshot.TransactionVersion("gold")!.Value;
        await using SqlSession sql = lake.OpenChanging();

        IReadOnlyList<object?> done = Assert.Single((await sql.AskAsync("RESTORE TABLE demo_catalog.demo_schema.gold_signals TO VERSION AS OF 1;")).Rows);

        Assert.Equal(["gold_signals", 1L, 2L, 3L, 18L], done);
        Assert.Equal(18L, await sql.ValueAsync("SELECT COUNT(*) FROM gold_signals"));
        await lake.Tables.Gold.Table.RefreshAsync();
        Assert.True(lake.Tables.Gold.Table.Snapshot.TransactionVersion("gold") < position);
        Assert.Equal(["table_restored", "gold_signals", "operator", "INFO"], Assert.Single((await sql.AskAsync(Events)).Rows));
    }

    [Fact]
    public async Task Restore_of_bronze_is_refused_without_the_operators_word()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenChanging();
        await using SqlSession careless = lake.OpenChanging(new ChangeConsent(AcceptLoss: true));

        Assert.Contains("--accept-loss", (await Assert.ThrowsAsync<LossRefusedException>(() => sql.AskAsync("RESTORE TABLE bronze_charts TO VERSION AS OF 1"))).Message, StringComparison.Ordinal);
        Assert.Equal(148L, await sql.ValueAsync("SELECT COUNT(*) FROM bronze_charts"));
        await careless.AskAsync("RESTORE TABLE bronze_charts TO VERSION AS OF 1");
        Assert.Equal(48L, await sql.ValueAsync("SELECT COUNT(*) FROM bronze_charts"));
        Assert.Equal("WARNING", await sql.ValueAsync("SELECT severity FROM ops_events"));
    }

    [Fact]
    public async Task Drop_table_needs_its_name_twice_and_keeps_the_files()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenChanging(), other = lake.OpenChanging(new ChangeConsent(DropConfirmed: "gold_signals")), sure = lake.OpenChanging(new ChangeConsent(DropConfirmed: "dlq_binance"));

        foreach (SqlSession unsure in (SqlSession[])[sql, other])
        {
            Assert.Contains("--confirm dlq_binance", (await Assert.ThrowsAsync<ConsentMissingException>(() => unsure.AskAsync("DROP TABLE dlq_binance"))).Message, StringComparison.Ordinal);
        }

        Assert.Equal(1L, await sql.ValueAsync("SELECT COUNT(*) FROM dlq_binance"));
        Assert.Contains(Path.Combine(".cryptoinsight", "dropped"), (string)(await sure.ValueAsync("DROP TABLE demo_catalog.demo_schema.dlq_binance"))!, StringComparison.Ordinal);
        string kept = Assert.Single(Directory.GetDirectories(Path.Combine(lake.Location.Root, ".cryptoinsight", "dropped")));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(kept, "_delta_log")));
        await using SqlSession after = lake.OpenChanging();
        Assert.Contains("no table or view dlq_binance", (await after.RefusedAsync("SELECT * FROM dlq_binance")).Message, StringComparison.Ordinal);
        Assert.Contains("There was no table", (string)(await after.ValueAsync("DROP TABLE IF EXISTS dlq_binance"))!, StringComparison.Ordinal);
        Assert.Equal(["table_dropped", "dlq_binance", "operator", "HIGH"], Assert.Single((await after.AskAsync(Events)).Rows));
    }
}
