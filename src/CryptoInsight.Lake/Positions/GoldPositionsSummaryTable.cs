using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Positions;

/// <summary><c>gold_futures_positions_summary</c>: the newest position per account and symbol. Not partitioned: it stays as small as there are accounts.</summary>
public sealed class GoldPositionsSummaryTable(DeltaTable table) : KeyedTable<StampedSummary>(table)
{
    public const string Name = "gold_futures_positions_summary";

    private static readonly TableShape<StampedSummary> s_shape = new TableShape<StampedSummary>()
        .Text("uid", r => r.Row.Uid)
        .Text("account_label", r => r.Row.AccountLabel)
        .Text("symbol", r => r.Row.Symbol.Code)
        .Number("entryPrice", r => r.Row.EntryPrice)
        .Number("markPrice", r => r.Row.MarkPrice)
        .NullableNumber("pnl", r => r.Row.Pnl)
        .NullableNumber("roe", r => r.Row.Roe)
        .Number("amount", r => r.Row.Amount)
        .NullableNumber("leverage", r => r.Row.Leverage)
        .Time("event_time", r => r.Row.EventTime)
        .Time("updated_at", r => r.UpdatedAt);

    public static TableDefinition Definition { get; } = new(s_shape.Schema) { Properties = TablePresets.Upserted };

    private protected override TableShape<StampedSummary> Shape => s_shape;

    private protected override IReadOnlyList<string> KeyColumns { get; } = ["uid", "symbol"];

    private protected override IReadOnlyList<StampedSummary> Rows(RowReader reader)
    {
        var labels = new KnownLabels();
        Func<int, string?> uid = reader.Label("uid"), label = reader.Label("account_label"), symbol = reader.Label("symbol");
        Func<int, double?> entry = reader.Number("entryPrice"), mark = reader.Number("markPrice"), pnl = reader.Number("pnl"), roe = reader.Number("roe");
        Func<int, double?> amount = reader.Number("amount"), leverage = reader.Number("leverage");
        Func<int, UnixMicros?> eventTime = reader.Time("event_time"), updated = reader.Time("updated_at");
        var rows = new List<StampedSummary>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            var row = new PositionSummary(
                uid(i)!, label(i)!, labels.SymbolOf(symbol(i), Name), entry(i)!.Value, mark(i)!.Value, pnl(i), roe(i), amount(i)!.Value, leverage(i), eventTime(i)!.Value);
            rows.Add(new StampedSummary(row, updated(i)!.Value));
        }

        return rows;
    }
}
