using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Lake.FearGreed;

/// <summary>The Fear and Greed index in one version of <c>silver_fear_greed</c>.</summary>
/// <param name="TableId">The table's id in its own metadata; empty: there is no table.</param>
/// <param name="Version">-1: there is no table.</param>
public sealed record FearGreedVersion(string TableId, long Version, FearGreedIndex Index)
{
    public static FearGreedVersion None { get; } = new("", -1, FearGreedIndex.Empty);
}
