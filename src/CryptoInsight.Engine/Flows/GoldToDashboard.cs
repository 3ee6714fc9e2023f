using Akka;
using Akka.Streams;
using Akka.Streams.Dsl;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Engine.Operations;
using CryptoInsight.Lake.Gold;

namespace CryptoInsight.Engine.Flows;

/// <summary>Gold's commits to the board that the page reads: the last arrow of the picture.</summary>
public static class GoldToDashboard
{
    /// <summary>What is live has a row in the newest day or the one before it.</summary>
    private const int DaysFirst = 2;

    /// <summary>Loads the newest days of Gold as it is and keeps the board up to date; series that ended before them are shown later.</summary>
    /// <param name="laterOn">When there is time for the older days: they are most of the table, and few of their rows are the newest of a series.</param>
    /// <param name="onTrouble">Hears why the older days could not be loaded, and returns when that is to be tried again.</param>
    public static IRunnableGraph<(IKillSwitch Stop, Task<Done> Finished)> Graph(GoldSignalsTable gold, SignalBoard board, CommitBell bell, TailLimits limits, Task laterOn, Func<Exception, Task> onTrouble) =>
        Source.From(() => BatchesAsync(gold, board, bell, limits, laterOn, onTrouble))
            .ViaMaterialized(KillSwitches.Single<IReadOnlyList<StampedSignal>>(), Keep.Right)
            .ToMaterialized(Sink.ForEach<IReadOnlyList<StampedSignal>>(board.Put), Keep.Both)
            .MapMaterializedValue(m => ((IKillSwitch)m.Item1, m.Item2));

    private static async IAsyncEnumerable<IReadOnlyList<StampedSignal>> BatchesAsync(GoldSignalsTable gold, SignalBoard board, CommitBell bell, TailLimits limits, Task laterOn, Func<Exception, Task> onTrouble)
    {
        Snapshot start = await gold.Table.RefreshAsync().ConfigureAwait(false);
        int firstDay = (GoldSignalsTable.NewestDay(start) ?? 0) - (DaysFirst - 1);
        await LoadAsync(gold, start, board, GoldSignalsTable.OfDays(firstDay, before: false)).ConfigureAwait(false);
        board.IsLoaded = true;
        Task older = OlderAsync();
        await foreach (TailStep step in TableFollower.FollowAsync(gold.Table, start.Version, limits, bell).ConfigureAwait(false))
        {
            if (older.IsFaulted)
            {
                await older.ConfigureAwait(false); // whoever runs this stream hears of it
            }

            if (step is TailStep.Versions versions)
            {
                await foreach (IReadOnlyList<StampedSignal> rows in RowsAsync(gold, versions).ConfigureAwait(false))
                {
                    yield return rows;
                }
            }
        }

        async Task OlderAsync()
        {
            await laterOn.ConfigureAwait(false);
            while (true)
            {
                try
                {
                    Snapshot then = await gold.Table.RefreshAsync().ConfigureAwait(false); // the files of the start may be compacted by now
                    await LoadAsync(gold, then, board, GoldSignalsTable.OfDays(firstDay, before: true)).ConfigureAwait(false);
                    return;
                }
                catch (Exception unreadable) when (unreadable is IOException or DeltaException)
                {
                    await onTrouble(unreadable).ConfigureAwait(false); // a page without old series is better than no node
                }
            }
        }
    }

    private static async Task LoadAsync(GoldSignalsTable gold, Snapshot snapshot, SignalBoard board, Predicate days)
    {
        await foreach (IReadOnlyList<StampedSignal> rows in gold.ReadAsync(snapshot, days).ConfigureAwait(false))
        {
            board.Load(rows);
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
