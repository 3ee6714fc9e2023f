using CryptoInsight.Lake.Operations;

namespace CryptoInsight.Engine.Jobs;

/// <summary>What a job is doing.</summary>
public enum JobState
{
    Idle,
    Running,
    Succeeded,
    Failed,
    Repairing,
    Paused,
}

/// <summary>A job as its board shows it: immutable, replaced at every change.</summary>
/// <param name="Position">The source's version that is taken in.</param>
/// <param name="Restarts">Transient faults survived since the node started.</param>
public sealed record JobStatus(string JobId, JobState State, long Position, long OutputVersion, long RowsIn, long RowsOut, long RowsQuarantined, int Restarts, string? Error)
{
    /// <summary>The run that the state belongs to; null before the first.</summary>
    public JobRun? Run { get; init; }
}
