using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Operations;

/// <summary><c>ops_job_runs</c>: the history of every job, one row a run.</summary>
public sealed class JobRunsTable(DeltaTable table)
{
    public const string Name = "ops_job_runs";

    private static readonly TableShape<JobRun> s_shape = new TableShape<JobRun>()
        .Text("run_id", r => r.RunId)
        .Text("job_id", r => r.JobId)
        .Text("state", r => r.State)
        .Time("started_at", r => r.StartedAt)
        .NullableTime("ended_at", r => r.EndedAt)
        .Text("node", r => r.Node)
        .NullableLong("input_version", r => r.InputVersion)
        .NullableLong("output_version", r => r.OutputVersion)
        .NullableLong("rows_in", r => r.RowsIn)
        .NullableLong("rows_accepted", r => r.RowsAccepted)
        .NullableLong("rows_superseded", r => r.RowsSuperseded)
        .NullableLong("rows_unchanged", r => r.RowsUnchanged)
        .NullableLong("rows_quarantined", r => r.RowsQuarantined)
        .Text("error_kind", r => r.ErrorKind, nullable: true)
        .Text("error_message", r => r.ErrorMessage, nullable: true)
        .Text("error_detail", r => r.ErrorDetail, nullable: true)
        .NullableInt("attempt", r => r.Attempt, nullable: false)
        .Date("dt", r => r.StartedAt.Day);

    public static TableDefinition Definition { get; } = OperationsTables.Define(s_shape.Schema);

    public DeltaTable Table { get; } = table;

    /// <summary>Writes runs as they stand now; a run that is there already is replaced.</summary>
    public Task<CommitOutcome> PutAsync(IReadOnlyList<JobRun> runs, CancellationToken ct = default) =>
        Table.UpsertAsync(new RowChanges(["dt", "run_id"]) { Upserts = [s_shape.ToBatch(runs)] }, new CommitSpec("MERGE"), ct);

    /// <summary>The runs of all jobs or of one, in no promised order.</summary>
    public async IAsyncEnumerable<JobRun> ReadAsync(string? jobId = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        Predicate? ofJob = jobId is null ? null : Predicate.Equal("job_id", jobId);
        await foreach (RecordBatch batch in Table.ReadAsync(Table.Snapshot, null, ofJob, ct).ConfigureAwait(false))
        {
            using (batch)
            {
                foreach (JobRun run in Runs(batch))
                {
                    yield return run;
                }
            }
        }
    }

    /// <summary>The newest run of every job, whichever node wrote it down.</summary>
    public async Task<IReadOnlyDictionary<string, JobRun>> NewestAsync(CancellationToken ct = default)
    {
        await Table.RefreshAsync(ct).ConfigureAwait(false);
        var newest = new Dictionary<string, JobRun>(StringComparer.Ordinal);
        await foreach (JobRun run in ReadAsync(null, ct).ConfigureAwait(false))
        {
            if (!newest.TryGetValue(run.JobId, out JobRun? other) || run.StartedAt > other.StartedAt)
            {
                newest[run.JobId] = run;
            }
        }

        return newest;
    }

    private static List<JobRun> Runs(RecordBatch batch)
    {
        var reader = new RowReader(batch);
        Func<int, string?> id = reader.Text("run_id"), job = reader.Label("job_id"), state = reader.Label("state"), node = reader.Label("node");
        Func<int, UnixMicros?> started = reader.Time("started_at"), ended = reader.Time("ended_at");
        Func<int, long?> input = reader.Long("input_version"), output = reader.Long("output_version"), rowsIn = reader.Long("rows_in");
        Func<int, long?> accepted = reader.Long("rows_accepted"), superseded = reader.Long("rows_superseded");
        Func<int, long?> unchanged = reader.Long("rows_unchanged"), quarantined = reader.Long("rows_quarantined");
        Func<int, string?> kind = reader.Label("error_kind"), message = reader.Text("error_message"), detail = reader.Text("error_detail");
        Func<int, int?> attempt = reader.Int("attempt");
        return
        [
            .. Enumerable.Range(0, reader.Count).Select(i => new JobRun(id(i)!, job(i)!, state(i)!, started(i)!.Value, node(i) ?? "")
            {
                EndedAt = ended(i),
                InputVersion = input(i) ?? -1,
                OutputVersion = output(i) ?? -1,
                RowsIn = rowsIn(i) ?? 0,
                RowsAccepted = accepted(i) ?? 0,
                RowsSuperseded = superseded(i) ?? 0,
                RowsUnchanged = unchanged(i) ?? 0,
                RowsQuarantined = quarantined(i) ?? 0,
                ErrorKind = kind(i),
                ErrorMessage = message(i),
                ErrorDetail = detail(i),
                Attempt = attempt(i) ?? 1,
            }),
        ];
    }
}
