using Akka.Actor;
using Akka.Event;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Engine.Budget;

/// <summary>The owner of one egress' weight budget: answers every node that asks for weight, and reads the exchange's limit again while it runs.</summary>
/// <remarks>Owns: the budget (<see cref="WeightOwner"/> decides). Supervised by the cluster's singleton manager. Loses on restart: everything; it is silent until the next
/// exchange minute, one probe tells what is used, and the nodes tell it of pauses and bans that they know of.</remarks>
#pragma warning disable CA1001 // The actor system ends an actor by PostStop, which disposes what it holds.
public sealed class WeightOwnerActor : ReceiveActor
#pragma warning restore CA1001
{
    // A reading that failed is tried again sooner than the next one is due.
    private static readonly TimeSpan s_readAgainAfter = TimeSpan.FromMinutes(1);

    private readonly WeightTerms _terms;
    private readonly string _node;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<IActorRef, string> _gates = [];
    private WeightBudgetSpec _spec;
    private WeightOwnerState _state;
    private readonly TimeSpan _readFirstAfter;
    private ITimer? _reading;

    /// <param name="terms">What this node knows of the exchange.</param>
    /// <param name="node">This node.</param>
    /// <param name="isFirst">True if no node can hold a lease of an owner before.</param>
    /// <param name="time">The clock of waits: the same as the exchange's clock runs on, so that tests can move both.</param>
    public WeightOwnerActor(WeightTerms terms, string node, bool isFirst, TimeProvider time)
    {
        _terms = terms;
        _node = node;
        _time = time;
        _spec = new WeightBudgetSpec(terms.LimitPerMinute);
        _readFirstAfter = isFirst ? terms.ReadEvery : TimeSpan.Zero; // who takes over may have been told the limit hours ago
        UnixMicros now = terms.Now();
        _state = isFirst ? WeightOwner.Begin(now.Value, now) : WeightOwner.TakeOver(now.Value, now, _spec); // an owner after this one starts later
        Receive<WeightProtocol.AskWeight>(OnAsk);
        Receive<WeightProtocol.ReturnWeight>(OnReturn);
        Receive<WeightProtocol.GetStanding>(get =>
        {
            Know(get.Node, get.BlockedUntil);
            Sender.Tell(Standing());
        });
        Receive<Terminated>(gone =>
        {
            if (_gates.Remove(gone.ActorRef, out string? left))
            {
                _state = WeightOwner.Left(_state, _spec, _terms.Now(), left);
            }
        });
        Receive<ReadLimit>(_ => _terms.ReadLimit(_stopping.Token).PipeTo(Self, success: limit => new LimitRead(limit), failure: cause => new LimitUnread(cause)));
        Receive<LimitRead>(read => OnLimit(read.Limit));
        Receive<LimitUnread>(failed =>
        {
            _log.Warning("The exchange did not tell its limits ({0}); {1} a minute stays in force", failed.Cause.Message, _spec.LimitPerMinute);
            ReadAfter(s_readAgainAfter);
        });
    }

    public static Props Props(WeightTerms terms, string node, Func<bool> isFirst, TimeProvider time) =>
        Akka.Actor.Props.Create(() => new WeightOwnerActor(terms, node, isFirst(), time));

    private sealed class ReadLimit : IDeadLetterSuppression, INoSerializationVerificationNeeded
    {
        public static readonly ReadLimit Instance = new();
    }

    private sealed record LimitRead(int? Limit) : IDeadLetterSuppression, INoSerializationVerificationNeeded;

    private sealed record LimitUnread(Exception Cause) : IDeadLetterSuppression, INoSerializationVerificationNeeded;

    protected override void PreStart()
    {
        IActorRef self = Self;
        _reading = _time.CreateTimer(_ => self.Tell(ReadLimit.Instance), null, _readFirstAfter, _terms.ReadEvery);
        _log.Info("{0} owns the weight budget of egress {1}, epoch {2}", _node, _terms.Egress, _state.Epoch);
    }

    protected override void PostStop()
    {
        _reading?.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void OnAsk(WeightProtocol.AskWeight ask)
    {
        Know(ask.Node, ask.BlockedUntil);
        (_state, WeightAnswer answer, NodeLease? lease) = WeightOwner.Ask(_state, _spec, _terms.Now(), ask.Node, ask.Weight, ask.IsUrgent);
        Sender.Tell(answer.Match<object>(
            _ => new WeightProtocol.WeightGranted(ask.AskId, lease!.Value, Standing()),
            wait => new WeightProtocol.WeightDelayed(ask.AskId, wait.Until, wait.Why, Standing()),
            _ => new WeightProtocol.WeightNeverFits(ask.AskId, Standing())));
    }

    private void OnReturn(WeightProtocol.ReturnWeight returned)
    {
        UnixMicros now = _terms.Now(), before = _state.Budget.BlockedUntil;
        _state = WeightOwner.Return(_state, _spec, now, returned.Lease, returned.Feedback);
        if (_state.Budget.BlockedUntil > before)
        {
            // Refused although the budget said that it fits: a stranger, or the limit is another now.
            ReadAfter(TimeSpan.FromMicroseconds(Math.Max(0, _state.Budget.BlockedUntil - now)));
        }
    }

    private void ReadAfter(TimeSpan wait) => _reading!.Change(wait < _terms.ReadEvery ? wait : _terms.ReadEvery, _terms.ReadEvery);

    private void Know(string node, UnixMicros blockedUntil)
    {
        _state = WeightOwner.Learn(_state, blockedUntil);
        if (_gates.TryAdd(Sender, node))
        {
            Context.Watch(Sender);
        }
    }

    private void OnLimit(int? limit)
    {
        if (limit is not { } read)
        {
            ReadAfter(s_readAgainAfter); // not answered, or not said
        }
        else if (read != _spec.LimitPerMinute)
        {
            _log.Warning("The exchange's weight limit is now {0} a minute, was {1}", read, _spec.LimitPerMinute);
            _spec = new WeightBudgetSpec(read);
        }
    }

    private WeightProtocol.WeightStanding Standing()
    {
        UnixMicros now = _terms.Now();
        return new WeightProtocol.WeightStanding(
            _node, _state.Epoch, now, _state.Budget.UsedAt(now), _spec.UsablePerMinute, _spec.LimitPerMinute, _state.Budget.BlockedUntil, _state.HeldCount);
    }
}
