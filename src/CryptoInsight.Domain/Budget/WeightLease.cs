using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Budget;

/// <summary>The right to make one request, to be given back with what became of it.</summary>
/// <param name="Id">Names the lease within its budget.</param>
/// <param name="Weight">What the request costs.</param>
/// <param name="GrantedAt">When it was granted, by the exchange's clock.</param>
public readonly record struct WeightLease(long Id, int Weight, UnixMicros GrantedAt);
