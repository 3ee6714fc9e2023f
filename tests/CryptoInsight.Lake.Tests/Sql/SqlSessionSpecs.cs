using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

public sealed class SqlSessionSpecs
{
    [Fact]
    public async Task Answer_is_the_table_as_it_is_now_not_as_it_was_when_the_session_began()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        await using SqlSession sql = lake.OpenSql();
        Assert.Equal(0L, await sql.ValueAsync("SELECT COUNT(*) FROM silver_charts"));
        Assert.Null(await sql.ValueAsync("SELECT MAX(close) FROM silver_charts"));

        await lake.CommitSilverAsync([SampleLake.Candle(SampleLake.Btc, 0)], []);
        Assert.Equal(1L, await sql.ValueAsync("SELECT COUNT(*) FROM silver_charts"));
        Assert.Equal(1000.0, await sql.ValueAsync("SELECT MAX(close) FROM silver_charts"));

        await lake.CommitSilverAsync([], [SampleLake.Candle(SampleLake.Btc, 0, 5000)]);
        Assert.Equal(1L, await sql.ValueAsync("SELECT COUNT(*) FROM silver_charts"));
        Assert.Equal(5000.0, await sql.ValueAsync("SELECT MAX(close) FROM silver_charts"));
    }

    [Fact]
    public async Task Empty_table_has_its_columns_in_order()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        await using SqlSession sql = lake.OpenSql();

        (IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<object?>> rows) = await sql.AskAsync("SELECT * FROM gold_signals");

        Assert.Empty(rows);
        Assert.Equal(lake.Tables.Gold.Table.Snapshot.Schema.Fields.Select(f => f.Name), columns);
    }

    [Fact]
    public async Task Rows_have_the_types_of_the_table()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        IReadOnlyList<object?> row = (await sql.AskAsync("SELECT symbol, open_time, close, trades, taker_buy_quote, dt FROM silver_charts WHERE unique_key = 'ETHUSDT|1h|1735693200000'")).Rows.Single();

        Assert.Equal(["ETHUSDT", new DateTimeOffset(2025, 1, 1, 1, 0, 0, TimeSpan.Zero), 11.0, 5L, 44.0, new DateOnly(2025, 1, 1)], row);
        Assert.Null(await sql.ValueAsync("SELECT taker_buy_quote FROM silver_charts WHERE unique_key = 'ETHUSDT|1h|1735689600000'"));
    }

    [Fact]
    public async Task Every_kind_of_cell_comes_as_a_plain_value()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        await using SqlSession sql = lake.OpenSql();

        IReadOnlyList<object?> row = (await sql.AskAsync("""
            SELECT 1::TINYINT, 2::HUGEINT, 1.50::DECIMAL(10,2), 'x', true, NULL, DATE '2025-01-02', TIMESTAMP '2025-01-02 03:04:05.678901', TIMESTAMPTZ '2025-01-02 03:04:05+09',
              'ab'::BLOB, [1, NULL], {'a': 1, 'b': [2]}, MAP {'k': 1.5::DOUBLE}, INTERVAL 14 MONTHS, INTERVAL 90 MINUTES, 'infinity'::TIMESTAMPTZ, DATE '-infinity', 'nan'::DOUBLE,
              '3f333df6-90a4-4fda-8dd3-9485d27cee36'::UUID, TIME '10:00:00'
            """)).Rows.Single();

        Assert.Equal((sbyte)1, row[0]);
        Assert.Equal(2L, row[1]);
        Assert.Equal(1.50m, row[2]);
        Assert.Equal(["x", true, null, new DateOnly(2025, 1, 2)], row.Skip(3).Take(4));
        Assert.Equal(new DateTime(2025, 1, 2, 3, 4, 5).AddTicks(6_789_010), row[7]);
        Assert.Equal(new DateTimeOffset(2025, 1, 1, 18, 4, 5, TimeSpan.Zero), row[8]);
        Assert.Equal("ab"u8.ToArray(), row[9]);
        Assert.Equal(new object?[] { 1, null }, row[10]);
        var structure = Assert.IsAssignableFrom<IReadOnlyDictionary<string, object?>>(row[11]);
        Assert.Equal(1, structure["a"]);
        Assert.Equal(new object?[] { 2 }, structure["b"]);
        Assert.Equal(1.5, Assert.IsAssignableFrom<IReadOnlyDictionary<string, object?>>(row[12])["k"]);
        Assert.Equal(["14 months", "01:30:00", "infinity", "-infinity", double.NaN, "3f333df6-90a4-4fda-8dd3-9485d27cee36"], row.Skip(13).Take(6));
        Assert.StartsWith("10:00", Assert.IsType<string>(row[19]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_that_files_do_not_have_are_null_and_partition_values_are_right()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        Assert.Equal(0L, await sql.ValueAsync("SELECT COUNT(*) FROM silver_charts WHERE dt <> CAST(open_time AS DATE)"));
        Assert.Equal(3L, await sql.ValueAsync("SELECT COUNT(DISTINCT dt) FROM silver_charts"));
        Assert.Equal(48L, await sql.ValueAsync("SELECT COUNT(*) FROM silver_charts WHERE dt = '2025-01-02'"));
    }

    [Fact]
    public async Task With_query_of_a_tables_name_hides_the_table_and_inside_it_the_table_is_meant()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        Assert.Equal(1, await sql.ValueAsync("WITH silver_charts AS (SELECT 1 AS a) SELECT a FROM silver_charts"));
        Assert.Equal(72L, await sql.ValueAsync("WITH silver_charts AS (SELECT * FROM silver_charts WHERE symbol = 'BTCUSDT') SELECT COUNT(*) FROM silver_charts"));
        Assert.Equal(5L, await sql.ValueAsync("WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT COUNT(*) FROM r"));
    }

    [Fact]
    public async Task Statement_is_stopped_when_its_caller_stops_waiting()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        await using SqlSession sql = lake.OpenSql();
        using var stop = new CancellationTokenSource();
        await using SqlResult endless = await sql.ExecuteAsync("SELECT range FROM range(1000000000000)", stop.Token);
        int rows = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (IReadOnlyList<object?> _ in endless.ReadAsync(stop.Token))
            {
                if (++rows == 5_000)
                {
                    await stop.CancelAsync();
                }
            }
        });

        Assert.InRange(rows, 5_000, 10_000);
        Assert.Equal(1, await sql.ValueAsync("SELECT 1"));
    }

    [Fact]
    public async Task Fault_in_the_middle_of_the_rows_is_an_error_and_not_an_end()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        await using SqlSession sql = lake.OpenSql();

        SqlException fault = await sql.RefusedAsync("SELECT CASE WHEN range = 3000000 THEN error('here') ELSE range END FROM range(5000000)");

        Assert.Contains("here", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT nope FROM silver_charts", "nope")]
    [InlineData("SELECT * FROM silver_chart", "silver_charts")]
    [InlineData("SELECT symbol FROM silver_charts GROUP BY close", "symbol")]
    [InlineData("SELECT * FROM silver_charts WHERE close = 'abc'", "abc")]
    [InlineData("SELECT * FROM silver_charts WHERE", "syntax")]
    [InlineData("SELECT avg(symbol) FROM silver_charts", "avg")]
    public async Task Wrong_statement_is_explained(string statement, string part)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        SqlException wrong = await sql.RefusedAsync(statement);

        Assert.Contains(part, wrong.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Candidate functions", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_gone_is_an_error_that_says_so()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();
        foreach (string file in Directory.GetFiles(lake.TableFolder("silver_charts"), "*.parquet", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }

        SqlException gone = await sql.RefusedAsync("SELECT SUM(close) FROM silver_charts");

        Assert.Contains("VACUUM", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lake_without_tables_says_how_to_make_them()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lake-tests-");
        await using SqlSession sql = SqlSession.Open(LakeLocation.Local(folder.FullName));

        SqlException empty = await sql.RefusedAsync("SELECT * FROM silver_charts");

        Assert.Contains("no tables yet", empty.Message, StringComparison.Ordinal);
        Assert.Empty((await sql.AskAsync("SHOW TABLES")).Rows);
        folder.Delete();
    }

    [Fact]
    public async Task Detail_and_history_tell_what_the_log_says()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        (IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<object?>> rows) = await sql.AskAsync("DESCRIBE DETAIL silver_charts");
        Dictionary<string, object?> detail = columns.Zip(rows.Single()).ToDictionary(p => p.First, p => p.Second);
        Assert.Equal("delta", detail["format"]);
        Assert.Equal((long)lake.Tables.Silver.Table.Snapshot.Files.Count, detail["numFiles"]);
        Assert.Equal(lake.Tables.Silver.Table.Snapshot.Files.Sum(f => f.Size), detail["sizeInBytes"]);
        Assert.Equal(["dt"], Assert.IsAssignableFrom<IReadOnlyList<string>>(detail["partitionColumns"]));

        IReadOnlyList<IReadOnlyList<object?>> history = (await sql.AskAsync("DESC HISTORY demo_catalog.demo_schema.silver_charts LIMIT 2")).Rows;
        Assert.Equal([4L, 3L], history.Select(r => r[0]));
        Assert.Equal("MERGE", history[0][2]);

        Assert.Equal(18, (await sql.AskAsync("DESCRIBE silver_charts")).Rows.Count);
        Assert.Equal(18, (await sql.AskAsync("SUMMARIZE silver_charts")).Rows.Count);
    }

    [Fact]
    public async Task Detail_of_a_view_is_refused_because_it_has_no_files()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        Delta.TableNotFoundException refused = await Assert.ThrowsAsync<Delta.TableNotFoundException>(() => sql.AskAsync("DESCRIBE DETAIL v_signals"));

        Assert.Contains("view", refused.Message, StringComparison.Ordinal);
    }
}
