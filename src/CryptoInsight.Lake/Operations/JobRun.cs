using CryptoInsight.Domain.Market;

namespace CryptoInsight.Lake.Operations;

/// <summary>A row of <c>ops_job_runs</c>: one run of one job, from its start until it succeeded, FAILED or was paused; written again as it goes on.</summary>
/// <param name="State"><c>RUNNING</c>, <c>SUCCEEDED</c>, <c>FAILED</c>, <c>REPAIRING</c> or <c>PAUSED</c>.</param>
public sealed record JobRun(string RunId, string JobId, string State, UnixMicros StartedAt, string Node)
{
    /// <summary>Null while it lasts; a pause lasts until somebody resumes the job.</summary>
    public UnixMicros? EndedAt { get; init; }

    /// <summary>The source's version that is taken in; -1: none.</summary>
    public long InputVersion { get; init; } = -1;

    public long OutputVersion { get; init; } = -1;

    public long RowsIn { get; init; }

    public long RowsAccepted { get; init; }

    public long RowsSuperseded { get; init; }

    public long RowsUnchanged { get; init; }

    public long RowsQuarantined { get; init; }

    /// <summary>One word, such as <c>schema</c> or <c>storage</c>: what the runbook branches on.</summary>
    public string? ErrorKind { get; init; }

    public string? ErrorMessage { get; init; }

    public string? ErrorDetail { get; init; }

    /// <summary>How often the run's stream was started: 1 plus its restarts after transient faults.</summary>
    public int Attempt { get; init; } = 1;
}
