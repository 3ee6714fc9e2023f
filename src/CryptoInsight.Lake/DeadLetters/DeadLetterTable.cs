using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.DeadLetters;

/// <summary>A dead-letter table such as <c>dlq_binance</c>: rows that no rule let through, kept whole.</summary>
public sealed class DeadLetterTable(DeltaTable table)
{
    /// <summary>The dead letters of candles.</summary>
    public const string Binance = "dlq_binance";

    /// <summary>The dead letters of the Fear and Greed index.</summary>
    public const string FearGreed = "dlq_fear_greed";

    /// <summary>The dead letters of top-trader positions.</summary>
    public const string Leaderboard = "dlq_leaderboard";

    private const int IdsPerLookUp = 500;

    private static readonly TableShape<DeadLetter> s_shape = new TableShape<DeadLetter>()
        .Text("dlq_id", r => r.DlqId)
        .Text("source", r => r.Source)
        .Text("error_code", r => r.ErrorCode)
        .Text("error_message", r => r.ErrorMessage)
        .Text("payload_json", r => r.PayloadJson)
        .Text("unique_key", r => r.UniqueKey, nullable: true)
        .NullableTime("event_time", r => r.EventTime)
        .Time("ingest_time", r => r.IngestTime)
        .Text("ingest_run_id", r => r.IngestRunId)
        .Text("job_run_id", r => r.JobRunId)
        .Text("state", r => r.State)
        .Date("dt", r => (r.EventTime ?? r.IngestTime).Day);

    public static TableDefinition Definition { get; } = new(s_shape.Schema)
    {
        PartitionColumns = ["dt"],
        Properties = new Dictionary<string, string>
        {
            ["delta.enableDeletionVectors"] = "true",
            ["delta.checkpointInterval"] = "100",
            ["delta.logRetentionDuration"] = "interval 1 day",
            ["delta.deletedFileRetentionDuration"] = "interval 1 day", // every upsert leaves tombstones, and every checkpoint rewrites those within retention
        },
    };

    public DeltaTable Table { get; } = table;

    /// <summary>Appends letters (known not to be there) and the job's position in one commit, fenced on the job's own position.</summary>
    public Task<CommitOutcome> AppendAsync(IReadOnlyList<DeadLetter> letters, AppTransaction position, long baseVersion, CancellationToken ct = default)
    {
        var spec = new CommitSpec("STREAMING UPDATE")
        {
            Transactions = [position],
            Fence = new Fence(baseVersion) { OnlyForAppIds = [position.AppId] },
        };
        return letters.Count == 0 ? Table.CommitTransactionsAsync(spec, ct) : Table.AppendAsync([s_shape.ToBatch(letters)], spec, ct);
    }

    /// <summary>Appends letters of ingestion (requests that were refused): blindly, for they move nobody's position.</summary>
    public Task<CommitOutcome> AppendAsync(IReadOnlyList<DeadLetter> letters, CancellationToken ct = default) =>
        Table.AppendAsync([s_shape.ToBatch(letters)], new CommitSpec("STREAMING UPDATE"), ct);

    /// <summary>Of the given ids those that are in the table, with their state.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StatesOfAsync(IReadOnlyCollection<string> ids, CancellationToken ct = default)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] some in ids.Chunk(IdsPerLookUp))
        {
            var isOne = new Predicate.In("dlq_id", [.. some]);
            await foreach (RecordBatch batch in Table.ReadAsync(Table.Snapshot, ["dlq_id", "state"], isOne, ct).ConfigureAwait(false))
            {
                using (batch)
                {
                    var reader = new RowReader(batch);
                    Func<int, string?> id = reader.Text("dlq_id"), state = reader.Label("state");
                    for (int i = 0; i < reader.Count; i++)
                    {
                        found[id(i)!] = state(i) ?? DeadLetter.Quarantined;
                    }
                }
            }
        }

        return found;
    }
}
