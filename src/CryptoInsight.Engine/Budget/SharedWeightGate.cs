using Akka.Actor;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Budget;

/// <summary>One node's door to the weight budget of its egress, which all nodes behind that address share.</summary>
/// <remarks>A facade: <see cref="WeightGateActor"/> has the queue, <see cref="WeightOwnerActor"/> the budget. Safe for several threads.</remarks>
public sealed class SharedWeightGate : IWeightGate, IDisposable
{
    private static readonly WeightGateFacts s_unknown = new(0, 0, 0, null, [0, 0, 0], 0, 0, 0);

    private readonly IActorRef _actor;
    private WeightGateFacts _facts = s_unknown;
    private bool _closed;

    /// <summary>Opens the gate of a node.</summary>
    /// <param name="actors">Where its actor lives.</param>
    /// <param name="owner">Who has the budget, or a proxy that finds him.</param>
    /// <param name="node">The node, unique to its process.</param>
    /// <param name="now">The exchange's clock as this node knows it.</param>
    /// <param name="time">The clock of waits.</param>
    public SharedWeightGate(IActorRefFactory actors, IActorRef owner, string node, Func<UnixMicros> now, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(actors);
        _actor = actors.ActorOf(Props.Create(() => new WeightGateActor(owner, node, now, time, Publish)));
    }

    /// <summary>What it looks like now; the owner's part is as of <see cref="WeightGateFacts.At"/>.</summary>
    public WeightGateFacts Facts => Volatile.Read(ref _facts);

    /// <summary>Its actor, for tests that have to know when it is idle.</summary>
    internal IActorRef Actor => _actor;

    /// <inheritdoc/>
    public ValueTask<WeightLease> EnterAsync(int weight, WeightPriority priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weight);
        WeightWaiter waiter = new(weight, priority);
        if (cancellationToken.CanBeCanceled)
        {
            waiter.Cancellation = cancellationToken.UnsafeRegister((_, token) =>
            {
                waiter.Cancel(token);
                _actor.Tell(new WeightGateActor.Leave(waiter));
            }, null);
        }

        _actor.Tell(new WeightGateActor.Enter(waiter));
        if (Volatile.Read(ref _closed))
        {
            waiter.Fail(new ObjectDisposedException(nameof(SharedWeightGate))); // nobody hears it any more
        }

        return new ValueTask<WeightLease>(waiter.Task);
    }

    /// <inheritdoc/>
    public void Return(WeightLease lease, WeightFeedback feedback)
    {
        ArgumentNullException.ThrowIfNull(feedback);
        _actor.Tell(new WeightGateActor.Return(lease, feedback));
    }

    /// <inheritdoc/>
    public void Dispose() => _actor.Tell(PoisonPill.Instance);

    private void Publish(WeightGateFacts? facts)
    {
        if (facts is null)
        {
            Volatile.Write(ref _closed, true);
        }
        else
        {
            Volatile.Write(ref _facts, facts);
        }
    }
}
