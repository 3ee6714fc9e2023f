namespace CryptoInsight.Domain.Continuity;

/// <summary>How a gap stands.</summary>
public enum GapState
{
    /// <summary>Its candles are missing, and nobody has said yet that they never were.</summary>
    Open,

    /// <summary>Its candles are there now, but for those that gaps of their own declare absent.</summary>
    Filled,

    /// <summary>The exchange was asked and has no candle there.</summary>
    Absent,
}
