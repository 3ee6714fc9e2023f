using CryptoInsight.Delta;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.FearGreed;

/// <summary><c>bronze_fear_greed</c>: every element of the index as it came, append-only.</summary>
public sealed class BronzeFearGreedTable(DeltaTable table) : AppendedTable<RawFearGreed>(table)
{
    public const string Name = "bronze_fear_greed";

    private static readonly TableShape<RawFearGreed> s_shape = new TableShape<RawFearGreed>()
        .Text("source", r => r.Source)
        .NullableTime("event_time", r => r.EventTime)
        .Time("ingest_time", r => r.IngestTime)
        .Text("unique_key", r => r.UniqueKey, nullable: true)
        .Text("raw_json", r => r.RawJson)
        .Text("api_endpoint", r => r.ApiEndpoint)
        .Text("api_params_hash", r => r.ApiParamsHash)
        .Text("ingest_run_id", r => r.IngestRunId)
        .Text("index_value", r => r.IndexValue, nullable: true)
        .Text("value_classification", r => r.ValueClassification, nullable: true)
        .Text("time_until_update", r => r.TimeUntilUpdate, nullable: true)
        .Text("_rescued_data", r => r.RescuedData, nullable: true)
        .Date("dt", r => (r.EventTime ?? r.IngestTime).Day);

    public static TableDefinition Definition { get; } = new(s_shape.Schema) { PartitionColumns = ["dt"], Properties = TablePresets.AppendOnly };

    private protected override TableShape<RawFearGreed> Shape => s_shape;

    private protected override IReadOnlyList<RawFearGreed> Rows(RowReader reader)
    {
        Func<int, string?> source = reader.Label("source"), raw = reader.Text("raw_json"), endpoint = reader.Label("api_endpoint"), hash = reader.Label("api_params_hash");
        Func<int, string?> run = reader.Label("ingest_run_id"), value = reader.Text("index_value"), label = reader.Label("value_classification");
        Func<int, string?> until = reader.Text("time_until_update"), rescued = reader.Text("_rescued_data");
        Func<int, UnixMicros?> eventTime = reader.Time("event_time"), ingestTime = reader.Time("ingest_time");
        var rows = new List<RawFearGreed>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            UnixMicros? at = eventTime(i);
            rows.Add(new RawFearGreed(
                source(i) ?? "", at is { } t ? t.Value / UnixMicros.PerSecond : null, ingestTime(i) ?? at ?? UnixMicros.Earliest, raw(i) ?? "null",
                endpoint(i) ?? "", hash(i) ?? "", run(i) ?? "", value(i), label(i), until(i), rescued(i)));
        }

        return rows;
    }
}
