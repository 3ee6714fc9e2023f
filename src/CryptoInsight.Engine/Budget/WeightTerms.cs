using CryptoInsight.Domain.Market;

namespace CryptoInsight.Engine.Budget;

/// <summary>What a node knows of the exchange when it may become the owner of an egress' weight budget.</summary>
/// <param name="Egress">Names the address that the exchange sees: nodes behind one IP share one name, and one budget.</param>
/// <param name="LimitPerMinute">The limit as this node was told it last.</param>
/// <param name="Now">The exchange's clock.</param>
/// <param name="ReadLimit">Asks the exchange for its limit, through the gate like every request; null: it does not say.</param>
/// <param name="ReadEvery">How often the owner does that.</param>
public sealed record WeightTerms(string Egress, int LimitPerMinute, Func<UnixMicros> Now, Func<CancellationToken, Task<int?>> ReadLimit, TimeSpan ReadEvery);
