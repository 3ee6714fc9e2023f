using System.Globalization;
using CryptoInsight.Delta.Log;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

public sealed class TimeTravelSpecs(TimeTravelSpecs.Fixture lake) : IClassFixture<TimeTravelSpecs.Fixture>
{
    [Theory]
    [InlineData("SELECT COUNT(*) FROM silver_charts VERSION AS OF 0", 0L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts VERSION AS OF 1", 48L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts FOR VERSION AS OF 2", 96L)]
    [InlineData("SELECT COUNT(*) FROM demo_schema.silver_charts version as of '3'", 144L)]
    [InlineData("SELECT COUNT(*) FROM DEMO_CATALOG.demo_schema.SILVER_CHARTS VERSION AS OF 3", 144L)]
    [InlineData("SELECT COUNT(*) FROM `demo_catalog`.`demo_schema`.`silver_charts` VERSION AS OF 1", 48L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts TIMESTAMP AS OF '2099-01-01 10:00:00+09:00'", 144L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts/* now */VERSION/**/AS--\nOF 1", 48L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts VERSION AS OF 1 WHERE symbol = 'BTCUSDT'", 24L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts VERSION AS OF 1 AS s WHERE s.symbol = 'BTCUSDT'", 24L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts VERSION AS OF 1 s WHERE s.symbol = 'BTCUSDT'", 24L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts VERSION AS OF 1 WHERE silver_charts.symbol = 'BTCUSDT'", 24L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts a JOIN silver_charts VERSION AS OF 1 b ON a.unique_key = b.unique_key", 48L)]
    [InlineData("SELECT (SELECT COUNT(*) FROM silver_charts VERSION AS OF 2) - (SELECT COUNT(*) FROM silver_charts VERSION AS OF 1)", 48L)]
    [InlineData("WITH old AS (SELECT * FROM silver_charts VERSION AS OF 1) SELECT COUNT(*) FROM silver_charts n LEFT JOIN old USING (unique_key) WHERE old.close IS NULL", 96L)]
    [InlineData("SELECT COUNT(*) FROM (SELECT 1 AS version, 2 AS timestamp) WHERE version AS OF IS NULL", null)]
    public async Task Version_or_instant_is_read_wherever_a_table_stands(string statement, long? expected)
    {
        if (expected is { } rows)
        {
            Assert.Equal(rows, await lake.Sql.ValueAsync(statement));
        }
        else
        {
            await lake.Sql.RefusedAsync(statement);
        }
    }

    [Fact]
    public async Task Words_in_quotes_and_columns_of_that_name_are_left_alone()
    {
        Assert.Equal("silver_charts VERSION AS OF 1", await lake.Sql.ValueAsync("SELECT 'silver_charts VERSION AS OF 1'"));
        Assert.Equal(7, await lake.Sql.ValueAsync("SELECT version FROM (SELECT 7 AS version) AS of"));
        Assert.Equal(8, await lake.Sql.ValueAsync("SELECT timestamp AS of FROM (SELECT 8 AS timestamp)"));
    }

    [Fact]
    public async Task Revised_rows_read_as_they_were_and_as_they_are()
    {
        const string close = "WHERE symbol = 'BTCUSDT' ORDER BY open_time DESC LIMIT 1";

        Assert.Equal(1071.0, await lake.Sql.ValueAsync($"SELECT close FROM silver_charts VERSION AS OF 3 {close}"));
        Assert.Equal(1071.5, await lake.Sql.ValueAsync($"SELECT close FROM silver_charts VERSION AS OF 4 {close}"));
        Assert.Equal(1071.5, await lake.Sql.ValueAsync($"SELECT close FROM silver_charts {close}"));
    }

    [Fact]
    public async Task Instant_between_two_commits_is_the_earlier_one()
    {
        List<CommitDescription> history = await lake.Tables.Silver.Table.HistoryAsync().ToListAsync();
        DateTimeOffset third = history.Single(h => h.Version == 3).CommittedAt.ToUniversalTime();

        Assert.Equal(144L, await lake.Sql.ValueAsync($"SELECT COUNT(*) FROM silver_charts TIMESTAMP AS OF '{third.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture)}'"));
    }

    [Theory]
    [InlineData("SELECT * FROM silver_charts VERSION AS OF 99", "the newest is 4")]
    [InlineData("SELECT * FROM silver_charts TIMESTAMP AS OF '2001-01-01'", "2001-01-01")]
    [InlineData("SELECT * FROM silver_charts VERSION AS OF latest", "whole number")]
    [InlineData("SELECT * FROM silver_charts VERSION AS OF 1.5", "whole number")]
    [InlineData("SELECT * FROM silver_charts TIMESTAMP AS OF '2025-13-01'", "time in quotes")]
    [InlineData("SELECT * FROM nowhere VERSION AS OF 1", "nowhere")]
    [InlineData("SELECT * FROM v_signals VERSION AS OF 1", "view")]
    public async Task Wrong_version_or_instant_says_what_to_write(string statement, string part)
    {
        Exception wrong = await Assert.ThrowsAnyAsync<Exception>(() => lake.Sql.AskAsync(statement));

        Assert.True(wrong is SqlException or Delta.TableNotFoundException, wrong.GetType().Name);
        Assert.Contains(part, wrong.Message, StringComparison.Ordinal);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private SampleLake _lake = null!;

        public SqlSession Sql { get; private set; } = null!;

        internal LakeTables Tables => _lake.Tables;

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
