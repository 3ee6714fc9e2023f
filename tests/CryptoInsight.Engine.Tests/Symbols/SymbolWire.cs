using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Symbols;

namespace CryptoInsight.Engine.Tests.Symbols;

/// <summary>The cluster between drivers and symbol actors in virtual time: the real actors, and between them a seed that loses, doubles, delays and reorders every message,
/// moves symbols between two nodes, lets one live on both, and kills actors while they read.</summary>
/// <remarks>Actors run on the thread that tells them something, and one message is on its way at a time: a seed repeats exactly. Time passes when nothing is on its way.</remarks>
internal sealed class SymbolWire
{
    public const string Config =
        """
        akka {
          loglevel = ERROR
          stdout-loglevel = OFF
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          loggers = []
          scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        }
        """;

    public static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    private readonly TestKit _kit;
    private readonly bool _isCalm;
    private readonly Random _random;
    private readonly SymbolSources[] _nodes;
    private readonly Dictionary<(string Symbol, int Node), IActorRef> _actors = [];
    private readonly Dictionary<string, int> _homes = new(StringComparer.Ordinal);
    private readonly List<Message> _onWay = [];
    private readonly List<Message> _late = [];
    private readonly List<Driver> _drivers = [];
    private readonly IActorRef _region;
    private bool _isSplit;

    /// <param name="seed">Null: a network where nothing goes wrong.</param>
    public SymbolWire(TestKit kit, int? seed, params SymbolSources[] nodes)
    {
        _kit = kit;
        _isCalm = seed is null;
        _random = new Random(seed ?? 0);
        _nodes = nodes;
        _region = kit.ActorOfAsTestActorRef<Region>(Props.Create(() => new Region(_onWay)));
    }

    /// <summary>What happened, in order.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Symbols that answered as two actors.</summary>
    public int SplitAnswers { get; private set; }

    /// <summary>A driver of Gold: its questions go over this wire.</summary>
    public sealed class Driver : IActorRefFactory
    {
        private readonly SymbolWire _wire;
        private IInternalActorRef? _gathering;
        private TaskCompletionSource _asked = NewSignal();

        internal Driver(SymbolWire wire, string runId)
        {
            _wire = wire;
            Symbols = new SymbolAsker(this, wire._region, runId, AnswerTimeout);
        }

        public SymbolAsker Symbols { get; }

        /// <summary>The step under way, or the last one.</summary>
        public Task<StepOutcome> Step { get; private set; } = Task.FromResult<StepOutcome>(new StepOutcome.StartAgain("it has not begun"));

#pragma warning disable CS0618 // A watch would tell the same a message later; here actors end on the thread that asks.
        internal IActorRef? Asking => _gathering is { IsTerminated: false } gathering ? gathering : null;
#pragma warning restore CS0618

        /// <summary>Begins a step and lets it come as far as its first questions.</summary>
        public Task BeginAsync(Func<Task<StepOutcome>> step)
        {
            Step = Task.Run(step);
            _wire._drivers.Add(this);
            return SettleAsync();
        }

        /// <summary>Waits until the step has ended or waits for answers: then only the wire can move it.</summary>
        internal async Task SettleAsync()
        {
            while (!Step.IsCompleted && Asking is null)
            {
                await Task.WhenAny(Step, _asked.Task);
                _asked = _asked.Task.IsCompleted ? NewSignal() : _asked;
            }

            if (Step.IsCompleted)
            {
                _wire._drivers.Remove(this);
            }
        }

        /// <summary>Makes the actor that gathers a step's answers, here and now: when this returns, its questions are out.</summary>
        IActorRef IActorRefFactory.ActorOf(Props props, string? name)
        {
            TestActorRef<GatheringActor> gathering = _wire._kit.ActorOfAsTestActorRef<GatheringActor>(props, name);
            _gathering = (IInternalActorRef)gathering.Ref;
            _asked.TrySetResult();
            return gathering;
        }

        ActorSelection IActorRefFactory.ActorSelection(ActorPath actorPath) => throw new NotSupportedException();

        ActorSelection IActorRefFactory.ActorSelection(string actorPath) => throw new NotSupportedException();

        private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Message(object Content, IActorRef Asker)
    {
        public override string ToString() => Content switch
        {
            SymbolProtocol.ICommand c => $"{c.RequestId} to {c.Symbol}",
            SymbolProtocol.IReply r => $"{r.GetType().Name} {r.RequestId} from {r.Symbol}",
            _ => Content.ToString()!,
        };
    }

    public Driver NewDriver(string runId) => new(this, runId);

    /// <summary>Lets so many messages arrive, or as many as it takes until a driver's step has ended.</summary>
    /// <param name="sleeping">A driver whose machine stands still: nothing reaches it.</param>
    public async Task CarryAsync(Driver until, int messagesMax = int.MaxValue, Driver? sleeping = null)
    {
        for (int n = 0; n < messagesMax && !until.Step.IsCompleted; n++)
        {
            Assert.True(Events.Count < 20_000, "The network does not come to rest.");
            if (_isCalm)
            {
                Message next = _onWay.Find(m => sleeping is null || !m.Asker.Equals(sleeping.Asking)) ?? throw new InvalidOperationException("Nothing is on its way, and the step waits.");
                _onWay.Remove(next);
                await DeliverAsync(next);
            }
            else
            {
                await CarryOneAsync();
            }

            foreach (Driver driver in _drivers.ToList())
            {
                await driver.SettleAsync();
            }
        }
    }

    private async Task CarryOneAsync()
    {
        Disturb();
        if (_onWay.Count == 0)
        {
            Events.Add("time passes");
            ((TestScheduler)_kit.Sys.Scheduler).Advance(AnswerTimeout);
            return;
        }

        bool isOld = _late.Count > 0 && _random.Next(6) == 0;
        List<Message> from = isOld ? _late : _onWay;
        Message message = from[_random.Next(from.Count)];
        from.Remove(message);
        switch (_random.Next(20))
        {
            case < 3 when !isOld:
                Events.Add($"lost: {message}");
                return;
            case < 6:
                _onWay.Add(message); // and once more
                break;
            case < 8 when !isOld:
                Events.Add($"late: {message}");
                _late.Add(message);
                return;
        }

        Events.Add($"{(isOld ? "at last: " : "")}{message}");
        await DeliverAsync(message);
    }

    private async Task DeliverAsync(Message message)
    {
        if (message.Content is SymbolProtocol.ICommand command)
        {
            await AnswerAsync(command, message.Asker);
            return;
        }

        // An answer to an earlier step reaches whoever asks now too: more than a real mailbox would let happen.
        IActorRef? other = _isCalm ? null : _drivers.Select(d => d.Asking).FirstOrDefault(a => a is not null && !a.Equals(message.Asker));
        message.Asker.Tell(message.Content);
        other?.Tell(message.Content);
    }

    private async Task AnswerAsync(SymbolProtocol.ICommand command, IActorRef asker)
    {
        string symbol = command.Symbol.Code;
        int home = _homes.TryGetValue(symbol, out int known) ? known : _homes[symbol] = _random.Next(_nodes.Length);
        int node = _isSplit ? _random.Next(_nodes.Length) : home;
        SplitAnswers += _isSplit && node != home ? 1 : 0;
        if (!_actors.TryGetValue((symbol, node), out IActorRef? actor))
        {
            _actors[(symbol, node)] = actor = _kit.ActorOfAsTestActorRef<SymbolActor>(SymbolActor.Props(_nodes[node]));
        }

        Task<SymbolProtocol.IReply> answering = actor.Ask<SymbolProtocol.IReply>(command, Timeout.InfiniteTimeSpan);
        if (!_isCalm && _random.Next(12) == 0)
        {
            Events.Add($"{symbol} dies on node {node} before its answer is out");
            Stop(symbol, node);
            return;
        }

        _onWay.Add(new Message(await answering, asker));
    }

    private void Disturb()
    {
        switch (_random.Next(60))
        {
            case 0:
                int node = _random.Next(_nodes.Length);
                Events.Add($"node {node} dies");
                foreach ((string symbol, int at) in _actors.Keys.Where(a => a.Node == node).ToList())
                {
                    Stop(symbol, at);
                }

                break;
            case 1 or 2:
                foreach (string symbol in _homes.Keys.ToList())
                {
                    _homes[symbol] = (_homes[symbol] + 1) % _nodes.Length; // the actor at the old home lives on
                    Events.Add($"{symbol} is handed over to node {_homes[symbol]}");
                }

                break;
            case 3:
                _isSplit = !_isSplit;
                Events.Add(_isSplit ? "symbols live twice" : "symbols live once");
                break;
        }
    }

    private void Stop(string symbol, int node)
    {
        if (_actors.Remove((symbol, node), out IActorRef? actor))
        {
            _kit.Sys.Stop(actor);
        }
    }

    private sealed class Region : ReceiveActor
    {
        public Region(List<Message> onWay) => Receive<SymbolProtocol.ICommand>(command => onWay.Add(new Message(command, Sender)));
    }
}
