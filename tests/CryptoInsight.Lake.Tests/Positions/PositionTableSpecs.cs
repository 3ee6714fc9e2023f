using CryptoInsight.Delta.Commit;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Lake.Positions;
using CryptoInsight.Lake.Rows;
using CryptoInsight.Lake.Sql;
using CryptoInsight.Lake.Tests.Sql;

namespace CryptoInsight.Lake.Tests.Positions;

public sealed class PositionTableSpecs
{
    private const string Common = "uid string, account_label string, ";

    [Fact]
    public void The_tables_have_the_columns_of_the_contract_in_its_order()
    {
        Assert.Equal(
            "source,endpoint_name,uid,account_label,symbol,entryPrice,markPrice,pnl,roe,amount,leverage,yellow,tradeBefore,update_ts,event_time,ingest_time,unique_key,raw_json,api_endpoint,api_params_hash,ingest_run_id,_rescued_data,dt",
            Names(BronzePositionsTable.Definition));
        Assert.Equal(
            "source,endpoint_name,account_label,uid,symbol,unique_key,entryPrice,markPrice,pnl,roe,amount,leverage,yellow,tradeBefore,update_ts,event_time,ingest_time,dt",
            Names(SilverPositionsTable.Definition));
        Assert.Equal("uid,account_label,symbol,entryPrice,markPrice,pnl,roe,amount,leverage,event_time,updated_at", Names(GoldPositionsSummaryTable.Definition));
        Assert.Empty(GoldPositionsSummaryTable.Definition.PartitionColumns);
        Assert.Equal(
            "symbol,bucket_start,bucket_end,close_4h,ma50_4h,ma200_4h,cross_signal,pct_change_24h,fng_value,fng_label,positions,long_cnt,short_cnt,long_notional,short_notional,dt",
            Names(GoldPricePositions4hTable.Definition));
        Assert.StartsWith(Common, string.Join(", ", GoldPositionsSummaryTable.Definition.Schema.Fields.Select(f => $"{f.Name} {f.Type}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bronze_and_silver_give_back_what_was_written_nulls_included()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        PositionTables tables = lake.Tables.Positions;
        RawPosition[] raws = [Raw(60_000), Raw(120_000) with { Symbol = null, Numbers = default, Yellow = null, TradeBefore = true, RescuedData = "{\"x\":1}" }];
        Assert.IsType<CommitOutcome.Committed>(await tables.Bronze.AppendAsync(raws, []));
        List<RawPosition> read = [];
        await foreach (IReadOnlyList<RawPosition> some in tables.Bronze.ReadAsync(tables.Bronze.Table.Snapshot))
        {
            read.AddRange(some);
        }

        Assert.Equal(raws, read.OrderBy(r => r.UpdateTs));
        SilverPosition[] rows = [Position("A", 0, 1), Position("B", 1, -2) with { Pnl = null, Roe = null, Leverage = null, Yellow = null }];
        Assert.IsType<CommitOutcome.Committed>(await tables.Silver.CommitAsync(new RowDifference<SilverPosition>(rows, [], []), [], tables.Silver.Table.Snapshot.Version));
        Assert.Equal(rows, (await tables.Silver.ReadAllAsync(tables.Silver.Table.Snapshot)).OrderBy(r => r.Uid, StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_array_of_structs_is_written_replaced_and_read_back_by_us_and_by_sql()
    {
        await using SampleLake lake = await SampleLake.EmptyAsync();
        GoldPricePositions4hTable table = lake.Tables.Positions.PricePositions;
        PricePositions[] rows =
        [
            .. Enumerable.Range(0, 6).Select(b => new PricePositions(
                new PriceBucket(SampleLake.Btc, SampleLake.HourAt(b * 4), SampleLake.HourAt((b + 1) * 4), 100 + b, null, 2, "Neutral", null, b == 0 ? null : 40, b == 0 ? null : "Fear"),
                [.. Enumerable.Range(0, b % 3).Select(i => BucketPosition.Of(Position($"U{i}", b * 4, i == 0 ? 2 : -3)))])),
        ];
        await CommitAsync(table, new RowDifference<PricePositions>(rows, [], []));
        rows[5] = rows[5] with { Positions = [BucketPosition.Of(Position("U9", 21, 1) with { Roe = null, Pnl = null })] };
        await CommitAsync(table, new RowDifference<PricePositions>([], [rows[5]], [rows[4]]));
        PricePositions[] expected = [.. rows.Take(4), rows[5]];
        Assert.Equal(expected, (await table.ReadAllAsync(table.Table.Snapshot)).OrderBy(r => r.Price.BucketStart));

        await using SqlSession sql = lake.OpenSql();
        Assert.Equal((long)expected.Sum(r => r.Positions.Count), await sql.ValueAsync("SELECT COUNT(*) FROM gold_price_positions_4h_exploded"));
        Assert.Equal(
            ["BTCUSDT", "U9", "LONG", 110.0, null],
            (await sql.AskAsync("SELECT symbol, uid, side, notional, roe FROM gold_price_positions_4h_exploded WHERE uid = 'U9'")).Rows.Single());
        Assert.Equal(6.0 * 110 / 2, await sql.ValueAsync("SELECT max(short_notional) FROM gold_price_positions_4h"));
        Assert.Equal(2L, await sql.ValueAsync("SELECT len(positions) FROM gold_price_positions_4h WHERE short_cnt = 1 LIMIT 1"));
    }

    private static SilverPosition Position(string uid, int hour, double amount) =>
        new("s", "e", $"label {uid}", uid, SampleLake.Btc, 100, 110, 10 * amount, 0.1, amount, 20, true, false, SampleLake.HourAt(hour).Milliseconds, SampleLake.HourAt(hour + 1));

    private static RawPosition Raw(long afterStart) =>
        new("s", "e", "A", "label", "BTCUSDT", new PositionNumbers(1, 2, 3, 4, 5, 6), true, false, SampleLake.Start.Milliseconds + afterStart, SampleLake.HourAt(5), "{}", "/v1", "hash", "run", null);

    private static async Task CommitAsync(GoldPricePositions4hTable table, RowDifference<PricePositions> difference) =>
        Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(difference, [], table.Table.Snapshot.Version));

    private static string Names(Delta.TableDefinition definition) => string.Join(',', definition.Schema.Fields.Select(f => f.Name));
}
