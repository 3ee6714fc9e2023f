using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Bronze;

/// <summary><c>bronze_charts</c>: every candle as it came, append-only; the positions of ingestion lie in the same commits.</summary>
public sealed class BronzeChartsTable(DeltaTable table)
{
    public const string Name = "bronze_charts";

    private static readonly TableShape<RawCandle> s_shape = new TableShape<RawCandle>()
        .Text("source", r => r.Source)
        .Text("symbol", r => r.Symbol.Code)
        .Text("interval", r => r.Interval.Code)
        .NullableTime("event_time", r => r.OpenTime)
        .Time("ingest_time", r => r.IngestTime)
        .Text("unique_key", r => r.Key?.UniqueKey, nullable: true)
        .Text("raw_json", r => r.RawJson)
        .Text("api_endpoint", r => r.ApiEndpoint)
        .Text("api_params_hash", r => r.ApiParamsHash)
        .Text("ingest_run_id", r => r.IngestRunId)
        .Text("_rescued_data", r => r.RescuedData, nullable: true)
        .Date("dt", r => (r.OpenTime ?? r.IngestTime).Day);

    public static TableDefinition Definition { get; } = new(s_shape.Schema)
    {
        PartitionColumns = ["dt"],
        Properties = new Dictionary<string, string>
        {
            ["delta.appendOnly"] = "true",
            ["delta.checkpointInterval"] = "100",
            ["delta.logRetentionDuration"] = "interval 1 day",
        },
        Encodings = new Dictionary<string, ColumnEncoding>
        {
            ["event_time"] = ColumnEncoding.Plain,
            ["unique_key"] = ColumnEncoding.Plain,
            ["raw_json"] = ColumnEncoding.Plain,
        },
    };

    public DeltaTable Table { get; } = table;

    /// <summary>Appends rows and moves positions in one commit.</summary>
    /// <param name="positions">Bookmarks, or the rows done of a replay.</param>
    /// <param name="fence">For replays: nobody else may have moved the same position meanwhile.</param>
    public Task<CommitOutcome> AppendAsync(
        IReadOnlyList<RawCandle> rows, IReadOnlyList<AppTransaction> positions, Fence? fence = null, CancellationToken ct = default)
    {
        var spec = new CommitSpec("STREAMING UPDATE") { Transactions = positions, Fence = fence, KeepGreatestPosition = true };
        return rows.Count == 0
            ? Table.CommitTransactionsAsync(spec, ct)
            : Table.AppendAsync([s_shape.ToBatch(rows)], spec, ct);
    }

    /// <summary>The rows of files that a version added, in file order.</summary>
    public IAsyncEnumerable<IReadOnlyList<BronzeEntry>> ReadAsync(IEnumerable<AddFile> files, CancellationToken ct = default) =>
        EntriesAsync(Table.ReadFilesAsync(Table.Snapshot, files, ct: ct));

    /// <summary>The rows of a snapshot that a predicate admits.</summary>
    public IAsyncEnumerable<IReadOnlyList<BronzeEntry>> ReadAsync(Snapshot snapshot, Predicate? predicate, CancellationToken ct = default) =>
        EntriesAsync(Table.ReadAsync(snapshot, null, predicate, ct));

    private static async IAsyncEnumerable<IReadOnlyList<BronzeEntry>> EntriesAsync(IAsyncEnumerable<RecordBatch> batches)
    {
        await foreach (RecordBatch batch in batches.ConfigureAwait(false))
        {
            using (batch)
            {
                yield return Entries(batch);
            }
        }
    }

    private static List<BronzeEntry> Entries(RecordBatch batch)
    {
        var reader = new RowReader(batch);
        var labels = new KnownLabels();
        Func<int, string?> source = reader.Label("source"), symbol = reader.Label("symbol"), interval = reader.Label("interval");
        Func<int, UnixMicros?> eventTime = reader.Time("event_time"), ingestTime = reader.Time("ingest_time");
        Func<int, string?> key = reader.Text("unique_key"), raw = reader.Text("raw_json"), endpoint = reader.Label("api_endpoint");
        Func<int, string?> hash = reader.Label("api_params_hash"), run = reader.Label("ingest_run_id"), rescued = reader.Text("_rescued_data");
        var entries = new List<BronzeEntry>(reader.Count);
        for (int i = 0; i < reader.Count; i++)
        {
            UnixMicros? openTime = eventTime(i);
            UnixMicros ingested = ingestTime(i) ?? openTime ?? UnixMicros.Earliest;
            entries.Add(labels.TrySymbol(symbol(i), out Symbol s) && labels.TryInterval(interval(i), out Interval? v) && source(i) is { } from
                ? new BronzeEntry.Readable(new RawCandle(
                    from, s, v, openTime, ingested, raw(i) ?? "null", endpoint(i) ?? "", hash(i) ?? "", run(i) ?? "", rescued(i)))
                : new BronzeEntry.Foreign(source(i) ?? "", symbol(i), interval(i), key(i), openTime, ingested, raw(i) ?? "null", run(i) ?? ""));
        }

        return entries;
    }
}
