namespace CryptoInsight.Domain.Budget;

/// <summary>How much request weight an egress may spend in one minute of the exchange's clock, and how carefully.</summary>
/// <remarks><b>Source</b>: Binance rest-api.md "IP Limits"; the limit itself comes from <c>exchangeInfo.rateLimits</c>.</remarks>
public sealed record WeightBudgetSpec
{
    /// <summary>Checks and keeps the numbers.</summary>
    /// <param name="limitPerMinute">What the exchange allows this IP in one minute.</param>
    /// <param name="usablePercent">How much of that we use at all: the rest is for strangers behind the same IP.</param>
    /// <param name="pacedFromPercent">From this share of the usable weight on, requests that can wait are spread over the rest of the minute.</param>
    /// <param name="boundaryError">How far from a minute's boundary a request may still be counted in the other minute: clock error plus time on the wire.</param>
    public WeightBudgetSpec(int limitPerMinute, int usablePercent = 90, int pacedFromPercent = 50, TimeSpan? boundaryError = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limitPerMinute);
        ArgumentOutOfRangeException.ThrowIfLessThan(usablePercent, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(usablePercent, 100);
        ArgumentOutOfRangeException.ThrowIfNegative(pacedFromPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pacedFromPercent, 100);
        TimeSpan error = boundaryError ?? TimeSpan.FromMilliseconds(500);
        ArgumentOutOfRangeException.ThrowIfLessThan(error, TimeSpan.Zero, nameof(boundaryError));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(error, TimeSpan.FromSeconds(20), nameof(boundaryError));
        LimitPerMinute = limitPerMinute;
        UsablePerMinute = Math.Max(1, (int)((long)limitPerMinute * usablePercent / 100));
        PacedFrom = (int)((long)UsablePerMinute * pacedFromPercent / 100);
        BoundaryErrorMicros = error.Ticks / TimeSpan.TicksPerMicrosecond;
    }

    /// <summary>What the exchange allows this IP in one minute.</summary>
    public int LimitPerMinute { get; }

    /// <summary>What we use of it at most.</summary>
    public int UsablePerMinute { get; }

    /// <summary>The weight from which requests that can wait are spread over the rest of the minute.</summary>
    public int PacedFrom { get; }

    /// <summary>How far from a minute's boundary a request is charged to both minutes, in microseconds.</summary>
    public long BoundaryErrorMicros { get; }
}
