using System.Runtime.CompilerServices;

namespace CryptoInsight.Delta.Data;

/// <summary>Work on items one after the other, in their order, with some of it done ahead of the consumer on threads of the pool.</summary>
internal static class ReadAhead
{
    /// <summary>The results in the order of the items.</summary>
    /// <param name="items">What to work on; taken from as far as the work is ahead.</param>
    /// <param name="width">How many are under way at once, at most; 1: each when it is asked for, on the caller's thread.</param>
    /// <param name="work">Makes a result; on a thread of the pool where the width is above 1.</param>
    /// <param name="ct">Ends the work between items.</param>
    public static async IAsyncEnumerable<TResult> RunAsync<TItem, TResult>(IEnumerable<TItem> items, int width, Func<TItem, CancellationToken, Task<TResult>> work, [EnumeratorCancellation] CancellationToken ct)
    {
        if (width <= 1)
        {
            foreach (TItem item in items)
            {
                yield return await work(item, ct).ConfigureAwait(false);
            }

            yield break;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Queue<Task<TResult>> ahead = new(width);
        try
        {
            foreach (TItem item in items)
            {
                if (ahead.Count == width)
                {
                    yield return await ahead.Dequeue().ConfigureAwait(false);
                }

                ahead.Enqueue(Task.Run(() => work(item, ending.Token), ending.Token));
            }

            while (ahead.Count > 0)
            {
                yield return await ahead.Dequeue().ConfigureAwait(false);
            }
        }
        finally
        {
            // A consumer that stopped early, or a failure: nothing may go on behind its back.
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(ahead).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }
    }
}
