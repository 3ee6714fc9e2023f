using System.Runtime.CompilerServices;
using CryptoInsight.Delta;

namespace CryptoInsight.Engine.Flows;

/// <summary>A table's commits after a position as an endless sequence: what a job's stream starts from.</summary>
/// <remarks>The next step is read only when the one before was taken, so a slow writer below slows the reading.</remarks>
public static class TableFollower
{
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
}
