namespace CryptoInsight.Engine.Flows;

/// <summary>Wakes whoever follows a table when this process committed to it; commits of other processes are found by the poll.</summary>
public sealed class CommitBell(TimeProvider clock, TimeSpan pollEvery)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _rung = NewRing();

    /// <summary>There is a new commit.</summary>
    public void Ring()
    {
        TaskCompletionSource rung;
        lock (_gate)
        {
            rung = _rung;
            _rung = NewRing();
        }

        rung.TrySetResult();
    }

    /// <summary>The next ring; take it before looking at the table, so that no commit slips between.</summary>
    public Task Next
    {
        get
        {
            lock (_gate)
            {
                return _rung.Task;
            }
        }
    }

    /// <summary>Waits for a ring taken before, or for the poll.</summary>
    public async Task WaitAsync(Task next, CancellationToken ct)
    {
        try
        {
            await next.WaitAsync(pollEvery, clock, ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The poll: look at the table even though nobody rang.
        }
    }

    private static TaskCompletionSource NewRing() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
