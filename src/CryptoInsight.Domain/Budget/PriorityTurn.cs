namespace CryptoInsight.Domain.Budget;

/// <summary>Whose turn it is among waiting priorities: the higher first, but nobody is passed over for ever.</summary>
/// <param name="GapRepairPassedOver">How often a gap repair was waiting while somebody else went.</param>
/// <param name="BackfillPassedOver">How often a backfill was waiting while somebody else went.</param>
/// <remarks>Invariant: while it waits, a gap repair gets at least one turn in <see cref="GapRepairPatience"/> + 2, a backfill one in <see cref="BackfillPatience"/> + 2.</remarks>
public readonly record struct PriorityTurn(int GapRepairPassedOver, int BackfillPassedOver)
{
    /// <summary>A gap repair that was passed over this often goes next.</summary>
    public const int GapRepairPatience = 4;

    /// <summary>A backfill that was passed over this often goes next.</summary>
    public const int BackfillPatience = 16;

    /// <summary>Who goes next, and whether it goes because it has waited long enough; null if nobody waits.</summary>
    public (WeightPriority Who, bool IsDue)? Pick(bool live, bool gapRepair, bool backfill)
    {
        if (backfill && BackfillPassedOver >= BackfillPatience)
        {
            return (WeightPriority.Backfill, true);
        }

        if (gapRepair && GapRepairPassedOver >= GapRepairPatience)
        {
            return (WeightPriority.GapRepair, true);
        }

        return live ? (WeightPriority.Live, false)
            : gapRepair ? (WeightPriority.GapRepair, false)
            : backfill ? (WeightPriority.Backfill, false)
            : null;
    }

    /// <summary>The next turn after <paramref name="who"/> went while the flagged ones were waiting.</summary>
    public PriorityTurn After(WeightPriority who, bool gapRepairWaits, bool backfillWaits) => new(
        who == WeightPriority.GapRepair || !gapRepairWaits ? 0 : GapRepairPassedOver + 1,
        who == WeightPriority.Backfill || !backfillWaits ? 0 : BackfillPassedOver + 1);
}
