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

    private static Gen<string> Any(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string Text(IReadOnlyList<IReadOnlyList<object?>> rows) => System.Text.Json.JsonSerializer.Serialize(rows);
}
