using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.DeadLetters;

/// <summary>A dead-letter table such as <c>dlq_binance</c>: rows that no rule let through, kept whole.</summary>
public sealed class DeadLetterTable(DeltaTable table)
{
    /// <summary>The dead letters of candles.</summary>
    public const string Binance = "dlq_binance";

    /// <summary>What the count of an application's commits is called after the application.</summary>
    public const string CommitCountSuffix = "/commits";

    private const int MarkedPerCommitMax = 2_000; // ids in one condition

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
        .Date("dt", r => r.Day);

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

    /// <summary>The name of the count of an application's commits: with ingestion appending blindly beside it, position and count together tell it whether it is alone. RESTORE moves the count forward, never back.</summary>
    public static string CommitCountOf(string appId) => appId + CommitCountSuffix;

    /// <summary>Appends letters (known not to be there), the job's position and the count of its commits in one commit, fenced on the job's own position.</summary>
    public Task<CommitOutcome> AppendAsync(IReadOnlyList<DeadLetter> letters, AppTransaction position, long commitCount, long baseVersion, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(position);
        var spec = new CommitSpec("STREAMING UPDATE")
        {
            Transactions = [position, new AppTransaction(CommitCountOf(position.AppId), commitCount)],
            Fence = new Fence(baseVersion) { OnlyForAppIds = [position.AppId] },
        };
        return letters.Count == 0 ? Table.CommitTransactionsAsync(spec, ct) : Table.AppendAsync([s_shape.ToBatch(letters)], spec, ct);
    }

    /// <summary>As above, for an application that counts nothing.</summary>
    public Task<CommitOutcome> AppendAsync(IReadOnlyList<DeadLetter> letters, AppTransaction position, long baseVersion, CancellationToken ct = default) =>
        AppendAsync(letters, position, (Table.Snapshot.TransactionVersion(CommitCountOf(position.AppId)) ?? 0) + 1, baseVersion, ct);

    /// <summary>Appends letters of ingestion (requests that were refused): blindly, for they move nobody's position.</summary>
    public Task<CommitOutcome> AppendAsync(IReadOnlyList<DeadLetter> letters, CancellationToken ct = default) =>
        Table.AppendAsync([s_shape.ToBatch(letters)], new CommitSpec("STREAMING UPDATE"), ct);

    /// <summary>Of the given ids those that are in the table, with their state; one scan of the letters' days.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StatesOfAsync(IReadOnlyCollection<string> ids, IEnumerable<int> days, CancellationToken ct = default)
    {
        HashSet<string> wanted = [.. ids];
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach ((string id, string state, _) in StatesAsync(Table.Snapshot, new Predicate.In("dt", [.. days.Distinct().Select(d => (object)(long)d)]), ct).ConfigureAwait(false))
        {
            if (wanted.Contains(id))
            {
                found[id] = state;
            }
        }

        return found;
    }

    /// <summary>Id, state and key of the letters that a predicate admits.</summary>
    public async IAsyncEnumerable<(string Id, string State, string? UniqueKey)> StatesAsync(
        Snapshot snapshot, Predicate? predicate, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (RecordBatch batch in Table.ReadAsync(snapshot, ["dlq_id", "state", "unique_key"], predicate, ct).ConfigureAwait(false))
        {
            using (batch)
            {
                var reader = new RowReader(batch);
                Func<int, string?> id = reader.Text("dlq_id"), state = reader.Label("state"), key = reader.Text("unique_key");
                for (int i = 0; i < reader.Count; i++)
                {
                    yield return (id(i)!, state(i) ?? DeadLetter.Quarantined, key(i));
                }
            }
        }
    }

    /// <summary>The letters that a predicate admits, batch by batch.</summary>
    public async IAsyncEnumerable<IReadOnlyList<DeadLetter>> ReadAsync(
        Snapshot snapshot, Predicate? predicate = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (RecordBatch batch in Table.ReadAsync(snapshot, null, predicate, ct).ConfigureAwait(false))
        {
            using (batch)
            {
                yield return Letters(batch);
            }
        }
    }

    /// <summary>Gives letters another state; one commit per some thousand ids.</summary>
    public async Task MarkAsync(IReadOnlyList<(string Id, int Day)> letters, string state, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(letters);
        await Table.RefreshAsync(ct).ConfigureAwait(false);
        foreach ((string Id, int Day)[] some in letters.Chunk(MarkedPerCommitMax))
        {
            Predicate isOne = Predicate.All(
                new Predicate.In("dt", [.. some.Select(l => (object)(long)l.Day).Distinct()]),
                new Predicate.In("dlq_id", [.. some.Select(l => l.Id)]),
                new Predicate.Compare("state", Comparison.NotEqual, state));
            CommitOutcome outcome = await Table.UpdateAsync(isOne, new Dictionary<string, object?> { ["state"] = state }, new CommitSpec("UPDATE"), ct).ConfigureAwait(false);
            _ = outcome.Match(
                committed => committed.Version,
                nothing => nothing.Version,
                superseded => throw new IOException($"The letters could not be marked as {state}: {superseded.Why} Do it again; nothing is doubled."),
                conflict => throw new IOException($"The letters could not be marked as {state}: {conflict.Why} Do it again; nothing is doubled."));
        }
    }

    /// <summary>Deletes the letters that arrived before an instant (by DELETE, so that the history and other readers stay sound); returns how many.</summary>
    public async Task<long> DeleteBeforeAsync(UnixMicros instant, CancellationToken ct = default)
    {
        await Table.RefreshAsync(ct).ConfigureAwait(false);
        CommitOutcome outcome = await Table.DeleteAsync(new Predicate.Compare("ingest_time", Comparison.Less, instant.Value), new CommitSpec("DELETE"), ct).ConfigureAwait(false);
        return outcome.Match(
            committed => committed.Metrics.RowsRemoved,
            _ => 0L,
            superseded => throw new IOException($"Old letters could not be deleted: {superseded.Why} The next run of the retention deletes them."),
            conflict => throw new IOException($"Old letters could not be deleted: {conflict.Why} The next run of the retention deletes them."));
    }

    private static List<DeadLetter> Letters(RecordBatch batch)
    {
        var reader = new RowReader(batch);
        Func<int, string?> id = reader.Text("dlq_id"), source = reader.Label("source"), code = reader.Label("error_code"), message = reader.Text("error_message");
        Func<int, string?> payload = reader.Text("payload_json"), key = reader.Text("unique_key"), ingestRun = reader.Label("ingest_run_id"), jobRun = reader.Label("job_run_id"), state = reader.Label("state");
        Func<int, UnixMicros?> eventTime = reader.Time("event_time"), ingestTime = reader.Time("ingest_time");
        return
        [
            .. Enumerable.Range(0, reader.Count).Select(i => new DeadLetter(
                id(i)!, source(i) ?? "", code(i) ?? "", message(i) ?? "", payload(i) ?? "null", key(i), eventTime(i), ingestTime(i)!.Value, ingestRun(i) ?? "", jobRun(i) ?? "", state(i) ?? DeadLetter.Quarantined)),
        ];
    }
}
