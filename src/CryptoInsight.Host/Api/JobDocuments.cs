using CryptoInsight.Engine.Jobs;
using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Host.Api;

/// <summary>A job as it stands.</summary>
public sealed record JobDocument(
    string Id, string State, string? RunId, long? StartedAt, long InputVersion, long OutputVersion, long RowsIn, long RowsOut, long RowsQuarantined, int Restarts, string? ErrorKind, string? Error)
{
    public static JobDocument Of(JobStatus job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new JobDocument(
            job.JobId, StateWord.Of(job.State), job.Run?.RunId, job.Run?.StartedAt.Milliseconds, job.Position, job.OutputVersion,
            job.RowsIn, job.RowsOut, job.RowsQuarantined, job.Restarts, job.Error is null ? null : job.Run?.ErrorKind, job.Error);
    }
}

/// <summary>A job with its newest runs.</summary>
public sealed record JobDetailDocument(JobDocument Job, IReadOnlyList<RunDocument> Runs);

/// <summary>A row of <c>ops_job_runs</c>; times in milliseconds UTC.</summary>
public sealed record RunDocument(
    string RunId, string JobId, string State, long StartedAt, long? EndedAt, string Node, long InputVersion, long OutputVersion,
    long RowsIn, long RowsAccepted, long RowsSuperseded, long RowsUnchanged, long RowsQuarantined, string? ErrorKind, string? ErrorMessage, int Attempt)
{
    public static RunDocument Of(JobRun r)
    {
        ArgumentNullException.ThrowIfNull(r);
        return new RunDocument(
            r.RunId, r.JobId, r.State, r.StartedAt.Milliseconds, r.EndedAt?.Milliseconds, r.Node, r.InputVersion, r.OutputVersion,
            r.RowsIn, r.RowsAccepted, r.RowsSuperseded, r.RowsUnchanged, r.RowsQuarantined, r.ErrorKind, r.ErrorMessage, r.Attempt);
    }
}
