using CryptoInsight.Domain.Market;

namespace CryptoInsight.Lake.Silver;

/// <summary>What one commit does to <c>silver_charts</c>; no key is there twice.</summary>
/// <param name="Inserts">Rows whose keys are proven absent.</param>
/// <param name="Replacements">Rows that replace the row of their key.</param>
/// <param name="Deletes">Keys whose rows go.</param>
public sealed record SilverChange(IReadOnlyList<SilverCandle> Inserts, IReadOnlyList<SilverCandle> Replacements, IReadOnlyList<CandleKey> Deletes)
{
    /// <summary>Rows written or deleted.</summary>
    public int RowCount => Inserts.Count + Replacements.Count + Deletes.Count;
}
