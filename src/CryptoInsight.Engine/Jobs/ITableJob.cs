using CryptoInsight.Delta;

namespace CryptoInsight.Engine.Jobs;

/// <summary>A job that follows one table and writes another; made anew from the tables at every start.</summary>
public interface ITableJob
{
    /// <summary>The version of the source that the job's own table says it has taken in; -1: none.</summary>
    long Position { get; }

    /// <summary>The version of the job's own table that its memory belongs to: a change of others after it makes the job start again.</summary>
    long OutputVersion { get; }

    /// <summary>Looked at when the source has nothing new: true if something else that the output depends on has moved. The job is then given a step that is caught up.</summary>
    Task<bool> HasOtherWorkAsync(CancellationToken ct) => Task.FromResult(false);

    /// <summary>Takes one step of the source in; only one runs at a time.</summary>
    Task<StepOutcome> StepAsync(TailStep step, CancellationToken ct);
}
