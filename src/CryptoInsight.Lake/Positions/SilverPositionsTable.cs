using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Positions;

/// <summary><c>silver_futures_positions</c>: one row per account, symbol and update, the greatest by INV-3 of all that passed the rules.</summary>
public sealed class SilverPositionsTable(DeltaTable table) : KeyedTable<SilverPosition>(table)
{
    public const string Name = "silver_futures_positions";

    private static readonly TableShape<SilverPosition> s_shape = new TableShape<SilverPosition>()
        .Text("source", r => r.Source)
        .Text("endpoint_name", r => r.EndpointName)
        .Text("account_label", r => r.AccountLabel)
        .Text("uid", r => r.Uid)
        .Text("symbol", r => r.Symbol.Code)
        .Text("unique_key", r => r.UniqueKey)
        .Number("entryPrice", r => r.EntryPrice)
        .Number("markPrice", r => r.MarkPrice)
        .NullableNumber("pnl", r => r.Pnl)
        .NullableNumber("roe", r => r.Roe)
        .Number("amount", r => r.Amount)
        .NullableNumber("leverage", r => r.Leverage)
        .NullableFlag("yellow", r => r.Yellow)
        .NullableFlag("tradeBefore", r => r.TradeBefore)
        .NullableLong("update_ts", r => r.UpdateTs, nullable: false)
        .Time("event_time", r => r.EventTime)
        .Time("ingest_time", r => r.IngestTime)
        .Date("dt", r => r.EventTime.Day);

    public static TableDefinition Definition { get; } = new(s_shape.Schema)
    {
        PartitionColumns = ["dt"],
        Properties = TablePresets.UpsertedWithFeed,
        Encodings = new[] { "unique_key", "entryPrice", "markPrice", "pnl", "roe", "amount" }.ToDictionary(c => c, _ => ColumnEncoding.Plain),
    };

    private protected override TableShape<SilverPosition> Shape => s_shape;

    private protected override IReadOnlyList<string> KeyColumns { get; } = ["unique_key"];

    private protected override IReadOnlyList<SilverPosition> Rows(RowReader reader)
    {
        var labels = new KnownLabels();
        Func<int, string?> source = reader.Label("source"), name = reader.Label("endpoint_name"), label = reader.Label("account_label"), uid = reader.Label("uid"), symbol = reader.Label("symbol");
        Func<int, double?> entry = reader.Number("entryPrice"), mark = reader.Number("markPrice"), pnl = reader.Number("pnl"), roe = reader.Number("roe");
        Func<int, double?> amount = reader.Number("amount"), leverage = reader.Number("leverage");
        Func<int, bool?> yellow = reader.Flag("yellow"), before = reader.Flag("tradeBefore");
        Func<int, long?> updated = reader.Long("update_ts");
        Func<int, UnixMicros?> ingestTime = reader.Time("ingest_time");
        var rows = new List<SilverPosition>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            rows.Add(new SilverPosition(
                source(i)!, name(i)!, label(i)!, uid(i)!, labels.SymbolOf(symbol(i), Name), entry(i)!.Value, mark(i)!.Value, pnl(i), roe(i), amount(i)!.Value, leverage(i),
                yellow(i), before(i), updated(i)!.Value, ingestTime(i)!.Value));
        }

        return rows;
    }
}
