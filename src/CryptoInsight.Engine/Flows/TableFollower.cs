using System.Runtime.CompilerServices;
using CryptoInsight.Delta;
using CryptoInsight.Engine.Jobs;

namespace CryptoInsight.Engine.Flows;

/// <summary>A table's commits after a position as an endless sequence: what a job's stream starts from.</summary>
/// <remarks>The next step is read only when the one before was taken, so a slow writer below slows the reading.</remarks>
public static class TableFollower
{
    /// <summary>The steps of a table that nobody else has a say in.</summary>
    public static async IAsyncEnumerable<TailStep> FollowAsync(
        DeltaTable table, long position, TailLimits limits, CommitBell bell, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var tail = new TableTail(table);
        while (!ct.IsCancellationRequested)
        {
            Task next = bell.Next;
            TailStep step = await tail.ReadAfterAsync(position, limits, ct).ConfigureAwait(false);
            switch (step)
            {
                case TailStep.CaughtUp:
                    await bell.WaitAsync(next, ct).ConfigureAwait(false);
                    break;
                case TailStep.Versions versions:
                    yield return step;
                    position = versions.ToInclusive;
                    break;
                default:
                    yield return step; // fell behind or rewound: the job decides, and this sequence ends with its decision
                    yield break;
            }
        }
    }

    /// <summary>The work of a job: the steps of its source; when that has nothing new, a step that is caught up if something else moved; and the end if others changed the job's own table.</summary>
    public static async IAsyncEnumerable<JobWork> FollowAsync(JobSpec spec, ITableJob job, [EnumeratorCancellation] CancellationToken ct = default)
    {
        var tail = new TableTail(spec.Source);
        long position = job.Position;
        while (!ct.IsCancellationRequested)
        {
            Task next = spec.SourceBell.Next;
            TailStep step = await tail.ReadAfterAsync(position, spec.Limits, ct).ConfigureAwait(false);
            switch (step)
            {
                case TailStep.Versions versions:
                    yield return new JobWork.Step(step);
                    position = versions.ToInclusive;
                    break;
                case TailStep.CaughtUp when await spec.Output.FirstChangeAfterAsync(job.OutputVersion, ct).ConfigureAwait(false) is { } foreign:
                    yield return new JobWork.Foreign(foreign);
                    yield break;
                case TailStep.CaughtUp when await job.HasOtherWorkAsync(ct).ConfigureAwait(false):
                    yield return new JobWork.Step(step);
                    break;
                case TailStep.CaughtUp:
                    await spec.SourceBell.WaitAsync(next, ct).ConfigureAwait(false);
                    break;
                default:
                    yield return new JobWork.Step(step);
                    yield break;
            }
        }
    }
}
