namespace CryptoInsight.PaperExchange.Faults;

/// <summary>One thing that goes wrong for a while; times count from the exchange's start, by its own clock.</summary>
public sealed record Fault
{
    /// <summary>What goes wrong.</summary>
    public required FaultKind Kind { get; init; }

    /// <summary>From when on.</summary>
    public TimeSpan From { get; init; }

    /// <summary>Until when, exclusive.</summary>
    public required TimeSpan Until { get; init; }

    /// <summary>Which part of the requests it hits, 0 to 1; drawn by the script's seed.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Only this symbol; null for all of the exchange. The index is hit by faults that say <c>fng</c> here, the positions by <c>leaderboard</c>.</summary>
    public string? Symbol { get; init; }

    /// <summary>The HTTP status of <see cref="FaultKind.ServerError"/>.</summary>
    public int Status { get; init; } = 503;

    /// <summary>The length that some kinds have; null for their default.</summary>
    public TimeSpan? Delay { get; init; }
}
