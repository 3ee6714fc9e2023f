using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Tests.Budget;

public class WeightBudgetSpecs
{
    private static readonly UnixMicros s_noon = UnixMicros.FromMilliseconds(1_750_000_000_000 / 60_000 * 60_000);
    private readonly WeightBudgetSpec _spec = new(limitPerMinute: 100, usablePercent: 90, pacedFromPercent: 50, TimeSpan.FromSeconds(1));
    private WeightBudgetState _state = WeightBudgetState.Fresh(s_noon);

    [Fact]
    public void The_first_request_goes_alone_until_it_has_told_how_much_is_used()
    {
        WeightLease probe = Granted(At(5), 2);

        Assert.Equal(WeightWait.Probing, Waits(At(5), 2).Why);
        Return(At(5.1), probe, new WeightFeedback.Answered(70));

        Assert.Equal(70, _state.UsedIn(_state.Minute));
        Assert.Equal(WeightWait.Spent, Waits(At(5.2), 21, urgent: true).Why);
        Granted(At(5.2), 20, urgent: true);
    }

    [Fact]
    public void Used_is_the_greater_of_reserved_and_reported_with_what_is_still_under_way()
    {
        Probe(10);
        WeightLease a = Granted(At(10), 5);
        WeightLease b = Granted(At(10), 7);
        Assert.Equal(13, _state.UsedIn(_state.Minute));

        Return(At(11), a, new WeightFeedback.Answered(40));
        Assert.Equal(47, _state.UsedIn(_state.Minute));

        Return(At(11), b, new WeightFeedback.Answered(42));
        Assert.Equal(42, _state.UsedIn(_state.Minute));
    }

    [Fact]
    public void A_lost_request_stays_charged()
    {
        Probe(10);
        Return(At(12), Granted(At(11), 30), new WeightFeedback.Lost());
        Return(At(13), Granted(At(12), 1), new WeightFeedback.Answered(10));

        Assert.Equal(40, _state.UsedIn(_state.Minute));
    }

    [Fact]
    public void What_can_wait_is_spread_over_the_minute_and_what_is_urgent_is_not()
    {
        Probe(10);
        Return(At(11), Granted(At(11), 44), new WeightFeedback.Answered(45));

        WeightAnswer.WaitUntil wait = Waits(At(11), 15);
        Assert.Equal(WeightWait.Paced, wait.Why);
        Assert.InRange(wait.Until - s_noon, 19_900_000, 20_100_000); // 60 of 90: a third of the way from 45
        Granted(wait.Until, 15);
        Granted(wait.Until, 30, urgent: true);
    }

    [Fact]
    public void A_spent_minute_waits_until_the_next_has_surely_begun()
    {
        Probe(10);
        Return(At(11), Granted(At(11), 89, urgent: true), new WeightFeedback.Answered(90));

        WeightAnswer.WaitUntil wait = Waits(At(12), 1, urgent: true);
        Assert.Equal((WeightWait.Spent, At(61)), (wait.Why, wait.Until));
        Assert.Equal(At(61), Waits(At(60.5), 1, urgent: true).Until); // it may still be counted in the spent minute
        Granted(At(61), 1);
    }

    [Fact]
    public void Near_a_boundary_a_request_is_charged_to_both_minutes()
    {
        Probe(30);
        Return(At(59.7), Granted(At(59.5), 20), new WeightFeedback.Answered(null));

        Assert.Equal(21, _state.UsedIn(_state.Minute));
        Assert.Equal(20, _state.UsedIn(_state.Minute + 1));
        Granted(At(62), 70, urgent: true);
        Assert.Equal(WeightWait.Spent, Waits(At(62), 1, urgent: true).Why);
    }

    [Fact]
    public void A_request_that_is_still_under_way_when_a_minute_begins_is_charged_to_it_too()
    {
        Probe(30);
        Granted(At(40), 60, urgent: true);

        Assert.Equal(WeightWait.Spent, Waits(At(70), 31, urgent: true).Why);
        Granted(At(70), 30, urgent: true);
    }

    [Fact]
    public void Too_many_requests_blocks_for_as_long_as_it_says_and_then_one_probe_goes_first()
    {
        Probe(10);
        WeightLease other = Granted(At(11), 1);
        Return(At(12), Granted(At(11), 1), new WeightFeedback.Throttled(TimeSpan.FromSeconds(437)));
        Return(At(13), other, new WeightFeedback.Throttled(TimeSpan.FromSeconds(5)));

        WeightAnswer.WaitUntil wait = Waits(At(14), 1, urgent: true);
        Assert.Equal((WeightWait.Blocked, At(449)), (wait.Why, wait.Until));
        Granted(At(449), 1);
        Assert.Equal(WeightWait.Probing, Waits(At(449), 1, urgent: true).Why);
    }

    [Fact]
    public void A_ban_stops_everything_until_it_ends_and_an_answer_that_comes_late_does_not_lift_it()
    {
        Probe(10);
        WeightLease late = Granted(At(11), 1);
        Return(At(12), Granted(At(11), 1), new WeightFeedback.Banned(At(1000)));
        Return(At(13), late, new WeightFeedback.Answered(3));

        Assert.Equal(At(1000), Waits(At(999.9), 1, urgent: true).Until);
        Granted(At(1000), 1);
    }

    [Fact]
    public void What_is_dearer_than_a_minute_never_fits() =>
        Assert.Equal(90, Assert.IsType<WeightAnswer.NeverFits>(WeightBudget.Ask(_state, _spec, At(1), 91, urgent: true).Answer).UsablePerMinute);

    [Fact]
    public void What_is_dearer_than_the_paced_share_fits_a_fresh_minute()
    {
        Probe(30);
        Granted(At(62), 90);
    }

    [Fact]
    public void An_owner_that_takes_over_is_silent_until_the_next_minute_has_surely_begun_and_then_probes()
    {
        _state = WeightBudgetState.Takeover(At(20), _spec);

        Assert.Equal(At(61), Waits(At(20), 1, urgent: true).Until);
        WeightLease probe = Granted(At(61), 1);
        Assert.Equal(WeightWait.Probing, Waits(At(61), 1).Why);
        Return(At(61.5), probe, new WeightFeedback.Lost());
        Granted(At(61.6), 1); // the next probe
        Assert.Equal(WeightWait.Probing, Waits(At(61.6), 1).Why);
    }

    [Fact]
    public void A_clock_that_steps_back_a_little_frees_nothing()
    {
        Probe(30);
        Return(At(62), Granted(At(62), 90, urgent: true), new WeightFeedback.Answered(90));

        Assert.IsType<WeightAnswer.WaitUntil>(WeightBudget.Ask(_state, _spec, At(59), 1, urgent: true).Answer);
    }

    [Fact]
    public void A_clock_that_was_wrong_by_hours_does_not_block_for_hours()
    {
        _state = WeightBudgetState.Fresh(At(36_000));

        Granted(At(5), 1);
        Assert.Equal(s_noon.Value / 60_000_000, _state.Minute);
    }

    [Fact]
    public void A_lease_that_comes_back_twice_counts_once()
    {
        Probe(10);
        WeightLease lease = Granted(At(11), 10);
        Return(At(12), lease, new WeightFeedback.Lost());
        Return(At(12), lease, new WeightFeedback.Lost());

        Assert.Equal(11, _state.UsedIn(_state.Minute));
    }

    [Theory]
    [InlineData(0, 90, 50)]
    [InlineData(100, 0, 50)]
    [InlineData(100, 101, 50)]
    [InlineData(100, 90, 101)]
    public void Impossible_limits_are_refused(int limit, int usable, int paced) =>
        Assert.ThrowsAny<ArgumentException>(() => new WeightBudgetSpec(limit, usable, paced));

    private static UnixMicros At(double seconds) => s_noon + (long)Math.Round(seconds * 1_000_000);

    private void Probe(double seconds) => Return(At(seconds), Granted(At(seconds), 1), new WeightFeedback.Answered(1));

    private WeightLease Granted(UnixMicros now, int weight, bool urgent = false)
    {
        (_state, WeightAnswer answer) = WeightBudget.Ask(_state, _spec, now, weight, urgent);
        return answer.Match(g => g.Lease, w => throw new Xunit.Sdk.XunitException($"waits: {w}"), n => throw new Xunit.Sdk.XunitException("never fits"));
    }

    private WeightAnswer.WaitUntil Waits(UnixMicros now, int weight, bool urgent = false)
    {
        (_state, WeightAnswer answer) = WeightBudget.Ask(_state, _spec, now, weight, urgent);
        return Assert.IsType<WeightAnswer.WaitUntil>(answer);
    }

    private void Return(UnixMicros now, WeightLease lease, WeightFeedback feedback) => _state = WeightBudget.Return(_state, _spec, now, lease, feedback);
}
