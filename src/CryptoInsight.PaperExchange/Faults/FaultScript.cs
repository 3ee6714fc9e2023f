namespace CryptoInsight.PaperExchange.Faults;

/// <summary>What goes wrong, and when.</summary>
public sealed record FaultScript
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultScript None { get; } = new();
}
