using CryptoInsight.Domain.Budget;

namespace CryptoInsight.Engine.Budget;

/// <summary>One request that waits for its weight.</summary>
internal sealed class WeightWaiter(int weight, WeightPriority priority)
{
    private readonly TaskCompletionSource<WeightLease> _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Weight => weight;

    public WeightPriority Priority => priority;

    /// <summary>Where it stands in its queue; only the queue's owner looks at it.</summary>
    public LinkedListNode<WeightWaiter>? Node { get; set; }

    public CancellationTokenRegistration Cancellation { get; set; }

    public Task<WeightLease> Task => _entered.Task;

    /// <summary>False if it has given up in between.</summary>
    public bool Grant(WeightLease lease)
    {
        Cancellation.Unregister();
        return _entered.TrySetResult(lease);
    }

    public void Fail(Exception why)
    {
        Cancellation.Unregister();
        _entered.TrySetException(why);
    }

    public void Cancel(CancellationToken cancellationToken) => _entered.TrySetCanceled(cancellationToken);
}
