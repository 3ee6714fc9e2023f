using CryptoInsight.Lake.Sql;
using CryptoInsight.Lake.Tests.Sql;

namespace CryptoInsight.Lake.Tests.Changes;

/// <summary>Views that users make: stored with the lake, read by every session, never a way around the gate.</summary>
public sealed class StoredViewSpecs
{
    [Fact]
    public async Task View_outlives_its_session_and_follows_the_lake()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using (SqlSession sql = lake.OpenChanging())
        {
            await sql.AskAsync("CREATE VIEW demo_catalog.demo_schema.v_eth AS SELECT open_time, `close` FROM demo_catalog.demo_schema.silver_charts WHERE symbol = 'ETHUSDT'");
            await sql.AskAsync("CREATE VIEW v_named (day, candles) AS SELECT dt, count(*) FROM silver_charts VERSION AS OF 1 GROUP BY dt");
            await sql.AskAsync("CREATE VIEW v_over AS SELECT max(close) AS top FROM v_eth");
        }

        await using SqlSession other = lake.OpenSql();
        Assert.Equal(81.0, await other.ValueAsync("SELECT top FROM v_over"));
        await lake.CommitSilverAsync([SampleLake.Candle(SampleLake.Eth, 80, 500)], []);
        Assert.Equal(500.0, await other.ValueAsync("SELECT top FROM v_over"));
        Assert.Equal(73L, await other.ValueAsync("SELECT count(*) FROM v_eth"));
        Assert.Equal([[new DateOnly(2025, 1, 1), 48L]], (await other.AskAsync("SELECT day, candles FROM v_named")).Rows);
        Assert.Superset((HashSet<string>)["v_eth", "v_over", "v_named", "v_latest_price"], (await other.AskAsync("SHOW VIEWS")).Rows.Select(r => (string)r[1]!).ToHashSet());
        Assert.Contains("v_eth", (await other.NamesAsync()));
        Assert.Contains("is a view", (await Assert.ThrowsAsync<Delta.TableNotFoundException>(() => other.AskAsync("DESCRIBE DETAIL v_eth"))).Message, StringComparison.Ordinal);
        Assert.Equal(["open_time", "close"], (await other.AskAsync("DESCRIBE v_eth")).Rows.Select(r => r[0]));
    }

    [Fact]
    public async Task View_is_made_once_replaced_on_request_and_dropped()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenChanging();
        await sql.AskAsync("CREATE VIEW v_x AS SELECT 1 AS n");

        Assert.Contains("OR REPLACE", (await sql.RefusedAsync("CREATE VIEW v_x AS SELECT 2 AS n")).Message, StringComparison.Ordinal);
        Assert.Contains("there already", (string)(await sql.ValueAsync("CREATE VIEW IF NOT EXISTS v_x AS SELECT 3 AS n"))!, StringComparison.Ordinal);
        Assert.Equal(1, await sql.ValueAsync("SELECT n FROM v_x"));
        await sql.AskAsync("CREATE OR REPLACE VIEW v_x AS SELECT 4 AS n -- the last word");
        Assert.Equal(4, await sql.ValueAsync("SELECT n FROM v_x"));
        await sql.AskAsync("DROP VIEW v_x");
        Assert.Contains("no table or view v_x", (await sql.RefusedAsync("SELECT n FROM v_x")).Message, StringComparison.Ordinal);
        Assert.Contains("no view v_x", (await sql.RefusedAsync("DROP VIEW v_x")).Message, StringComparison.Ordinal);
        Assert.Contains("no view v_x", (string)(await sql.ValueAsync("DROP VIEW IF EXISTS v_x"))!, StringComparison.Ordinal);
        Assert.Equal(["view_created", "view_replaced", "view_dropped"], (await sql.AskAsync("SELECT kind FROM ops_events ORDER BY at")).Rows.Select(r => r[0]));
    }

    [Theory]
    [InlineData("CREATE VIEW silver_charts AS SELECT 1", "another name")]
    [InlineData("CREATE OR REPLACE VIEW v_latest_price AS SELECT 1", "another name")]
    [InlineData("CREATE VIEW bronze_ingest_state AS SELECT 1", "another name")]
    [InlineData("CREATE VIEW v AS SELECT * FROM '/etc/passwd'", "no table or view")]
    [InlineData("CREATE VIEW v AS SELECT * FROM read_text('/etc/passwd')", "function is refused")]
    [InlineData("CREATE VIEW v AS COPY (SELECT 1) TO '/tmp/x.csv'", "COPY is refused")]
    [InlineData("CREATE VIEW v AS SELECT 1; DROP TABLE silver_charts", "One statement")]
    [InlineData("CREATE VIEW v AS OPTIMIZE silver_charts", "made of a SELECT")]
    [InlineData("CREATE VIEW v AS DESCRIBE HISTORY silver_charts", "made of a SELECT")]
    [InlineData("CREATE VIEW v AS SELECT nothing FROM silver_charts", "nothing")]
    [InlineData("CREATE VIEW v AS SELECT * FROM v", "no table or view v")]
    [InlineData("CREATE VIEW v (a, b) AS SELECT 1", "")]
    [InlineData("CREATE VIEW v () AS SELECT 1", "its form is CREATE")]
    [InlineData("CREATE VIEW v AS", "its form is CREATE")]
    [InlineData("CREATE VIEW \"../v\" AS SELECT 1", "cannot be one of this lake")]
    [InlineData("CREATE VIEW \"v\" || 'x' AS SELECT 1", "its form is CREATE")]
    [InlineData("CREATE OR REPLACE VIEW IF NOT EXISTS v AS SELECT 1", "contradict")]
    [InlineData("CREATE TEMP VIEW v AS SELECT 1", "stored with the lake")]
    [InlineData("DROP VIEW v_latest_price", "belongs to the program")]
    [InlineData("DROP VIEW a, b", "its form is DROP VIEW")]
    public async Task View_that_cannot_be_is_refused_and_not_stored(string statement, string says)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenChanging();

        Assert.Contains(says, (await sql.RefusedAsync(statement)).Message, StringComparison.Ordinal);

        Assert.False(Directory.Exists(lake.TableFolder("_views")) && Directory.EnumerateFiles(lake.TableFolder("_views")).Any());
        Assert.Equal(144L, await sql.ValueAsync("SELECT COUNT(close) FROM silver_charts"));
    }

    [Fact]
    public async Task Views_do_not_go_in_circles()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenChanging();
        await sql.AskAsync("CREATE VIEW v_a AS SELECT symbol FROM silver_charts");
        await sql.AskAsync("CREATE VIEW v_b AS SELECT symbol FROM v_a");

        Assert.Contains("reads itself", (await sql.RefusedAsync("CREATE OR REPLACE VIEW v_a AS SELECT symbol FROM v_b")).Message, StringComparison.Ordinal);
        Assert.Equal(144L, await sql.ValueAsync("SELECT count(symbol) FROM v_b"));
    }

    [Theory]
    [InlineData("""{"query":"SELECT * FROM read_text('/etc/passwd')"}""", "function is refused")]
    [InlineData("""{"query":"SELECT 1; COPY (SELECT 1) TO '/tmp/x.csv'"}""", "One statement")]
    [InlineData("""{"query":"SELECT * FROM v_bad"}""", "reads itself")]
    [InlineData("""{"query":""}""", "cannot be read")]
    [InlineData("""[1]""", "cannot be read")]
    [InlineData("not json", "cannot be read")]
    public async Task View_that_was_changed_by_hand_passes_the_same_gate(string content, string says)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        Directory.CreateDirectory(lake.TableFolder("_views"));
        await File.WriteAllTextAsync(Path.Combine(lake.TableFolder("_views"), "v_bad.json"), content);
        await using SqlSession sql = lake.OpenChanging();

        Assert.Contains(says, (await sql.RefusedAsync("SELECT * FROM v_bad")).Message, StringComparison.Ordinal);
        Assert.Contains("dropped", (string)(await sql.ValueAsync("DROP VIEW v_bad"))!, StringComparison.Ordinal);
    }
}
