using CryptoInsight.Domain.Budget;

namespace CryptoInsight.Sources.Binance;

/// <summary>The weight budget of one egress as a door: callers wait in front of it in order of priority, and one timer wakes it.</summary>
/// <remarks>Thin on purpose: who may go is <see cref="WeightBudget"/>'s and <see cref="PriorityTurn"/>'s decision. Safe for several threads.</remarks>
public sealed class WeightGate : IWeightGate, IDisposable
{
    private readonly ServerClock _clock;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter>[] _waiting = [new(), new(), new()];
    private WeightBudgetSpec _spec;
    private WeightBudgetState _state;
    private PriorityTurn _turn;
    private long _granted;
    private long _throttled;
    private long _banned;
    private bool _closed;

    /// <summary>Opens the gate with a budget that has used nothing and sends one probe first; or with <paramref name="state"/>, when it takes over from another.</summary>
    public WeightGate(WeightBudgetSpec spec, ServerClock clock, TimeProvider time, WeightBudgetState? state = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(time);
        _spec = spec;
        _clock = clock;
        _state = state ?? WeightBudgetState.Fresh(clock.Now);
        _timer = time.CreateTimer(static gate => ((WeightGate)gate!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What it looks like now.</summary>
    public WeightGateFacts Facts
    {
        get
        {
            lock (_gate)
            {
                UnixMicros now = _clock.Now;
                return new WeightGateFacts(
                    _state.UsedIn(_state.Minute),
                    _spec.UsablePerMinute,
                    _spec.LimitPerMinute,
                    _state.BlockedUntil > now ? _state.BlockedUntil : null,
                    [.. _waiting.Select(w => w.Count)],
                    _granted,
                    _throttled,
                    _banned);
            }
        }
    }

    /// <summary>Takes new limits, as re-read from the exchange.</summary>
    public void Configure(WeightBudgetSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        lock (_gate)
        {
            _spec = spec;
        }

        Wake();
    }

    /// <inheritdoc/>
    public ValueTask<WeightLease> EnterAsync(int weight, WeightPriority priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter = new(weight);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            waiter.Node = _waiting[(int)priority].AddLast(waiter);
        }

        if (cancellationToken.CanBeCanceled)
        {
            waiter.Cancellation = cancellationToken.UnsafeRegister((_, token) => Leave(waiter, token), null);
            if (waiter.Task.IsCompleted)
            {
                waiter.Cancellation.Unregister();
            }
        }

        Wake();
        return new ValueTask<WeightLease>(waiter.Task);
    }

    /// <inheritdoc/>
    public void Return(WeightLease lease, WeightFeedback feedback)
    {
        ArgumentNullException.ThrowIfNull(feedback);
        lock (_gate)
        {
            _state = WeightBudget.Return(_state, _spec, _clock.Now, lease, feedback);
            _throttled += feedback is WeightFeedback.Throttled ? 1 : 0;
            _banned += feedback is WeightFeedback.Banned ? 1 : 0;
        }

        Wake();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        List<Waiter> left;
        lock (_gate)
        {
            _closed = true;
            left = [.. _waiting.SelectMany(w => w)];
            foreach (LinkedList<Waiter> queue in _waiting)
            {
                queue.Clear();
            }
        }

        _timer.Dispose();
        foreach (Waiter waiter in left)
        {
            waiter.Fail(new ObjectDisposedException(nameof(WeightGate)));
        }
    }

    private void Wake()
    {
        List<(Waiter Who, WeightLease? Lease)> released = [];
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            UnixMicros now = _clock.Now;
            UnixMicros? next = Pump(now, released);
            TimeSpan due = next is { } at ? TimeSpan.FromMicroseconds(Math.Max(at - now, UnixMicros.PerMillisecond)) : Timeout.InfiniteTimeSpan;
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }

        // Outside the lock: whoever waited may come straight back in.
        foreach ((Waiter who, WeightLease? lease) in released)
        {
            if (lease is null)
            {
                who.Fail(new InvalidOperationException($"A request of weight {who.Weight} is dearer than a whole minute's budget of {_spec.UsablePerMinute}: raise the budget."));
            }
            else if (!who.Grant(lease.Value))
            {
                Return(lease.Value, new WeightFeedback.Lost()); // it gave up in between
            }
        }
    }

    // Lets everybody in who may go; the instant at which somebody may go next, or null if nobody waits.
    private UnixMicros? Pump(UnixMicros now, List<(Waiter Who, WeightLease? Lease)> released)
    {
        while (_turn.Pick(Waits(WeightPriority.Live), Waits(WeightPriority.GapRepair), Waits(WeightPriority.Backfill)) is { } pick)
        {
            bool isLive = pick.Who == WeightPriority.Live;
            UnixMicros? wait = TryFirst(pick.Who, isLive || pick.IsDue, now, released);
            if (wait is not null && !isLive && Waits(WeightPriority.Live))
            {
                wait = TryFirst(WeightPriority.Live, urgent: true, now, released) is { } live ? UnixMicros.Min(wait.Value, live) : null;
            }

            if (wait is not null)
            {
                return wait;
            }
        }

        return null;
    }

    private UnixMicros? TryFirst(WeightPriority who, bool urgent, UnixMicros now, List<(Waiter Who, WeightLease? Lease)> released)
    {
        LinkedList<Waiter> queue = _waiting[(int)who];
        Waiter first = queue.First!.Value;
        (_state, WeightAnswer answer) = WeightBudget.Ask(_state, _spec, now, first.Weight, urgent);
        return answer.Match<UnixMicros?>(
            granted =>
            {
                queue.RemoveFirst();
                _turn = _turn.After(who, Waits(WeightPriority.GapRepair), Waits(WeightPriority.Backfill));
                _granted++;
                released.Add((first, granted.Lease));
                return null;
            },
            wait => wait.Until,
            never =>
            {
                queue.RemoveFirst();
                released.Add((first, null));
                return null;
            });
    }

    private bool Waits(WeightPriority priority) => _waiting[(int)priority].Count > 0;

    private void Leave(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            waiter.Node?.List?.Remove(waiter.Node);
        }

        waiter.Cancel(cancellationToken);
    }

    private sealed class Waiter(int weight)
    {
        private readonly TaskCompletionSource<WeightLease> _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Weight { get; } = weight;

        public LinkedListNode<Waiter>? Node { get; set; }

        public CancellationTokenRegistration Cancellation { get; set; }

        public Task<WeightLease> Task => _entered.Task;

        public bool Grant(WeightLease lease)
        {
            Cancellation.Unregister();
            return _entered.TrySetResult(lease);
        }

        public void Fail(Exception why)
        {
            Cancellation.Unregister();
            _entered.TrySetException(why);
        }

        public void Cancel(CancellationToken cancellationToken) => _entered.TrySetCanceled(cancellationToken);
    }
}
