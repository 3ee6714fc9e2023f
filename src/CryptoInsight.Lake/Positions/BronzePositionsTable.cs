using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Positions;

/// <summary><c>bronze_futures_leaderboard_positions</c>: every position as it came, append-only.</summary>
public sealed class BronzePositionsTable(DeltaTable table) : AppendedTable<RawPosition>(table)
{
    public const string Name = "bronze_futures_leaderboard_positions";

    private static readonly TableShape<RawPosition> s_shape = new TableShape<RawPosition>()
        .Text("source", r => r.Source)
        .Text("endpoint_name", r => r.EndpointName)
        .Text("uid", r => r.Uid)
        .Text("account_label", r => r.AccountLabel)
        .Text("symbol", r => r.Symbol, nullable: true)
        .NullableNumber("entryPrice", r => r.Numbers.EntryPrice)
        .NullableNumber("markPrice", r => r.Numbers.MarkPrice)
        .NullableNumber("pnl", r => r.Numbers.Pnl)
        .NullableNumber("roe", r => r.Numbers.Roe)
        .NullableNumber("amount", r => r.Numbers.Amount)
        .NullableNumber("leverage", r => r.Numbers.Leverage)
        .NullableFlag("yellow", r => r.Yellow)
        .NullableFlag("tradeBefore", r => r.TradeBefore)
        .NullableLong("update_ts", r => r.UpdateTs)
        .NullableTime("event_time", r => r.EventTime)
        .Time("ingest_time", r => r.IngestTime)
        .Text("unique_key", r => r.UniqueKey, nullable: true)
        .Text("raw_json", r => r.RawJson)
        .Text("api_endpoint", r => r.ApiEndpoint)
        .Text("api_params_hash", r => r.ApiParamsHash)
        .Text("ingest_run_id", r => r.IngestRunId)
        .Text("_rescued_data", r => r.RescuedData, nullable: true)
        .Date("dt", r => (r.EventTime ?? r.IngestTime).Day);

    public static TableDefinition Definition { get; } = new(s_shape.Schema)
    {
        PartitionColumns = ["dt"],
        Properties = TablePresets.AppendOnly,
        Encodings = new[] { "entryPrice", "markPrice", "pnl", "roe", "amount", "unique_key", "raw_json" }.ToDictionary(c => c, _ => ColumnEncoding.Plain),
    };

    private protected override TableShape<RawPosition> Shape => s_shape;

    private protected override IReadOnlyList<RawPosition> Rows(RowReader reader)
    {
        Func<int, string?> source = reader.Label("source"), name = reader.Label("endpoint_name"), uid = reader.Label("uid"), label = reader.Label("account_label");
        Func<int, string?> symbol = reader.Label("symbol"), raw = reader.Text("raw_json"), endpoint = reader.Label("api_endpoint"), hash = reader.Label("api_params_hash");
        Func<int, string?> run = reader.Label("ingest_run_id"), rescued = reader.Text("_rescued_data");
        Func<int, double?> entry = reader.Number("entryPrice"), mark = reader.Number("markPrice"), pnl = reader.Number("pnl"), roe = reader.Number("roe");
        Func<int, double?> amount = reader.Number("amount"), leverage = reader.Number("leverage");
        Func<int, bool?> yellow = reader.Flag("yellow"), before = reader.Flag("tradeBefore");
        Func<int, long?> updated = reader.Long("update_ts");
        Func<int, UnixMicros?> ingestTime = reader.Time("ingest_time");
        var rows = new List<RawPosition>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            rows.Add(new RawPosition(
                source(i) ?? "", name(i) ?? "", uid(i) ?? "", label(i) ?? "", symbol(i),
                new PositionNumbers(entry(i), mark(i), pnl(i), roe(i), amount(i), leverage(i)),
                yellow(i), before(i), Plausible(updated(i)), ingestTime(i) ?? UnixMicros.Earliest, raw(i) ?? "null", endpoint(i) ?? "", hash(i) ?? "", run(i) ?? "", rescued(i)));
        }

        return rows;
    }

    // What another writer may have put there must not overflow on the way to a verdict.
    private static long? Plausible(long? milliseconds) =>
        milliseconds is { } ms && ms >= UnixMicros.Earliest.Milliseconds && ms < UnixMicros.Latest.Milliseconds ? ms : null;
}
