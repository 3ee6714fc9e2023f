using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

public sealed class LakeViewSpecs
{
    [Fact]
    public async Task Ingest_state_is_read_from_the_bookmarks()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        (IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<object?>> rows) = await sql.AskAsync("SELECT * FROM bronze_ingest_state");

        Assert.Equal(["symbol", "interval", "last_open_time_ms", "updated_at"], columns);
        Assert.Equal(["BTCUSDT", "1h", SampleLake.HourAt(71).Milliseconds, DateTimeOffset.FromUnixTimeSeconds(1_735_700_000)], rows.Single());
    }

    [Fact]
    public async Task Ingest_state_of_an_empty_lake_has_no_rows()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        await using SqlSession sql = lake.OpenSql();

        Assert.Empty((await sql.AskAsync("SELECT * FROM bronze_ingest_state")).Rows);
    }

    [Theory]
    [InlineData("signals_charts")]
    [InlineData("v_signals")]
    public async Task Signals_are_those_of_five_minutes(string view)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        Assert.Equal(6L, await sql.ValueAsync($"SELECT COUNT(*) FROM {view} WHERE symbol = 'BTCUSDT'"));
        Assert.Equal(7L, await sql.ValueAsync($"SELECT COUNT(*) FROM {view}"));
        Assert.Equal(SampleLake.Start.ToDateTimeOffset() + TimeSpan.FromMinutes(25), await sql.ValueAsync($"SELECT MAX(bucket_start) FROM {view}"));
    }

    [Fact]
    public async Task Prices_of_a_timeframe_have_their_names()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        Assert.Equal(105.0, await sql.ValueAsync("SELECT close_4h FROM gold_prices_4h ORDER BY bucket_start DESC LIMIT 1"));
        Assert.Equal(
            [SampleLake.Start.ToDateTimeOffset() + TimeSpan.FromMinutes(60), 104.0, 103.0, 102.0],
            (await sql.AskAsync("SELECT open_time, close, ma50_15m, ma200_15m FROM gold_prices_15m WHERE open_time = '2025-01-01 01:00:00'")).Rows.Single());
    }

    [Fact]
    public async Task Latest_price_is_that_of_the_newest_close_over_all_intervals()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await lake.CommitSilverAsync(
            [SampleLake.Candle(SampleLake.Eth, 70, 999, Interval.Parse("1m")), SampleLake.Candle(SampleLake.Btc, 80, 4321, Interval.Parse("4h"))], []);
        await using SqlSession sql = lake.OpenSql();

        IReadOnlyList<IReadOnlyList<object?>> rows = (await sql.AskAsync("SELECT symbol, last_price, last_ts FROM v_latest_price ORDER BY symbol")).Rows;

        Assert.Equal(["BTCUSDT", 4321.0, SampleLake.HourAt(80).ToDateTimeOffset() + TimeSpan.FromMilliseconds(3_599_999)], rows[0]);
        Assert.Equal(["ETHUSDT", 81.0, SampleLake.HourAt(71).ToDateTimeOffset() + TimeSpan.FromMilliseconds(3_599_999)], rows[1]);
    }

    [Fact]
    public async Task Summary_is_over_the_last_24_hours_of_the_finest_interval()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await lake.CommitSilverAsync([SampleLake.Candle(SampleLake.Eth, 60, 5000, Interval.Parse("1d"))], []);
        await using SqlSession sql = lake.OpenSql();

        IReadOnlyList<object?> row = (await sql.AskAsync("SELECT last_price, avg_price_24h, abs_change_24h, pct_change_24h FROM v_summary_24h WHERE symbol = 'ETHUSDT'")).Rows.Single();

        Assert.Equal(81.0, row[0]);
        Assert.Equal(Enumerable.Range(48, 24).Average(h => 10.0 + h), (double)row[1]!, 9);
        Assert.Equal(24.0, row[2]);
        Assert.Equal((81.0 / 57 - 1) * 100, (double)row[3]!, 9);
    }

    [Fact]
    public async Task Summary_has_no_change_where_there_was_no_candle_a_day_before()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        await lake.CommitSilverAsync([SampleLake.Candle(SampleLake.Btc, 0), SampleLake.Candle(SampleLake.Btc, 2)], []);
        await using SqlSession sql = lake.OpenSql();

        IReadOnlyList<object?> row = (await sql.AskAsync("SELECT last_price, avg_price_24h, abs_change_24h, pct_change_24h FROM v_summary_24h")).Rows.Single();

        Assert.Equal([1002.0, 1001.0, null, null], row);
    }

    [Fact]
    public async Task Dashboard_has_a_row_for_every_symbol_with_the_newest_of_each_signal()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();
        await using SqlSession sql = lake.OpenSql();

        IReadOnlyList<IReadOnlyList<object?>> rows = (await sql.AskAsync(
            "SELECT symbol, last_price, cross_signal, cross_event, rsi_14, fng_value, fng_label, freshness FROM gold_dashboard_summary ORDER BY symbol")).Rows;

        Assert.Equal(["BTCUSDT", 1071.5, "Golden Cross", "Golden Cross", 55.0, 40, "Fear", "STALE"], rows[0]);
        Assert.Equal(["ETHUSDT", 81.0, "Neutral", null, 55.0, null, null, "STALE"], rows[1]);
        Assert.True((long)(await sql.ValueAsync("SELECT MIN(lag_seconds) FROM gold_dashboard_summary"))! > 600);
    }
}
