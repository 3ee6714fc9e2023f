using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Budget;

/// <summary>One budget for all nodes behind one egress IP: nodes ask its owner for a lease per request, and give it back with what became of it.</summary>
/// <remarks>Pure. What a dead owner granted nobody knows; therefore leases end with their exchange minute, and a new owner grants nothing before the next minute has surely
/// begun, and then one probe first, whose answer says what is used. The two together keep INV-6 without any message between the owners.</remarks>
public static class WeightOwner
{
    // A request that was not answered by now never will be: the client gave up on it.
    private const long ForgetAfterMicros = 60 * UnixMicros.PerSecond;

    /// <summary>The state of a node that has just become the owner, the first one included: who owned before, and what it granted, is unknown.</summary>
    /// <param name="epoch">Greater than any owner's before.</param>
    /// <param name="now">The exchange's time.</param>
    /// <param name="spec">The limits.</param>
    public static WeightOwnerState TakeOver(long epoch, UnixMicros now, WeightBudgetSpec spec) => new(epoch, WeightBudgetState.Takeover(now, spec));

    /// <summary>The state of the first owner of a cluster that has just been formed by one node: nobody holds a lease of anybody, so one probe may go at once.</summary>
    /// <param name="epoch">Tells this owner from those after it.</param>
    /// <param name="now">The exchange's time.</param>
    public static WeightOwnerState Begin(long epoch, UnixMicros now) => new(epoch, WeightBudgetState.Fresh(now));

    /// <summary>Takes note of a pause or ban that a node knows of: an owner that is gone may have been told, and this one not.</summary>
    public static WeightOwnerState Learn(WeightOwnerState state, UnixMicros blockedUntil)
    {
        ArgumentNullException.ThrowIfNull(state);
        return blockedUntil > state.Budget.BlockedUntil ? state with { Budget = WeightBudget.Block(state.Budget, blockedUntil) } : state;
    }

    /// <summary>A node asks for the right to make one request; the lease is null unless it was granted.</summary>
    public static (WeightOwnerState Next, WeightAnswer Answer, NodeLease? Lease) Ask(
        WeightOwnerState state, WeightBudgetSpec spec, UnixMicros now, string node, int weight, bool urgent)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(spec);
        WeightOwnerState s = Expire(state, spec, now);
        UnixMicros minuteEnd = new((WeightBudgetState.MinuteOf(now) + 1) * WeightBudgetState.MinuteMicros);
        UnixMicros useBefore = minuteEnd + -2 * spec.BoundaryErrorMicros;
        if (now >= useBefore)
        {
            // The rest of the minute is shorter than a lease's way: it would arrive when another owner may count already.
            return (s, new WeightAnswer.WaitUntil(minuteEnd, WeightWait.Paced), null);
        }

        (WeightBudgetState budget, WeightAnswer answer) = WeightBudget.Ask(s.Budget, spec, now, weight, urgent);
        NodeLease? lease = answer.Match<NodeLease?>(granted => new NodeLease(granted.Lease, node, s.Epoch, useBefore), _ => null, _ => null);
        s = s with { Budget = budget };
        return (lease is { } held ? s with { Held = s.Held.Add(held.Lease.Id, held) } : s, answer, lease);
    }

    /// <summary>A node gives a lease back. A lease of another owner changes nothing but a block: a ban is everybody's.</summary>
    public static WeightOwnerState Return(WeightOwnerState state, WeightBudgetSpec spec, UnixMicros now, NodeLease lease, WeightFeedback feedback)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(feedback);
        WeightOwnerState s = Expire(state, spec, now);
        if (lease.Epoch == s.Epoch && s.Held.ContainsKey(lease.Lease.Id))
        {
            return s with { Held = s.Held.Remove(lease.Lease.Id), Budget = WeightBudget.Return(s.Budget, spec, now, lease.Lease, feedback) };
        }

        UnixMicros? blocked = feedback.Match<UnixMicros?>(_ => null, throttled => now + throttled.Pause, banned => banned.Until, _ => null);
        return blocked is { } until ? s with { Budget = WeightBudget.Block(s.Budget, until) } : s;
    }

    /// <summary>A node has left: what it held may have been used or not.</summary>
    public static WeightOwnerState Left(WeightOwnerState state, WeightBudgetSpec spec, UnixMicros now, string node)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(spec);
        return Lose(state, spec, now, l => l.Node == node);
    }

    private static WeightOwnerState Expire(WeightOwnerState state, WeightBudgetSpec spec, UnixMicros now) => Lose(state, spec, now, l => l.UseBefore + ForgetAfterMicros < now);

    private static WeightOwnerState Lose(WeightOwnerState state, WeightBudgetSpec spec, UnixMicros now, Func<NodeLease, bool> isLost)
    {
        WeightOwnerState s = state;
        foreach (NodeLease lost in state.Held.Values.Where(isLost))
        {
            s = s with { Held = s.Held.Remove(lost.Lease.Id), Budget = WeightBudget.Return(s.Budget, spec, now, lost.Lease, new WeightFeedback.Lost()) };
        }

        return s;
    }
}
