namespace CryptoInsight.Lake.Bronze;

/// <summary>Where a series comes from. A lake holds one origin per symbol and interval: futures are not spot, and a simulation is neither.</summary>
public enum SeriesOrigin
{
    /// <summary>The spot market.</summary>
    Spot = 0,

    /// <summary>USDS-margined futures.</summary>
    UsdMFutures = 1,

    /// <summary>The paper exchange.</summary>
    Simulated = 2,
}
