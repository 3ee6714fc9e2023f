using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>Statements that try to read files, write, change the session or get past the gate.</summary>
public sealed class HostileStatementSpecs(HostileStatementSpecs.Fixture lake) : IClassFixture<HostileStatementSpecs.Fixture>
{
    public static TheoryData<string> Refused { get; } =
    [
        // files, by name and by function
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"/etc/passwd\"",
        "FROM '{table}/_delta_log/00000000000000000000.json'",
        "SELECT * FROM '{table}/dt=2025-01-01/*.parquet'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_csv_auto('/etc/passwd')",
        "SELECT * FROM READ_PARQUET('{table}/*/*.parquet')",
        "SELECT * FROM parquet_scan('{table}/*/*.parquet')",
        "SELECT * FROM parquet_metadata('{table}/*/*.parquet')",
        "SELECT * FROM system.main.read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/passwd')",
        "SELECT * FROM read_json('{table}/_delta_log/*.json')",
        "SELECT * FROM glob('/**')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT (SELECT content FROM read_text('/etc/passwd'))",
        "SELECT * FROM silver_charts WHERE symbol IN (SELECT content FROM read_text('/etc/passwd'))",
        "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x",
        "SELECT * FROM silver_charts s, LATERAL (SELECT * FROM read_text('/etc/passwd')) t",
        "SELECT * FROM silver_charts JOIN '/etc/passwd' ON true",
        "(SELECT 1) UNION ALL (SELECT content FROM read_text('/etc/passwd'))",
        "SELECT * FROM (VALUES ((SELECT count(*) FROM read_text('/etc/passwd'))))",
        "DESCRIBE SELECT * FROM read_parquet('{table}/*/*.parquet')",
        "SUMMARIZE '/etc/passwd'",
        "SELECT * FROM 'https://example.com/x.parquet'",
        "SELECT * FROM read_parquet('s3://bucket/x')",
        "SELECT * FROM (WITH \"/etc/passwd\" AS (SELECT 1) SELECT 1), '/etc/passwd'",
        "SELECT json_serialize_plan('SELECT * FROM read_text(''/etc/passwd'')')",
        // statements in statements
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('silver_charts')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "PRAGMA json_execute_serialized_sql('x')",
        // writing
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "COPY silver_charts TO '{table}/dt=2025-01-01/x.parquet'",
        "COPY silver_charts FROM '/etc/passwd'",
        "EXPORT DATABASE '/tmp/x'",
        "IMPORT DATABASE '/tmp/x'",
        "CREATE TABLE x AS SELECT 1",
        "CREATE OR REPLACE TEMP VIEW x AS SELECT 1",
        "CREATE MACRO f(a) AS a",
        "CREATE TABLE memory.main.x (a INT)",
        "INSERT INTO silver_charts VALUES (1)",
        "UPDATE silver_charts SET close = 0",
        "DELETE FROM silver_charts",
        "TRUNCATE silver_charts",
        "MERGE INTO silver_charts USING silver_charts s ON true WHEN MATCHED THEN DELETE",
        "ALTER TABLE silver_charts ADD COLUMN x INT",
        "DROP TABLE silver_charts",
        "DROP SCHEMA demo_schema CASCADE",
        "SELECT 1 INTO x",
        // the session and the machine
        "ATTACH '/tmp/x.db'",
        "ATTACH ':memory:' AS x",
        "DETACH demo_catalog",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '100GB'",
        "RESET memory_limit",
        "SET lock_configuration = false",
        "SET VARIABLE x = 1",
        "PRAGMA database_list",
        "PRAGMA enable_external_access",
        "CALL pragma_version()",
        "CHECKPOINT",
        "BEGIN",
        "EXECUTE x",
        "PREPARE x AS SELECT 1",
        "EXPLAIN ANALYZE SELECT * FROM read_text('/etc/passwd')",
        "CREATE SECRET s (TYPE s3)",
        "USE memory",
        "USE demo_catalog.main",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM pragma_database_size()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_tables",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM duckdb_views",
        "SELECT * FROM memory.main.deleted_0",
        "SELECT current_setting('memory_limit')",
        "SELECT getvariable('x')",
        "SELECT getenv('HOME')",
        "SELECT write_log('x')",
        "SELECT sleep_ms(100000)",
        "SELECT pg_sleep(100)",
        "SELECT nextval('x')",
        "SHOW DATABASES",
        "SHOW ALL TABLES",
        "SHOW memory_limit",
        // tricks with comments, chains, quotes and unicode
        "SELECT 1; COPY (SELECT 1) TO '/tmp/x.csv'",
        "SELECT 1;;;DROP TABLE silver_charts",
        "/* SELECT */ COPY (SELECT 1) TO '/tmp/x.csv'",
        "--SELECT\nCOPY (SELECT 1) TO '/tmp/x.csv'",
        "/* a /* b */ c */ PRAGMA version",
        "SELECT/**/*/**/FROM/**/read_text/**/('/etc/passwd')",
        "SELECT * FROM \"read_text\"('/etc/passwd')",
        "SELECT * FROM \"READ_TEXT\" ('/etc/passwd')",
        "SELECT\u00A0*\u00A0FROM\u00A0read_text('/etc/passwd')",
        "SELECT * FROM\u3000read_text('/etc/passwd')",
        "SELECT * FROM ｒead_text('/etc/passwd')",
        "SELECT * FROM \"silver_charts\u0000\"",
        "SELECT * FROM silver_charts VERSION AS OF 1; DROP TABLE x",
        "SELECT * FROM silver_charts VERSION AS OF '1; DROP TABLE x'",
        "SELECT * FROM silver_charts TIMESTAMP AS OF 'yesterday'",
        "SELECT * FROM silver_charts TIMESTAMP AS OF now()",
        "SELECT * FROM silver_charts VERSION AS OF -1",
        "SELECT * FROM silver_charts AT (VERSION => 1)",
        "SELECT * FROM \"silver_charts VERSION AS OF 1\"",
        "SELECT * FROM \"../../x\" VERSION AS OF 1",
        "SELECT * FROM other_catalog.demo_schema.silver_charts",
        "SELECT * FROM demo_catalog.other.silver_charts",
        "SELECT 'abc",
        "SELECT \"abc",
        "SELECT $x$abc",
        "SELECT /* abc",
        "SELEC 1",
        "",
        ";",
        "-- nothing",
        "\\q",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Statement_is_refused_and_the_session_goes_on(string statement)
    {
        string text = statement.Replace("{table}", lake.TableFolder, StringComparison.Ordinal);

        await lake.Sql.RefusedAsync(text);

        Assert.Equal(144L, await lake.Sql.ValueAsync("SELECT COUNT(close) FROM silver_charts"));
        Assert.False(File.Exists("/tmp/x.csv"));
    }

    [Fact]
    public async Task Message_shows_nothing_of_a_hostile_name()
    {
        SqlException refused = await lake.Sql.RefusedAsync("SELECT * FROM \"\u001b[31m<script>\"");

        Assert.DoesNotContain("script", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', refused.Message);
    }

    [Fact]
    public async Task Nesting_without_end_is_refused_and_does_not_end_the_process()
    {
        string deep = string.Concat(Enumerable.Repeat("(SELECT ", 5_000)) + "1" + new string(')', 5_000);

        await lake.Sql.RefusedAsync("SELECT " + deep);
    }

    [Fact]
    public async Task Text_in_the_data_is_never_run()
    {
        Assert.Equal("[\"no time; DROP TABLE x; -- 'quoted'\"]", await lake.Sql.ValueAsync("SELECT raw_json FROM bronze_charts WHERE unique_key IS NULL"));
        Assert.Equal("a;b--c/*d*/ VERSION AS OF 1", await lake.Sql.ValueAsync("SELECT 'a;b--c/*d*/ VERSION AS OF 1' /* ; */ -- ; DROP"));
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private SampleLake _lake = null!;

        public SqlSession Sql { get; private set; } = null!;

        public string TableFolder => _lake.TableFolder("silver_charts");

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
