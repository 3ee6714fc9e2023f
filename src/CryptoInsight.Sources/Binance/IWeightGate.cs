using CryptoInsight.Domain.Budget;

namespace CryptoInsight.Sources.Binance;

/// <summary>Where requests of one egress wait for their weight: in this process, or at the owner of the budget in a cluster.</summary>
public interface IWeightGate
{
    /// <summary>Waits until the request may go. Every lease must be given back, whatever became of the request.</summary>
    ValueTask<WeightLease> EnterAsync(int weight, WeightPriority priority, CancellationToken cancellationToken);

    /// <summary>Gives a lease back with what became of its request.</summary>
    void Return(WeightLease lease, WeightFeedback feedback);
}
