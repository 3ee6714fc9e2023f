namespace CryptoInsight.Domain.Budget;

/// <summary>Who goes first when weight is short.</summary>
public enum WeightPriority
{
    /// <summary>The newest candles: what people look at.</summary>
    Live = 0,

    /// <summary>Holes in what should be there already.</summary>
    GapRepair = 1,

    /// <summary>History.</summary>
    Backfill = 2,
}
