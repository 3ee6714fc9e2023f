namespace CryptoInsight.Domain.Budget;

/// <summary>What a wish waits for.</summary>
public enum WeightWait
{
    /// <summary>The minute's weight is spent.</summary>
    Spent,

    /// <summary>The minute's weight is being spread.</summary>
    Paced,

    /// <summary>The exchange said to stop (429) or banned this IP (418).</summary>
    Blocked,

    /// <summary>One request is out to learn how much is used.</summary>
    Probing,
}
