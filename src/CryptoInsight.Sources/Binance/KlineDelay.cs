namespace CryptoInsight.Sources.Binance;

/// <summary>Why a request is made again.</summary>
public enum KlineDelay
{
    /// <summary>429: the gate is shut for a while.</summary>
    Throttled,

    /// <summary>418: the gate is shut until the ban ends.</summary>
    Banned,

    /// <summary>No answer, or a broken one.</summary>
    Transient,

    /// <summary>The answer lacks candles that should be there by now.</summary>
    Late,
}
