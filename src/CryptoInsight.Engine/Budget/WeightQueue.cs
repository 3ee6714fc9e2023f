using CryptoInsight.Domain.Budget;

namespace CryptoInsight.Engine.Budget;

/// <summary>Requests of one node that wait for their weight, by priority; whose turn it is decides <see cref="PriorityTurn"/>.</summary>
internal sealed class WeightQueue
{
    private readonly LinkedList<WeightWaiter>[] _waiting = [new(), new(), new()];
    private PriorityTurn _turn;

    /// <summary>How many wait: live, gap repair, backfill.</summary>
    public IReadOnlyList<int> Counts => [.. _waiting.Select(w => w.Count)];

    public bool HasLive => Waits(WeightPriority.Live);

    public void Add(WeightWaiter waiter) => waiter.Node = _waiting[(int)waiter.Priority].AddLast(waiter);

    /// <summary>Takes somebody out, wherever he stands; nothing happens if he is out already.</summary>
    public static void Remove(WeightWaiter waiter) => waiter.Node?.List?.Remove(waiter.Node);

    /// <summary>Who goes next, and whether without being spread over the minute; null if nobody waits.</summary>
    public (WeightWaiter Who, bool IsUrgent)? Next() =>
        _turn.Pick(Waits(WeightPriority.Live), Waits(WeightPriority.GapRepair), Waits(WeightPriority.Backfill)) is { } pick
            ? (First(pick.Who), pick.Who == WeightPriority.Live || pick.IsDue)
            : null;

    /// <summary>The one who waits longest at this priority.</summary>
    public WeightWaiter First(WeightPriority priority) => _waiting[(int)priority].First!.Value;

    /// <summary>Somebody goes.</summary>
    public void Gone(WeightWaiter who)
    {
        Remove(who);
        _turn = _turn.After(who.Priority, Waits(WeightPriority.GapRepair), Waits(WeightPriority.Backfill));
    }

    /// <summary>Empties the queue.</summary>
    public IReadOnlyList<WeightWaiter> Drain()
    {
        WeightWaiter[] left = [.. _waiting.SelectMany(w => w)];
        Array.ForEach(_waiting, w => w.Clear());
        return left;
    }

    private bool Waits(WeightPriority priority) => _waiting[(int)priority].Count > 0;
}
