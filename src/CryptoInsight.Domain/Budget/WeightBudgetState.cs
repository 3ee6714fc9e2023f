using System.Collections.Immutable;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Budget;

/// <summary>Everything a weight budget remembers: three minutes, the leases that are out, and how long it must be silent.</summary>
/// <remarks>Times are the exchange's. A state is made by <see cref="Fresh"/> or <see cref="Takeover"/> and changed by <see cref="WeightBudget"/> only.</remarks>
public sealed record WeightBudgetState
{
    internal const long MinuteMicros = 60 * UnixMicros.PerSecond;

    private WeightBudgetState(long minute, UnixMicros blockedUntil)
    {
        Minute = minute;
        BlockedUntil = blockedUntil;
    }

    /// <summary>The current minute, counted from 1970.</summary>
    public long Minute { get; internal init; }

    /// <summary>The minute before: a request near the boundary may still be counted there.</summary>
    public WeightMinute Previous { get; internal init; }

    /// <summary>The current minute's weight.</summary>
    public WeightMinute Current { get; internal init; }

    /// <summary>The next minute's weight: what was granted near its boundary.</summary>
    public WeightMinute Following { get; internal init; }

    /// <summary>No request goes out before.</summary>
    public UnixMicros BlockedUntil { get; internal init; }

    /// <summary>True until one answer has told how much is used: only one request at a time goes out.</summary>
    public bool IsProbing { get; internal init; } = true;

    /// <summary>How many leases are out.</summary>
    public int LeasesOut => Out.Count;

    internal long NextLeaseId { get; init; } = 1;

    internal ImmutableDictionary<long, WeightLeaseOut> Out { get; init; } = ImmutableDictionary<long, WeightLeaseOut>.Empty;

    internal UnixMicros MinuteStart => new(Minute * MinuteMicros);

    internal UnixMicros MinuteEnd => new((Minute + 1) * MinuteMicros);

    /// <summary>The state of a process that starts: it has used nothing, but what others behind the IP have used it learns from one probe.</summary>
    public static WeightBudgetState Fresh(UnixMicros now) => new(MinuteOf(now), default);

    /// <summary>The state of an owner that takes over from one whose grants it does not know: silent until the next minute has surely begun, then one probe.</summary>
    public static WeightBudgetState Takeover(UnixMicros now, WeightBudgetSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new(MinuteOf(now), new UnixMicros((MinuteOf(now) + 1) * MinuteMicros) + spec.BoundaryErrorMicros);
    }

    internal static long MinuteOf(UnixMicros t) => t.Value / MinuteMicros;

    /// <summary>The weight that may have been used in a minute: what we reserved, or what the exchange reported and what may not be in that report yet, whichever is more.</summary>
    public int UsedIn(long minute)
    {
        WeightMinute weights = Of(minute);
        int unreported = weights.Unseen + weights.Unplaced;
        foreach (WeightLeaseOut lease in Out.Values)
        {
            unreported += lease.FirstMinute <= minute && minute <= lease.LastMinute ? lease.Weight : 0;
        }

        return Math.Max(weights.Reserved, weights.Reported + unreported);
    }

    /// <summary>The weight that may have been used in the minute of this instant.</summary>
    public int UsedAt(UnixMicros now) => UsedIn(MinuteOf(now));

    internal WeightMinute Of(long minute) =>
        minute == Minute ? Current : minute == Minute - 1 ? Previous : minute == Minute + 1 ? Following : default;

    internal WeightBudgetState With(long minute, WeightMinute weights) =>
        minute == Minute ? this with { Current = weights }
        : minute == Minute - 1 ? this with { Previous = weights }
        : minute == Minute + 1 ? this with { Following = weights }
        : this;
}
