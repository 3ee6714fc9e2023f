using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Engine.Operations;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Engine.Flows;

/// <summary>Gold's commits to the board that the page reads: the last arrow of the picture.</summary>
public static class GoldToDashboard
{
    /// <summary>Loads the board from Gold as it is, then keeps it up to date.</summary>
    public static IRunnableGraph<(IKillSwitch Stop, Task<Done> Finished)> Graph(GoldSignalsTable gold, SignalBoard board, CommitBell bell, TailLimits limits) =>
        Source.From(() => BatchesAsync(gold, board, bell, limits))
            .ViaMaterialized(KillSwitches.Single<IReadOnlyList<StampedSignal>>(), Keep.Right)
            .ToMaterialized(Sink.ForEach<IReadOnlyList<StampedSignal>>(board.Put), Keep.Both)
            .MapMaterializedValue(m => ((IKillSwitch)m.Item1, m.Item2));

    private static async IAsyncEnumerable<IReadOnlyList<StampedSignal>> BatchesAsync(GoldSignalsTable gold, SignalBoard board, CommitBell bell, TailLimits limits)
    {
        Snapshot start = await gold.Table.RefreshAsync().ConfigureAwait(false);
        await foreach (IReadOnlyList<StampedSignal> rows in gold.ReadAsync(start).ConfigureAwait(false))
        {
            board.Load(rows);
        }

        board.IsLoaded = true;
        await foreach (TailStep step in TableFollower.FollowAsync(gold.Table, start.Version, limits, bell).ConfigureAwait(false))
        {
            if (step is TailStep.Versions versions)
            {
                await foreach (IReadOnlyList<StampedSignal> rows in RowsAsync(gold, versions).ConfigureAwait(false))
                {
                    yield return rows;
                }
            }
        }
    }

    private static async IAsyncEnumerable<IReadOnlyList<StampedSignal>> RowsAsync(GoldSignalsTable gold, TailStep.Versions versions)
    {
        if (versions.IsAppendOnly)
        {
            await foreach (IReadOnlyList<StampedSignal> rows in gold.ReadFilesAsync(versions.Appended.Select(f => f.File)).ConfigureAwait(false))
            {
                yield return rows;
            }

            yield break;
        }

        await foreach ((_, ChangeKind kind, IReadOnlyList<StampedSignal> rows) in gold.ChangesAsync(versions.FromExclusive, versions.ToInclusive).ConfigureAwait(false))
        {
            if (kind is ChangeKind.Insert or ChangeKind.UpdatePostimage)
            {
                yield return rows;
            }
        }
    }
}
