using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Budget;

/// <summary>Keeps the requests of one egress inside the exchange's weight limit (INV-6): what is granted in a minute never exceeds the usable weight minus the use that was reported, and nothing is granted while blocked.</summary>
/// <remarks>Pure: the exchange's time comes in. Invariant: a request is charged to every minute in which the exchange may count it, the ones it is under way in included.
/// A report that may belong to either side of a boundary counts for the earlier side; the next report corrects the later one.</remarks>
public static class WeightBudget
{
    private const long AskAgainMicros = UnixMicros.PerMillisecond;
    private const long ProbePatienceMicros = UnixMicros.PerSecond;

    // A clock that was corrected by less than this just stands still for a while; by more, and it was wrong before.
    private const long ClockStepMicros = 2 * WeightBudgetState.MinuteMicros;

    /// <summary>Asks for the right to make one request now.</summary>
    /// <param name="state">What the budget remembers.</param>
    /// <param name="spec">Its limits.</param>
    /// <param name="now">The exchange's time, as far as we know.</param>
    /// <param name="weight">What the request costs.</param>
    /// <param name="urgent">True for requests that must not be spread over the minute.</param>
    public static (WeightBudgetState Next, WeightAnswer Answer) Ask(WeightBudgetState state, WeightBudgetSpec spec, UnixMicros now, int weight, bool urgent)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weight);
        WeightBudgetState s = Roll(state, now);
        UnixMicros at = UnixMicros.Max(now, s.MinuteStart);
        if (weight > spec.UsablePerMinute)
        {
            return (s, new WeightAnswer.NeverFits(spec.UsablePerMinute));
        }

        if (at < s.BlockedUntil)
        {
            return (s, new WeightAnswer.WaitUntil(s.BlockedUntil, WeightWait.Blocked));
        }

        if (s.IsProbing && s.LeasesOut > 0)
        {
            return (s, new WeightAnswer.WaitUntil(at + ProbePatienceMicros, WeightWait.Probing));
        }

        return Wait(s, spec, at, weight, urgent) is { } wait ? (s, wait) : Grant(s, spec, at, weight);
    }

    /// <summary>Gives a lease back with what became of its request; a lease that is not out changes nothing but a block.</summary>
    public static WeightBudgetState Return(WeightBudgetState state, WeightBudgetSpec spec, UnixMicros now, WeightLease lease, WeightFeedback feedback)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(feedback);
        WeightBudgetState s = Roll(state, now);
        if (s.Out.TryGetValue(lease.Id, out WeightLeaseOut known))
        {
            s = s with { Out = s.Out.Remove(lease.Id) };
            s = feedback.Match(
                answered => answered.UsedWeight is { } used ? Report(s, spec, now, known, used) with { IsProbing = false } : Unseen(s, spec, now, known) with { IsProbing = false },
                throttled => Unseen(s, spec, now, known),
                banned => Unseen(s, spec, now, known),
                lost => Unseen(s, spec, now, known));
        }

        // After a pause nobody knows what is used: one request finds out before the others follow.
        return feedback.Match(
            answered => s,
            throttled => s with { BlockedUntil = UnixMicros.Max(s.BlockedUntil, now + throttled.Pause), IsProbing = true },
            banned => s with { BlockedUntil = UnixMicros.Max(s.BlockedUntil, banned.Until), IsProbing = true },
            lost => s);
    }

    /// <summary>Takes note of a ban or pause that somebody else behind the same IP was told of.</summary>
    public static WeightBudgetState Block(WeightBudgetState state, UnixMicros until)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state with { BlockedUntil = UnixMicros.Max(state.BlockedUntil, until), IsProbing = true };
    }

    private static WeightBudgetState Roll(WeightBudgetState s, UnixMicros now)
    {
        long minute = WeightBudgetState.MinuteOf(now);
        if (minute < s.Minute && s.MinuteStart - now > ClockStepMicros)
        {
            return s with { Minute = minute, Previous = default, Following = default };
        }

        while (s.Minute < minute)
        {
            // What is still under way when a minute begins may arrive in it.
            long next = s.Minute + 1;
            WeightMinute current = s.Following;
            var leases = s.Out;
            foreach ((long id, WeightLeaseOut lease) in s.Out)
            {
                if (lease.LastMinute < next)
                {
                    current = current with { Reserved = current.Reserved + lease.Weight };
                    leases = leases.SetItem(id, lease with { LastMinute = next });
                }
            }

            bool isNear = minute - next <= 1 || s.LeasesOut > 0;
            s = s with { Minute = next, Previous = s.Current, Current = current, Following = default, Out = leases };
            if (!isNear)
            {
                s = s with { Minute = minute, Previous = default, Current = default };
            }
        }

        return s;
    }

    private static WeightAnswer.WaitUntil? Wait(WeightBudgetState s, WeightBudgetSpec spec, UnixMicros at, int weight, bool urgent)
    {
        (long first, long last) = MinutesOf(s, spec, at);
        if (first < s.Minute && s.UsedIn(first) + weight > spec.UsablePerMinute)
        {
            return new WeightAnswer.WaitUntil(Later(at, s.MinuteStart + spec.BoundaryErrorMicros), WeightWait.Spent);
        }

        int used = s.UsedIn(s.Minute);
        if (used + weight > spec.UsablePerMinute)
        {
            return new WeightAnswer.WaitUntil(Later(at, s.MinuteEnd + spec.BoundaryErrorMicros), WeightWait.Spent);
        }

        if (!urgent && used > 0 && used + weight > Curve(spec, at - s.MinuteStart))
        {
            return new WeightAnswer.WaitUntil(UnixMicros.Min(Later(at, WhenCurveReaches(s, spec, used + weight)), s.MinuteEnd), WeightWait.Paced);
        }

        if (last > s.Minute)
        {
            int usedNext = s.UsedIn(last);
            bool fits = usedNext + weight <= (urgent || usedNext == 0 ? spec.UsablePerMinute : spec.PacedFrom);
            return fits ? null : new WeightAnswer.WaitUntil(Later(at, s.MinuteEnd + spec.BoundaryErrorMicros), WeightWait.Paced);
        }

        return null;
    }

    private static (WeightBudgetState Next, WeightAnswer Answer) Grant(WeightBudgetState s, WeightBudgetSpec spec, UnixMicros at, int weight)
    {
        (long first, long last) = MinutesOf(s, spec, at);
        WeightLease lease = new(s.NextLeaseId, weight, at);
        for (long minute = first; minute <= last; minute++)
        {
            WeightMinute weights = s.Of(minute);
            s = s.With(minute, weights with { Reserved = weights.Reserved + weight });
        }

        s = s with { NextLeaseId = lease.Id + 1, Out = s.Out.Add(lease.Id, new WeightLeaseOut(weight, at, first, last)) };
        return (s, new WeightAnswer.Granted(lease));
    }

    private static (long First, long Last) MinutesOf(WeightBudgetState s, WeightBudgetSpec spec, UnixMicros at) => (
        at - s.MinuteStart < spec.BoundaryErrorMicros ? s.Minute - 1 : s.Minute,
        s.MinuteEnd - at <= spec.BoundaryErrorMicros ? s.Minute + 1 : s.Minute);

    private static WeightBudgetState Report(WeightBudgetState s, WeightBudgetSpec spec, UnixMicros now, WeightLeaseOut lease, int used)
    {
        long from = WeightBudgetState.MinuteOf(lease.GrantedAt + -spec.BoundaryErrorMicros);
        long to = WeightBudgetState.MinuteOf(now + spec.BoundaryErrorMicros);
        WeightMinute weights = s.Of(from);

        // What was answered before this request left is counted in what it was told.
        bool includesUnplaced = from == to && lease.GrantedAt >= weights.UnplacedAt;
        s = s.With(from, weights with { Reported = Math.Max(weights.Reported, used), Unplaced = includesUnplaced ? 0 : weights.Unplaced });
        for (long minute = Math.Max(from + 1, lease.FirstMinute); minute <= Math.Max(to, lease.LastMinute); minute++)
        {
            WeightMinute later = s.Of(minute);
            s = s.With(minute, later with { Unplaced = later.Unplaced + lease.Weight, UnplacedAt = UnixMicros.Max(later.UnplacedAt, now) });
        }

        return s;
    }

    private static WeightBudgetState Unseen(WeightBudgetState s, WeightBudgetSpec spec, UnixMicros now, WeightLeaseOut lease)
    {
        long last = Math.Max(lease.LastMinute, WeightBudgetState.MinuteOf(now + spec.BoundaryErrorMicros));
        for (long minute = lease.FirstMinute; minute <= last; minute++)
        {
            WeightMinute weights = s.Of(minute);
            s = s.With(minute, weights with { Unseen = weights.Unseen + lease.Weight });
        }

        return s;
    }

    // The weight that may be used by now if it is to last for the whole minute.
    private static long Curve(WeightBudgetSpec spec, long elapsedMicros) =>
        spec.PacedFrom + (spec.UsablePerMinute - spec.PacedFrom) * elapsedMicros / WeightBudgetState.MinuteMicros;

    private static UnixMicros WhenCurveReaches(WeightBudgetState s, WeightBudgetSpec spec, long weight)
    {
        long rest = Math.Max(1, spec.UsablePerMinute - spec.PacedFrom);
        return s.MinuteStart + ((weight - spec.PacedFrom) * WeightBudgetState.MinuteMicros / rest + 1);
    }

    private static UnixMicros Later(UnixMicros at, UnixMicros then) => UnixMicros.Max(at + AskAgainMicros, then);
}
