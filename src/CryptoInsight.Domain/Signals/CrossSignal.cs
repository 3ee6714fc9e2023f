namespace CryptoInsight.Domain.Signals;

/// <summary>The words of the <c>cross_signal</c> and <c>cross_event</c> columns.</summary>
public static class CrossSignal
{
    /// <summary>ma_50 is above ma_200.</summary>
    public const string Golden = "Golden Cross";

    /// <summary>ma_50 is below ma_200.</summary>
    public const string Dead = "Dead Cross";

    /// <summary>They are equal, or one is still unknown.</summary>
    public const string Neutral = "Neutral";
}
