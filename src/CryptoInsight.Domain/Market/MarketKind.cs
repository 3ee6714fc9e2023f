namespace CryptoInsight.Domain.Market;

/// <summary>Which of the exchange's markets a series comes from; a lake holds one of them per symbol and interval.</summary>
public enum MarketKind
{
    /// <summary>The spot market.</summary>
    Spot = 1,

    /// <summary>USDS-margined futures.</summary>
    UsdsFutures = 2,
}
