using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Budget;

/// <summary>The right of one node of a cluster to make one request, granted by the owner of the egress' budget.</summary>
/// <param name="Lease">The budget's own lease.</param>
/// <param name="Node">Who may use it.</param>
/// <param name="Epoch">Which owner granted it: a lease of an owner that is gone is nobody's to take back.</param>
/// <param name="UseBefore">The exchange's time from which on it must not be used any more: a lease holds for one exchange minute.</param>
public readonly record struct NodeLease(WeightLease Lease, string Node, long Epoch, UnixMicros UseBefore)
{
    /// <summary>True if the request may still leave; one that came too late is given back unused.</summary>
    public bool MayUse(UnixMicros now) => now < UseBefore;
}
