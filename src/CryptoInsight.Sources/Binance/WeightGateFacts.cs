namespace CryptoInsight.Sources.Binance;

/// <summary>A weight gate at one instant: for metrics and the runbook.</summary>
/// <param name="UsedThisMinute">What may have been used in the current minute, strangers included.</param>
/// <param name="UsablePerMinute">What we use at most.</param>
/// <param name="LimitPerMinute">What the exchange allows.</param>
/// <param name="BlockedUntil">When a pause or ban ends, or null.</param>
/// <param name="Waiting">Requests that wait, by priority: live, gap repair, backfill.</param>
/// <param name="Granted">Requests granted since the start.</param>
/// <param name="Throttled">Answers 429 since the start.</param>
/// <param name="Banned">Answers 418 since the start.</param>
public sealed record WeightGateFacts(
    int UsedThisMinute,
    int UsablePerMinute,
    int LimitPerMinute,
    UnixMicros? BlockedUntil,
    IReadOnlyList<int> Waiting,
    long Granted,
    long Throttled,
    long Banned)
{
    /// <summary>The node that owns the budget, or null if the budget is this process' own or its owner has not answered yet.</summary>
    public string? Owner { get; init; }

    /// <summary>Which ownership that is; it grows when another node takes over.</summary>
    public long Epoch { get; init; }

    /// <summary>Leases that nodes hold.</summary>
    public int LeasesOut { get; init; }

    /// <summary>When the owner told it, by the exchange's clock; null: now.</summary>
    public UnixMicros? At { get; init; }
}
