namespace CryptoInsight.Sources;

/// <summary>The market that candles are of; the same symbol has other prices in the other one.</summary>
public enum Market
{
    /// <summary>Binance Spot.</summary>
    Spot,

    /// <summary>Binance USDS-M perpetual futures.</summary>
    UsdMFutures,
}
