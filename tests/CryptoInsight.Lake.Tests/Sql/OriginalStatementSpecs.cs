using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>Every statement that users of the replaced pipeline run, verbatim.</summary>
public sealed class OriginalStatementSpecs(OriginalStatementSpecs.Fixture lake) : IClassFixture<OriginalStatementSpecs.Fixture>
{
    [Theory]
    [InlineData("CREATE CATALOG IF NOT EXISTS demo_catalog;", 1, "status")]
    [InlineData("CREATE SCHEMA IF NOT EXISTS demo_catalog.demo_schema;", 1, "status")]
    [InlineData("SELECT raw_json, _rescued_data FROM demo_catalog.demo_schema.bronze_charts ORDER BY ingest_time DESC LIMIT 10;", 10, "raw_json,_rescued_data")]
    [InlineData("SELECT MAX(open_time) FROM demo_catalog.demo_schema.silver_charts;", 1, "max(open_time)")]
    [InlineData("SELECT MAX(bucket_start) FROM demo_catalog.demo_schema.gold_signals;", 1, "max(bucket_start)")]
    [InlineData("DESCRIBE DETAIL demo_catalog.demo_schema.bronze_charts;", 1, null)]
    [InlineData("DESCRIBE HISTORY demo_catalog.demo_schema.gold_signals;", 3, null)]
    [InlineData("SELECT COUNT(*) FROM demo_catalog.demo_schema.bronze_charts;", 1, "count_star()")]
    [InlineData("SELECT * FROM demo_catalog.demo_schema.bronze_charts ORDER BY event_time DESC LIMIT 10;", 10,
        "source,symbol,interval,event_time,ingest_time,unique_key,raw_json,api_endpoint,api_params_hash,ingest_run_id,_rescued_data,dt")]
    [InlineData("SELECT COUNT(*) FROM demo_catalog.demo_schema.silver_charts;", 1, "count_star()")]
    [InlineData("SELECT symbol, interval, open_time, close FROM demo_catalog.demo_schema.silver_charts ORDER BY open_time DESC LIMIT 10;", 10, "symbol,interval,open_time,close")]
    [InlineData("SELECT symbol, bucket_start, avg_price FROM demo_catalog.demo_schema.gold_signals ORDER BY bucket_start DESC LIMIT 10;", 10, "symbol,bucket_start,avg_price")]
    [InlineData("WITH ranked AS (SELECT symbol, cross_signal, above_ma200, bucket_start, ROW_NUMBER() OVER (PARTITION BY symbol ORDER BY bucket_start DESC) rn FROM demo_catalog.demo_schema.signals_charts) SELECT symbol, cross_signal, above_ma200, bucket_start FROM ranked WHERE rn = 1 ORDER BY symbol;", 2, "symbol,cross_signal,above_ma200,bucket_start")]
    [InlineData("SELECT symbol, last_price, last_ts FROM demo_catalog.demo_schema.v_latest_price;", 2, "symbol,last_price,last_ts")]
    [InlineData("SELECT symbol, last_price, avg_price_24h, abs_change_24h, pct_change_24h FROM demo_catalog.demo_schema.v_summary_24h;", 2, "symbol,last_price,avg_price_24h,abs_change_24h,pct_change_24h")]
    [InlineData("SELECT * FROM demo_catalog.demo_schema.v_signals WHERE symbol = 'BTCUSDT' AND bucket_start >= now() - INTERVAL 48 HOURS ORDER BY bucket_start;", 0,
        "symbol,bucket_start,bucket_end,avg_price,ma_50,ma_200,cross_signal,above_ma200")]
    [InlineData("SELECT * FROM demo_catalog.demo_schema.gold_prices_4h;", 6, "symbol,bucket_start,close_4h,ma50_4h,ma200_4h,cross_signal,pct_change_24h,dt")]
    [InlineData("SELECT open_time, close, ma50_15m, ma200_15m, symbol FROM demo_catalog.demo_schema.gold_prices_15m WHERE symbol = 'BTCUSDT' AND open_time >= now() - INTERVAL 14 DAYS ORDER BY open_time;", 0,
        "open_time,close,ma50_15m,ma200_15m,symbol")]
    [InlineData("SELECT * FROM demo_catalog.demo_schema.gold_dashboard_summary;", 2, null)]
    [InlineData("SELECT * FROM demo_catalog.demo_schema.silver_charts VERSION AS OF 1 LIMIT 5;", 5, null)]
    [InlineData("SELECT COUNT(*) FROM demo_catalog.demo_schema.silver_charts TIMESTAMP AS OF '2099-01-01';", 1, "count_star()")]
    [InlineData("SELECT COUNT(*) FROM demo_catalog.demo_schema.bronze_fear_greed;", 1, "count_star()")]
    [InlineData("SELECT COUNT(*) AS risky_positions FROM demo_catalog.demo_schema.silver_futures_positions WHERE ABS(roe) > 0.2 AND event_time >= now() - INTERVAL 30 MINUTES;", 1, "risky_positions")]
    [InlineData("SELECT MAX(event_time) AS last_event_time, CASE WHEN MAX(event_time) < now() - INTERVAL 30 MINUTE THEN 'STALE' ELSE 'FRESH' END AS freshness FROM demo_catalog.demo_schema.silver_futures_positions;", 1, "last_event_time,freshness")]
    [InlineData("SELECT event_time, index_value, value_classification FROM demo_catalog.demo_schema.bronze_fear_greed ORDER BY event_time DESC LIMIT 10;", 0, "event_time,index_value,value_classification")]
    public async Task Statement_runs_as_it_is(string statement, int rows, string? columns)
    {
        string text = Assert.Single(SqlScript.Split(statement));

        (IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<object?>> answer) = await lake.Sql.AskAsync(text);

        Assert.Equal(rows, answer.Count);
        if (columns is not null)
        {
            Assert.Equal(columns, string.Join(',', names));
        }
    }

    [Fact]
    public async Task Show_tables_names_every_table_and_view()
    {
        (IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<object?>> answer) = await lake.Sql.AskAsync("SHOW TABLES");

        Assert.Equal("database,tableName,isTemporary", string.Join(',', names));
        Assert.Superset(
            (HashSet<string>)[.. LakeTables.Definitions.Keys, "bronze_ingest_state", "signals_charts", "v_signals", "gold_prices_4h", "gold_prices_15m", "gold_dashboard_summary", "gold_price_positions_4h_exploded", "v_latest_price", "v_summary_24h"],
            answer.Select(row => (string)row[1]!).ToHashSet());
    }

    [Theory]
    [InlineData("OPTIMIZE demo_catalog.demo_schema.bronze_charts;")]
    [InlineData("OPTIMIZE demo_catalog.demo_schema.gold_signals ZORDER BY (symbol, bucket_start);")]
    [InlineData("RESTORE TABLE demo_catalog.demo_schema.gold_signals TO VERSION AS OF 1;")]
    [InlineData("VACUUM demo_catalog.demo_schema.bronze_charts RETAIN 168 HOURS DRY RUN;")]
    [InlineData("CREATE OR REPLACE VIEW demo_catalog.demo_schema.v_my_prices AS SELECT symbol, close, open_time FROM demo_catalog.demo_schema.silver_charts;")]
    [InlineData("DROP VIEW IF EXISTS demo_catalog.demo_schema.v_my_prices;")]
    [InlineData("DROP TABLE demo_catalog.demo_schema.silver_charts;")]
    public async Task Statement_that_changes_the_lake_is_refused_by_a_session_that_only_reads(string statement)
    {
        SqlException refused = await lake.Sql.RefusedAsync(statement);

        Assert.Contains("is refused: SQL here reads the lake and changes nothing", refused.Message, StringComparison.Ordinal);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private SampleLake _lake = null!;

        public SqlSession Sql { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _lake = await SampleLake.FilledAsync();
            Sql = _lake.OpenSql();
        }

        public async Task DisposeAsync()
        {
            await Sql.DisposeAsync();
            await _lake.DisposeAsync();
        }
    }
}
