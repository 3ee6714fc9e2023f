namespace CryptoInsight.Domain.Continuity;

/// <summary>The rows of gaps that a transition changed, and when they must be durable.</summary>
/// <param name="First">Before the candles are: gaps that opened, and what was declared absent. A bookmark must never pass a candle of which nothing is known.</param>
/// <param name="Then">After the candles are: gaps that are filled by them.</param>
public sealed record GapChanges(IReadOnlyList<Gap> First, IReadOnlyList<Gap> Then)
{
    /// <summary>Nothing changed.</summary>
    public static GapChanges None { get; } = new([], []);
}
