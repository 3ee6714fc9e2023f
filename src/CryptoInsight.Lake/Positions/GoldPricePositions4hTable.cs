using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Positions;

/// <summary><c>gold_price_positions_4h</c>: 4-hour prices with the top traders' positions of those hours, an array of structs.</summary>
public sealed class GoldPricePositions4hTable(DeltaTable table) : KeyedTable<PricePositions>(table)
{
    public const string Name = "gold_price_positions_4h";

    private static readonly TableShape<BucketPosition> s_position = new TableShape<BucketPosition>()
        .Text("account_label", p => p.AccountLabel, nullable: true)
        .Text("uid", p => p.Uid, nullable: true)
        .Text("side", p => p.Side, nullable: true)
        .NullableNumber("entryPrice", p => p.EntryPrice)
        .NullableNumber("markPrice", p => p.MarkPrice)
        .NullableNumber("amount", p => p.Amount)
        .NullableNumber("notional", p => p.Notional)
        .NullableNumber("roe", p => p.Roe)
        .NullableNumber("pnl", p => p.Pnl)
        .NullableTime("position_time", p => p.PositionTime);

    private static readonly TableShape<PricePositions> s_shape = new TableShape<PricePositions>()
        .Text("symbol", r => r.Price.Symbol.Code)
        .Time("bucket_start", r => r.Price.BucketStart)
        .Time("bucket_end", r => r.Price.BucketEnd)
        .Number("close_4h", r => r.Price.Close)
        .NullableNumber("ma50_4h", r => r.Price.Ma50)
        .NullableNumber("ma200_4h", r => r.Price.Ma200)
        .Text("cross_signal", r => r.Price.CrossSignal)
        .NullableNumber("pct_change_24h", r => r.Price.PctChange24h)
        .NullableInt("fng_value", r => r.Price.FngValue)
        .Text("fng_label", r => r.Price.FngLabel, nullable: true)
        .Structs("positions", r => r.Positions, s_position)
        .NullableLong("long_cnt", r => r.LongCount, nullable: false)
        .NullableLong("short_cnt", r => r.ShortCount, nullable: false)
        .Number("long_notional", r => r.LongNotional)
        .Number("short_notional", r => r.ShortNotional)
        .Date("dt", r => r.Price.BucketStart.Day);

    public static TableDefinition Definition { get; } = new(s_shape.Schema)
    {
        PartitionColumns = ["dt"],
        Properties = TablePresets.Upserted,
        Encodings = new[] { "bucket_start", "bucket_end", "close_4h", "ma50_4h", "ma200_4h", "pct_change_24h" }.ToDictionary(c => c, _ => ColumnEncoding.Plain),
    };

    private protected override TableShape<PricePositions> Shape => s_shape;

    private protected override IReadOnlyList<string> KeyColumns { get; } = ["symbol", "bucket_start"];

    private protected override IReadOnlyList<PricePositions> Rows(RowReader reader)
    {
        var labels = new KnownLabels();
        Func<int, string?> symbol = reader.Label("symbol"), signal = reader.Label("cross_signal"), fngLabel = reader.Label("fng_label");
        Func<int, UnixMicros?> start = reader.Time("bucket_start"), end = reader.Time("bucket_end");
        Func<int, double?> close = reader.Number("close_4h"), ma50 = reader.Number("ma50_4h"), ma200 = reader.Number("ma200_4h"), change = reader.Number("pct_change_24h");
        Func<int, int?> fng = reader.Int("fng_value");
        Func<int, IReadOnlyList<BucketPosition>> positions = reader.Structs("positions", Positions);
        var rows = new List<PricePositions>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            var price = new PriceBucket(
                labels.SymbolOf(symbol(i), Name), start(i)!.Value, end(i)!.Value, close(i)!.Value, ma50(i), ma200(i), signal(i)!, change(i), fng(i), fngLabel(i));
            rows.Add(new PricePositions(price, positions(i)));
        }

        return rows;
    }

    private static List<BucketPosition> Positions(RowReader reader)
    {
        Func<int, string?> label = reader.Label("account_label"), uid = reader.Label("uid"), side = reader.Label("side");
        Func<int, double?> entry = reader.Number("entryPrice"), mark = reader.Number("markPrice"), amount = reader.Number("amount"), notional = reader.Number("notional");
        Func<int, double?> roe = reader.Number("roe"), pnl = reader.Number("pnl");
        Func<int, UnixMicros?> time = reader.Time("position_time");
        return
        [
            .. Enumerable.Range(0, reader.Count).Select(i => new BucketPosition(
                label(i)!, uid(i)!, side(i)!, entry(i)!.Value, mark(i)!.Value, amount(i)!.Value, notional(i)!.Value, roe(i), pnl(i), time(i)!.Value)),
        ];
    }
}
