using CryptoInsight.Domain.Budget;
using CsCheck;

namespace CryptoInsight.Domain.Tests.Budget;

public class PriorityTurnProperties
{
    [Fact]
    public void The_higher_goes_first()
    {
        Assert.Equal((WeightPriority.Live, false), default(PriorityTurn).Pick(true, true, true));
        Assert.Equal((WeightPriority.GapRepair, false), default(PriorityTurn).Pick(false, true, true));
        Assert.Equal((WeightPriority.Backfill, false), default(PriorityTurn).Pick(false, false, true));
        Assert.Null(default(PriorityTurn).Pick(false, false, false));
    }

    [Fact]
    public void Nobody_who_waits_is_passed_over_for_ever() =>
        Gen.Bool.Array[1, 300].Sample(live =>
        {
            PriorityTurn turn = default;
            int gapWaited = 0;
            int backfillWaited = 0;
            foreach (bool isLive in live)
            {
                (WeightPriority who, _) = turn.Pick(isLive, true, true)!.Value;
                turn = turn.After(who, true, true);
                gapWaited = who == WeightPriority.GapRepair ? 0 : gapWaited + 1;
                backfillWaited = who == WeightPriority.Backfill ? 0 : backfillWaited + 1;
                Assert.InRange(gapWaited, 0, PriorityTurn.GapRepairPatience + 1);
                Assert.InRange(backfillWaited, 0, PriorityTurn.BackfillPatience + 1);
            }
        }, iter: 2_000);
}
