using CryptoInsight.Delta;

namespace CryptoInsight.Engine.Jobs;

/// <summary>A job that follows one table and writes another; made anew from the tables at every start.</summary>
public interface ITableJob
{
    /// <summary>The version of the source that the job's own table says it has taken in; -1: none.</summary>
    long Position { get; }

    /// <summary>Takes one step of the source in; only one runs at a time.</summary>
    Task<StepOutcome> StepAsync(TailStep step, CancellationToken ct);
}
