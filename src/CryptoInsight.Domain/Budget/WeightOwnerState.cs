using System.Collections.Immutable;

namespace CryptoInsight.Domain.Budget;

/// <summary>What the owner of an egress' budget remembers: the budget, and which node holds which lease. Changed by <see cref="WeightOwner"/> only.</summary>
public sealed record WeightOwnerState
{
    internal WeightOwnerState(long epoch, WeightBudgetState budget)
    {
        Epoch = epoch;
        Budget = budget;
    }

    /// <summary>Tells owners of one egress apart; a later owner has a greater one.</summary>
    public long Epoch { get; }

    /// <summary>The budget.</summary>
    public WeightBudgetState Budget { get; internal init; }

    /// <summary>How many leases nodes hold.</summary>
    public int HeldCount => Held.Count;

    internal ImmutableDictionary<long, NodeLease> Held { get; init; } = ImmutableDictionary<long, NodeLease>.Empty;
}
