using Akka.Actor;
using Akka.Event;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Budget;

/// <summary>One node's side of a shared weight budget: its requests wait here in order of priority, and the first in line is asked for at the owner.</summary>
/// <remarks>Owns: the queue, and the leases that this node holds. Supervised by the node's guardian. Loses on restart: who waits (they fail, and ask again).
/// An owner that does not answer, or that is gone, is asked again: while there is none nobody goes. What this node was told of bans it tells every owner.</remarks>
#pragma warning disable CA1001 // The actor system ends an actor by PostStop, which disposes what it holds.
internal sealed class WeightGateActor : ReceiveActor
#pragma warning restore CA1001
{
    // An owner answers at once; a message that is so late was lost, or its owner was.
    private static readonly TimeSpan s_answersWithin = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_standingEvery = TimeSpan.FromSeconds(5);

    private readonly IActorRef _owner;
    private readonly string _node;
    private readonly Func<UnixMicros> _now;
    private readonly Action<WeightGateFacts?> _publish;
    private readonly TimeProvider _time;
    private readonly WeightQueue _queue = new();
    private readonly Dictionary<long, NodeLease> _held = [];
    private WeightProtocol.WeightStanding? _standing;
    private (long Id, WeightWaiter Who, bool IsUrgent, UnixMicros Until)? _asked;
    private UnixMicros _nobodyBefore;
    private UnixMicros _patientBefore;
    private bool _waitsForProbe;
    private UnixMicros _blockedUntil;
    private ITimer? _wake;
    private ITimer? _looking;
    private long _asks;
    private long _leases;
    private long _granted;
    private long _throttled;
    private long _banned;

    public WeightGateActor(IActorRef owner, string node, Func<UnixMicros> now, TimeProvider time, Action<WeightGateFacts?> publish)
    {
        _owner = owner;
        _node = node;
        _now = now;
        _time = time;
        _publish = publish;
        Receive<Enter>(enter =>
        {
            _queue.Add(enter.Who);
            Pump();
        });
        Receive<Leave>(leave => WeightQueue.Remove(leave.Who));
        Receive<Return>(OnReturn);
        Receive<Wake>(_ => Pump());
        Receive<Look>(_ => _owner.Tell(new WeightProtocol.GetStanding(_node, _blockedUntil)));
        Receive<WeightProtocol.WeightStanding>(Know);
        Receive<WeightProtocol.WeightGranted>(OnGranted);
        Receive<WeightProtocol.WeightDelayed>(OnDelayed);
        Receive<WeightProtocol.WeightNeverFits>(OnNeverFits);
    }

    public sealed record Enter(WeightWaiter Who) : INoSerializationVerificationNeeded;

    public sealed record Leave(WeightWaiter Who) : IDeadLetterSuppression, INoSerializationVerificationNeeded;

    public sealed record Return(WeightLease Lease, WeightFeedback Feedback) : IDeadLetterSuppression, INoSerializationVerificationNeeded;

    private sealed class Wake : IDeadLetterSuppression, INoSerializationVerificationNeeded
    {
        public static readonly Wake Instance = new();
    }

    private sealed class Look : IDeadLetterSuppression, INoSerializationVerificationNeeded
    {
        public static readonly Look Instance = new();
    }

    protected override void PreStart()
    {
        IActorRef self = Self;
        _wake = _time.CreateTimer(_ => self.Tell(Wake.Instance), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _looking = _time.CreateTimer(_ => self.Tell(Look.Instance), null, TimeSpan.Zero, s_standingEvery);
    }

    protected override void PostStop()
    {
        _publish(null);
        _wake?.Dispose();
        _looking?.Dispose();
        foreach (WeightWaiter left in _queue.Drain())
        {
            left.Fail(new ObjectDisposedException(nameof(SharedWeightGate)));
        }
    }

    private void Pump()
    {
        UnixMicros now = _now();
        if (_asked is { } asked && now >= asked.Until)
        {
            _asked = null; // no answer: the owner is gone, or one of the two messages
        }

        if (_asked is { } still)
        {
            WakeAt(now, still.Until);
        }
        else if (_queue.Next() is { } next)
        {
            UnixMicros from = UnixMicros.Max(_nobodyBefore, _blockedUntil);
            if (now < from)
            {
                WakeAt(now, from);
            }
            else if (next.IsUrgent || now >= _patientBefore)
            {
                Ask(now, next.Who, next.IsUrgent);
            }
            else if (_queue.HasLive)
            {
                Ask(now, _queue.First(WeightPriority.Live), isUrgent: true);
            }
            else
            {
                WakeAt(now, _patientBefore);
            }
        }

        Publish();
    }

    private void Ask(UnixMicros now, WeightWaiter who, bool isUrgent)
    {
        _asked = (++_asks, who, isUrgent, now + s_answersWithin);
        _owner.Tell(new WeightProtocol.AskWeight(_asks, _node, who.Weight, isUrgent, _blockedUntil));
        WakeAt(now, _asked.Value.Until);
    }

    private void OnGranted(WeightProtocol.WeightGranted granted)
    {
        Know(granted.Standing);
        WeightWaiter? who = _asked is { } asked && asked.Id == granted.AskId ? asked.Who : null;
        _asked = who is null ? _asked : null;
        if (who?.Node?.List is null || !granted.Lease.MayUse(_now()))
        {
            _owner.Tell(new WeightProtocol.ReturnWeight(granted.Lease, new WeightFeedback.Lost())); // too late, or nobody wants it any more
        }
        else
        {
            _queue.Gone(who);
            WeightLease lease = granted.Lease.Lease with { Id = ++_leases }; // two owners may give the same number
            _held.Add(lease.Id, granted.Lease);
            _granted++;
            if (!who.Grant(lease))
            {
                OnReturn(new Return(lease, new WeightFeedback.Lost()));
            }
        }

        Pump();
    }

    private void OnDelayed(WeightProtocol.WeightDelayed delayed)
    {
        Know(delayed.Standing);
        if (_asked is not { } asked || asked.Id != delayed.AskId)
        {
            return;
        }

        _asked = null;
        _waitsForProbe = delayed.Why == WeightWait.Probing;
        if (asked.IsUrgent || _waitsForProbe)
        {
            _nobodyBefore = delayed.Until;
        }
        else
        {
            _patientBefore = delayed.Until;
        }

        Pump();
    }

    private void OnNeverFits(WeightProtocol.WeightNeverFits never)
    {
        Know(never.Standing);
        if (_asked is { } asked && asked.Id == never.AskId)
        {
            _asked = null;
            WeightQueue.Remove(asked.Who);
            asked.Who.Fail(new InvalidOperationException($"A request of weight {asked.Who.Weight} is dearer than a whole minute's budget of {never.Standing.Usable}: raise the budget."));
            Pump();
        }
    }

    private void OnReturn(Return returned)
    {
        UnixMicros now = _now();
        _throttled += returned.Feedback is WeightFeedback.Throttled ? 1 : 0;
        _banned += returned.Feedback is WeightFeedback.Banned ? 1 : 0;
        _blockedUntil = UnixMicros.Max(_blockedUntil, returned.Feedback.Match(_ => default, t => now + t.Pause, b => b.Until, _ => default));
        if (_held.Remove(returned.Lease.Id, out NodeLease held))
        {
            _owner.Tell(new WeightProtocol.ReturnWeight(held, returned.Feedback));
        }

        if (_waitsForProbe)
        {
            (_waitsForProbe, _nobodyBefore) = (false, default); // it may have been the probe that came back
        }

        Pump();
    }

    private void Know(WeightProtocol.WeightStanding standing)
    {
        _standing = standing;
        _blockedUntil = UnixMicros.Max(_blockedUntil, standing.BlockedUntil);
        Publish();
    }

    private void WakeAt(UnixMicros now, UnixMicros at) => _wake!.Change(TimeSpan.FromMicroseconds(Math.Max(at - now, UnixMicros.PerMillisecond)), Timeout.InfiniteTimeSpan);

    private void Publish() => _publish(new WeightGateFacts(
        _standing?.Used ?? 0, _standing?.Usable ?? 0, _standing?.Limit ?? 0, _blockedUntil > _now() ? _blockedUntil : null, _queue.Counts, _granted, _throttled, _banned)
    {
        Owner = _standing?.Owner, Epoch = _standing?.Epoch ?? 0, LeasesOut = _standing?.LeasesOut ?? 0, At = _standing?.At,
    });
}
