using CryptoInsight.Lake.Silver;
using CryptoInsight.Lake.Sql;
using CsCheck;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>Leaving files out never changes an answer: a statement gives what it gives when the whole table is read.</summary>
public sealed class ScanNeedProperties
{
    private static readonly Gen<string> s_time = Gen.Int[-5, 80].Select(h => $"'{SampleLake.HourAt(h).ToDateTimeOffset():yyyy-MM-dd HH:mm:ss}'");
    private static readonly Gen<string> s_day = Gen.Int[-1, 5].Select(d => $"'{SampleLake.HourAt(24 * d).ToDateTimeOffset():yyyy-MM-dd}'");
    private static readonly Gen<string> s_op = Any("=", "<", "<=", ">", ">=", "<>");

    private static readonly Gen<string> s_atom = Gen.OneOf(
        Gen.Select(s_op, s_time, (o, t) => $"open_time {o} {t}"),
        Gen.Select(s_op, s_time, (o, t) => $"TIMESTAMP {t} {o} s.close_time"),
        Gen.Select(s_op, s_day, (o, d) => $"dt {o} {d}"),
        Gen.Select(s_op, s_day, (o, d) => $"s.dt {o} DATE {d}"),
        Gen.Select(s_day, s_day, (a, b) => $"dt BETWEEN {a} AND {b}"),
        Gen.Select(s_day, s_day, (a, b) => $"dt IN ({a}, DATE {b})"),
        Gen.Select(s_op, Any("'BTCUSDT'", "'ETHUSDT'", "'A'", "'Z'", "'비트'"), (o, x) => $"symbol {o} {x}"),
        Gen.Select(s_op, Gen.Int[3, 7], (o, n) => $"trades {o} {n}"),
        Gen.Select(s_op, Gen.Int[0, 1100], (o, n) => $"close {o} {n}.5"),
        Any("taker_buy_quote IS NULL", "open_time IS NOT NULL", "open_time >= now() - INTERVAL 48 HOURS", "dt >= current_date - 3", "dt < today()", "true", "NULL", "open_time IS NULL"));

    private static readonly Gen<string> s_where = Gen.Recursive<string>(
        (depth, inner) => depth > 2
            ? s_atom
            : Gen.OneOf(
                s_atom,
                Gen.Select(inner, inner, (a, b) => $"({a}) AND ({b})"),
                Gen.Select(inner, inner, (a, b) => $"({a}) OR ({b})"),
                inner.Select(a => $"NOT ({a})")));

    private static readonly Gen<string> s_statement = Gen.OneOf(
        s_where.Select(w => $"SELECT COUNT(*), SUM(s.close), MAX(open_time) FROM {{T}} s WHERE {w}"),
        Gen.Select(s_where, s_where, (a, b) => $"SELECT (SELECT COUNT(*) FROM {{T}} s WHERE {a}), (SELECT SUM(close) FROM {{T}} AS s WHERE {b})"),
        Gen.Select(Any("open_time", "symbol", "dt", "trades", "unique_key", "close", "taker_buy_quote"), Any("", "DESC", "ASC"), Gen.Int[0, 60], Gen.Int[0, 30],
            (c, d, n, m) => $"SELECT LIST(x ORDER BY x) FROM (SELECT {c} AS x FROM {{T}} ORDER BY {c} {d} LIMIT {n} OFFSET {m})"),
        Any(
            "SELECT MAX(open_time), MIN(open_time), MAX(symbol), MIN(dt), MAX(close), MIN(taker_buy_quote) FROM {T}",
            "SELECT COUNT(*) FROM {T}", "SELECT COUNT(*), COUNT(*) + 1 FROM {T}", "SELECT COUNT(*) FILTER (WHERE symbol = 'ETHUSDT') FROM {T}", "SELECT COUNT(*) FILTER (WHERE trades > 5), MAX(dt) FROM {T}",
            "SELECT MIN(dt), MAX(dt), COUNT(*) FROM {T}", "SELECT MIN(symbol), MAX(symbol), MIN(trades), MAX(interval), MIN(source) FROM {T}", "SELECT (SELECT MAX(dt) FROM {T}), (SELECT MIN(dt) FROM {T})",
            "SELECT MAX(unique_key), MIN(unique_key) FROM {T}", "SELECT MAX(dt) + 1, MAX(DISTINCT symbol) FROM {T}", "SELECT COUNT(*), MAX(dt), CASE WHEN COUNT(*) > 5 THEN MIN(symbol) END FROM {T}",
            "SELECT MAX(symbol), COUNT(*) FROM {T} WHERE dt > '2025-01-01'", "SELECT MAX(dt) OVER (), COUNT(*) OVER () FROM {T} ORDER BY 1 LIMIT 1", "SELECT COUNT(*), MAX(trades) FROM {T}", "SELECT COUNT(taker_buy_quote) FROM {T}",
            "SELECT CASE WHEN MAX(open_time) < now() - INTERVAL 30 MINUTE THEN 'STALE' ELSE 'FRESH' END FROM {T}",
            "SELECT MAX(open_time) - MIN(open_time), MAX(-trades) FROM {T}", "SELECT MAX(open_time) FILTER (WHERE symbol = 'ETHUSDT') FROM {T}",
            "SELECT symbol, MAX(open_time) FROM {T} GROUP BY symbol ORDER BY symbol LIMIT 1", "SELECT MAX(open_time) FROM {T} HAVING COUNT(*) > 1000",
            "SELECT close AS open_time, symbol FROM {T} ORDER BY open_time, symbol LIMIT 3", "SELECT DISTINCT dt FROM {T} ORDER BY dt DESC LIMIT 1",
            "SELECT SUM(n) FROM (SELECT COUNT(*) OVER () AS n, open_time FROM {T} ORDER BY open_time DESC LIMIT 2)",
            "SELECT MAX(a.open_time) FROM {T} a JOIN {T} b ON a.open_time = b.open_time WHERE b.dt = '2025-01-01'"));

    [Fact]
    public async Task Answer_is_that_of_the_whole_table()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();
        await s_statement.SampleAsync(
            async statement =>
            {
                // A subquery with OFFSET 0 is not looked into: it needs the whole table.
                const string all = "(SELECT * FROM silver_charts OFFSET 0)";
                var whole = await sql.AskAsync(statement.Replace("{T}", all, StringComparison.Ordinal));
                var part = await sql.AskAsync(statement.Replace("{T}", "silver_charts", StringComparison.Ordinal));

                Assert.True(Text(whole.Rows) == Text(part.Rows), $"{statement}\nwhole: {Text(whole.Rows)}\npart:  {Text(part.Rows)}");
            },
            iter: 400,
            threads: 1);
    }

    [Fact]
    public async Task Condition_on_a_day_opens_only_the_files_of_that_day()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        foreach (string file in Directory.GetFiles(lake.TableFolder(SilverChartsTable.Name), "*.parquet", SearchOption.AllDirectories).Where(f => !f.Contains("dt=2025-01-02", StringComparison.Ordinal)))
        {
            File.Delete(file);
        }

        await using SqlSession sql = lake.OpenSql();

        Assert.Equal(48L, await sql.ValueAsync("SELECT COUNT(close) FROM silver_charts WHERE dt = '2025-01-02'"));
        Assert.Equal(24L, await sql.ValueAsync("SELECT COUNT(close) FROM silver_charts s WHERE s.symbol = 'BTCUSDT' AND open_time >= '2025-01-02' AND open_time < '2025-01-03'"));
        Assert.Equal(144L, await sql.ValueAsync("SELECT COUNT(*) FROM silver_charts"));
        await sql.RefusedAsync("SELECT COUNT(close) FROM silver_charts");
    }

    [Fact]
    public async Task Newest_row_is_found_in_the_newest_files_alone()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        foreach (string file in Directory.GetFiles(lake.TableFolder(SilverChartsTable.Name), "*.parquet", SearchOption.AllDirectories).Where(f => !f.Contains("dt=2025-01-03", StringComparison.Ordinal)))
        {
            File.Delete(file);
        }

        await using SqlSession sql = lake.OpenSql();

        Assert.Equal(SampleLake.HourAt(71).ToDateTimeOffset(), await sql.ValueAsync("SELECT MAX(open_time) FROM silver_charts"));
        Assert.Equal(1071.5, await sql.ValueAsync("SELECT close FROM silver_charts ORDER BY open_time DESC, symbol LIMIT 1"));
        await sql.RefusedAsync("SELECT MIN(open_time) FROM silver_charts");
    }

    /// <summary>A statement over some of the files is given only the columns that it names: every way to mean a column without naming it must still work.</summary>
    [Theory]
    [InlineData("SELECT s FROM {T} s WHERE {W} ORDER BY s LIMIT 3")]
    [InlineData("SELECT * FROM {T} WHERE {W} ORDER BY unique_key LIMIT 3")]
    [InlineData("SELECT s.* EXCLUDE (close) REPLACE (open + 1 AS open) FROM {T} s WHERE {W} ORDER BY unique_key LIMIT 3")]
    [InlineData("SELECT MIN(COLUMNS('o.*')), MAX(COLUMNS(* EXCLUDE (dt))) FROM {T} WHERE {W}")]
    [InlineData("SELECT COUNT(DISTINCT s), COUNT(s), COUNT(*), COUNT(s.*) FROM {T} s WHERE {W}")]
    [InlineData("SELECT LIST_TRANSFORM([1, 2], lambda trades: trades + 1), LIST_SUM(LIST(close ORDER BY open_time)) FROM {T} WHERE {W}")]
    [InlineData("SELECT symbol, (SELECT COUNT(*) FROM {T} t WHERE t.open_time = s.open_time AND t.dt = s.dt) AS same FROM {T} s WHERE {W} ORDER BY open_time, symbol LIMIT 5")]
    [InlineData("SELECT close AS symbol, symbol AS close FROM {T} WHERE {W} ORDER BY symbol, close LIMIT 3")]
    [InlineData("SELECT close AS c, c + 1 AS d FROM {T} WHERE {W} AND c > 0 ORDER BY d DESC LIMIT 3")]
    [InlineData("SELECT symbol, SUM(close) FROM {T} WHERE {W} GROUP BY ALL ORDER BY ALL")]
    [InlineData("SELECT open_time, high FROM {T} WHERE {W} QUALIFY ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY low DESC) = 1 ORDER BY 1, 2")]
    [InlineData("SELECT symbol FROM {T} WHERE {W} GROUP BY symbol HAVING MAX(volume) > 0 ORDER BY MIN(quote_volume), symbol")]
    [InlineData("SELECT DISTINCT ON (symbol) symbol, close FROM {T} WHERE {W} ORDER BY symbol, open_time DESC")]
    [InlineData("SELECT COUNT(*) FROM {T} WHERE {W}")]
    [InlineData("SELECT 1, dt FROM {T} WHERE {W} ORDER BY dt LIMIT 2")]
    [InlineData("SELECT #1, #3 FROM {T} WHERE {W} ORDER BY unique_key LIMIT 2")]
    [InlineData("SELECT x.y FROM (SELECT {'y': close} AS x FROM {T} WHERE {W}) ORDER BY x.y LIMIT 2")]
    [InlineData("WITH w AS (SELECT * FROM {T} WHERE {W}) SELECT MAX(high), COUNT(w) FROM w")]
    [InlineData("SELECT MAX(s.close), COUNT(*) FROM {T} s NATURAL JOIN (SELECT open_time, symbol FROM {T} WHERE {W}) t WHERE {W}")]
    [InlineData("SELECT a.high, b.low FROM (SELECT high, unique_key FROM {T} WHERE {W}) a JOIN (SELECT low, unique_key FROM {T} WHERE dt = '2025-01-03') b ON true ORDER BY ALL LIMIT 3")]
    [InlineData("PIVOT (SELECT symbol, dt, close FROM {T} WHERE {W}) ON symbol IN ('BTCUSDT', 'ETHUSDT') USING MAX(close) ORDER BY dt")]
    [InlineData("SELECT SUM(v) FROM (UNPIVOT (SELECT * EXCLUDE (dt) FROM {T} WHERE {W}) ON open, close INTO NAME n VALUE v)")]
    [InlineData("SELECT close FROM {T} s WHERE {W} AND s IN (SELECT t FROM {T} t) ORDER BY 1 LIMIT 2")]
    [InlineData("SELECT COALESCE(NULL, taker_buy_quote, -1), TRY_CAST(source AS BIGINT), symbol COLLATE NOCASE FROM {T} s WHERE {W} AND s.close BETWEEN open - 1 AND high + 1 ORDER BY unique_key LIMIT 3")]
    public async Task Columns_that_are_not_named_are_still_there(string statement)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();
        foreach (string where in (string[])["dt = '2025-01-02'", "symbol = 'BTCUSDT' AND open_time < '2025-01-02'"])
        {
            string asked = statement.Replace("{W}", where, StringComparison.Ordinal);
            var part = await sql.AskAsync(asked.Replace("{T}", "silver_charts", StringComparison.Ordinal));
            var whole = await sql.AskAsync(asked.Replace("{T}", "(SELECT * FROM silver_charts OFFSET 0)", StringComparison.Ordinal));

            Assert.Equal(whole.Columns, part.Columns);
            Assert.NotEmpty(part.Rows);
            Assert.Equal(Text(whole.Rows), Text(part.Rows));
        }
    }

    [Fact]
    public async Task Name_that_is_no_column_is_answered_with_those_that_are()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        var refused = await Assert.ThrowsAsync<SqlException>(() => sql.AskAsync("SELECT tarde FROM silver_charts WHERE dt = '2025-01-02'"));

        Assert.Contains("trades", refused.Message, StringComparison.Ordinal);
    }

    private static Gen<string> Any(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string Text(IReadOnlyList<IReadOnlyList<object?>> rows) => System.Text.Json.JsonSerializer.Serialize(rows);
}
