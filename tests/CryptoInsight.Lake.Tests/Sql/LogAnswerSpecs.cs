using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>What the log tells is answered without a data file; what it does not tell for certain is read.</summary>
public sealed class LogAnswerSpecs
{
    [Theory]
    [InlineData("SELECT COUNT(*) FROM bronze_charts", 148L)]
    [InlineData("SELECT COUNT(*) FROM silver_charts", 144L)]
    [InlineData("SELECT MAX(dt)::VARCHAR FROM silver_charts", "2025-01-03")]
    [InlineData("SELECT MIN(dt)::VARCHAR FROM demo_catalog.demo_schema.silver_charts s", "2025-01-01")]
    [InlineData("SELECT MAX(interval) FROM bronze_charts", "1h")]
    [InlineData("SELECT MIN(symbol) || '/' || MAX(symbol) || '/' || COUNT(*)::VARCHAR FROM bronze_charts", "BTCUSDT/ETHUSDT/148")]
    [InlineData("SELECT (SELECT MAX(symbol) FROM bronze_charts) || (SELECT MIN(symbol) FROM bronze_charts)", "ETHUSDTBTCUSDT")]
    [InlineData("SELECT CASE WHEN MAX(dt) < today() THEN 'STALE' ELSE 'FRESH' END FROM gold_signals", "STALE")]
    public async Task Answer_of_the_log_needs_no_file(string statement, object expected)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        DeleteDataFiles(lake);
        await using SqlSession sql = lake.OpenSql();

        Assert.Equal(expected, await sql.ValueAsync(statement));
    }

    [Theory]
    [InlineData("SELECT MAX(close) FROM silver_charts")] // NaN is not counted
    [InlineData("SELECT MIN(raw_json) FROM bronze_charts")] // cut
    [InlineData("SELECT COUNT(*) FILTER (WHERE symbol = 'ETHUSDT') FROM silver_charts")]
    [InlineData("SELECT COUNT(DISTINCT symbol) FROM silver_charts")]
    [InlineData("SELECT COUNT(taker_buy_quote) FROM silver_charts")]
    [InlineData("SELECT MAX(dt) FROM silver_charts GROUP BY symbol")]
    [InlineData("SELECT MAX(symbol) FROM silver_charts WHERE close > 0")]
    public async Task Answer_that_the_log_does_not_know_for_certain_is_read_from_files(string statement)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();
        await sql.AskAsync(statement);
        DeleteDataFiles(lake);

        await sql.RefusedAsync(statement);
    }

    [Fact]
    public async Task Instants_which_the_log_rounds_are_read_from_the_file_that_holds_them_and_only_once()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession before = lake.OpenSql();
        object? newest = await before.ValueAsync("SELECT MAX(open_time) FROM silver_charts");
        await using SqlSession after = lake.OpenSql();
        DeleteDataFiles(lake);

        Assert.Equal(SampleLake.HourAt(71).ToDateTimeOffset(), newest);
        Assert.Equal(newest, await before.ValueAsync("SELECT MAX(open_time) FROM silver_charts"));
        Assert.Contains("not there", (await after.RefusedAsync("SELECT MAX(open_time) FROM silver_charts")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleted_instant_at_the_edge_is_noticed()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        var schema = new StructType([new("at_time", DataType.Timestamp), new("id", DataType.Long)]);
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(
            lake.Location.StoreOf("instants"), new TableDefinition(schema) { Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = "true" } });
        TimestampArray.Builder times = new(new Apache.Arrow.Types.TimestampType(Apache.Arrow.Types.TimeUnit.Microsecond, "UTC"));
        long[] micros = [1_000_000, 1_000_001, 1_000_999, 1_000_998];
        foreach (long at in micros)
        {
            times.Append(DateTimeOffset.UnixEpoch.AddMicroseconds(at));
        }

        await table.AppendAsync([new RecordBatch(ArrowTypes.ToArrowSchema(schema), [times.Build(), new Int64Array.Builder().AppendRange([0, 1, 2, 3]).Build()], 4)]);
        await using SqlSession sql = lake.OpenSql();

        const string Both = "SELECT epoch_us(MIN(at_time)), epoch_us(MAX(at_time)), COUNT(*) FROM instants";
        Assert.Equal([1_000_000L, 1_000_999L, 4L], (await sql.AskAsync(Both)).Rows.Single());
        await table.DeleteAsync(Predicate.Equal("id", 2L));
        Assert.Equal([1_000_000L, 1_000_998L, 3L], (await sql.AskAsync(Both)).Rows.Single());
        await table.DeleteAsync(Predicate.Equal("id", 0L));
        Assert.Equal([1_000_001L, 1_000_998L, 2L], (await sql.AskAsync(Both)).Rows.Single());
    }

    [Fact]
    public async Task Deleted_rows_at_the_edge_are_noticed()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        var schema = new StructType([new("id", DataType.Long), new("part", DataType.String)]);
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(
            lake.Location.StoreOf("numbers"), new TableDefinition(schema) { PartitionColumns = ["part"], Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = "true" } });
        await table.AppendAsync([Numbers(schema, "a", 1, 2, 3)]);
        await table.AppendAsync([Numbers(schema, "b", 7, 8, 9)]);
        await table.DeleteAsync(Predicate.Equal("id", 9L));
        await using SqlSession sql = lake.OpenSql();

        Assert.Equal([1L, 8L, "b", 5L], (await sql.AskAsync("SELECT MIN(id), MAX(id), MAX(part), COUNT(*) FROM numbers")).Rows.Single());
        await table.DeleteAsync(Predicate.Equal("part", "b"));
        Assert.Equal([1L, 3L, "a", 3L], (await sql.AskAsync("SELECT MIN(id), MAX(id), MAX(part), COUNT(*) FROM numbers")).Rows.Single());
    }

    [Fact]
    public async Task Empty_table_has_no_extremes_and_no_rows()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        await using SqlSession sql = lake.OpenSql();

        Assert.Equal([null, null, 0L], (await sql.AskAsync("SELECT MAX(dt), MIN(symbol), COUNT(*) FROM silver_charts")).Rows.Single());
    }

    [Fact]
    public async Task Column_called_at_needs_no_quotes()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        Assert.Equal(["at", "kind"], (await sql.AskAsync("SELECT at, e.kind FROM ops_events e WHERE e.at > now() - INTERVAL 1 DAY AND at IS NOT NULL ORDER BY at DESC, e.AT")).Columns);
        Assert.Equal("at 'at' AT", await sql.ValueAsync("SELECT 'at ''at'' AT' FROM (SELECT max(at) AS at FROM ops_events) /* at */ -- at"));
        Assert.Equal(
            new DateTime(2025, 1, 1, 9, 0, 0), await sql.ValueAsync("SELECT TIMESTAMPTZ '2025-01-01 00:00:00Z' AT TIME ZONE 'Asia/Seoul' AS at"));
    }

    private static RecordBatch Numbers(StructType schema, string part, params long[] ids) => new(
        ArrowTypes.ToArrowSchema(schema), [new Int64Array.Builder().AppendRange(ids).Build(), new StringArray.Builder().AppendRange(ids.Select(_ => part)).Build()], ids.Length);

    private static void DeleteDataFiles(SampleLake lake)
    {
        foreach (string file in Directory.EnumerateFiles(lake.Location.Root, "*.parquet", SearchOption.AllDirectories).Where(f => !f.Contains("_delta_log", StringComparison.Ordinal)))
        {
            File.Delete(file);
        }
    }
}
