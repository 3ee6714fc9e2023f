using Akka.Actor;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Budget;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Tests;
using CryptoInsight.Sources.Tests.Binance;

namespace CryptoInsight.Engine.Tests.Budget;

/// <summary>Nodes behind one address that all want history, in virtual time: real feeds, real gates, the real owner; only the cluster between them is a switch that this test turns.</summary>
/// <remarks>The clock moves when every actor has nothing left in its mailbox, and every loop waits at its gate or for the wire: so the machine's load changes nothing.</remarks>
internal sealed class SharedBudget : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ActorSystem _system = ActorSystem.Create("budget", "akka { loglevel = ERROR, log-dead-letters = off }");
    private readonly List<Node> _nodes = [];
    private readonly IActorRef _switch;
    private readonly CancellationTokenSource _end = new();
    private int _atGates;
    private int _onWires;
    private int _running;
    private long _entered;
    private IActorRef _owner = ActorRefs.Nobody;

    public SharedBudget(int limit)
    {
        Exchange = new FakeExchange(Time, TimeSpan.FromSeconds(3)) { WeightLimit = limit, RefusalsBeforeBan = 10 };
        _switch = _system.ActorOf(Props.Create(() => new Switch()));
    }

    public ManualTime Time { get; } = new("2025-06-01T12:00:20Z");

    public FakeExchange Exchange { get; }

    /// <summary>What went wrong in anybody's loop.</summary>
    public Exception? Failure { get; private set; }

    public IReadOnlyList<WeightGateFacts> Facts => [.. _nodes.Select(n => n.Gate.Facts)];

    public void AddNode(string name, int loops)
    {
        var clock = new ServerClock(Time);
        var rest = new BinanceRest(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test"), RequestTimeout = TimeSpan.FromHours(1) }, new Wire(this), clock, Time);
        var gate = new SharedWeightGate(_system, _switch, name, () => clock.Now, Time);
        var node = new Node(name, gate, () => new KlineFeed(rest, new CountedGate(this, gate), new KlineFeedOptions { Seed = name[0], PageRows = 10 }, Time, name), clock);
        _nodes.Add(node);
        for (int i = 0; i < loops; i++)
        {
            int first = i;
            Interlocked.Increment(ref _running);
            _ = Task.Run(() => WantAsync(node, first));
        }
    }

    /// <summary>The cluster puts the owner on a node.</summary>
    public void Own(string name, bool isFirst)
    {
        Node node = _nodes.Single(n => n.Name == name);
        var terms = new WeightTerms("test", Exchange.WeightLimit, () => node.Clock.Now, ct => ReadLimitAsync(node, ct), TimeSpan.FromMinutes(3));
        _owner = node.Owner = _system.ActorOf(WeightOwnerActor.Props(terms, name, () => isFirst, Time));
        _switch.Tell(new Turned(_owner));
    }

    /// <summary>A node dies: what it had under way is answered to nobody, and nobody takes over for a while.</summary>
    public void Kill(string name)
    {
        Node node = _nodes.Single(n => n.Name == name);
        node.IsDead = true;
        node.Gate.Dispose();
        if (node.Owner is { } owner)
        {
            _owner = ActorRefs.Nobody;
            _switch.Tell(new Turned(_owner));
            _system.Stop(owner);
        }
    }

    /// <summary>Lets so much time pass.</summary>
    public async Task RunAsync(TimeSpan length)
    {
        UnixMicros end = Time.Micros + length;
        do
        {
            await SettleAsync();
        }
        while (Time.Step(end));
        Time.Advance(TimeSpan.FromMicroseconds(end - Time.Micros));
    }

    public void Dispose()
    {
        _end.Cancel();
        _system.Dispose();
        _end.Dispose();
    }

    private async Task SettleAsync()
    {
        DateTimeOffset deadline = TimeProvider.System.GetUtcNow() + s_patience;
        for (int settled = 0; settled < 2;)
        {
            long before = Interlocked.Read(ref _entered);
            IActorRef[] gates = [.. _nodes.Where(n => !n.IsDead).Select(n => n.Gate.Actor)];
            foreach (IActorRef actor in (IActorRef[])[.. gates, _switch, _owner, _switch, .. gates])
            {
                if (!actor.IsNobody())
                {
                    await actor.Ask<ActorIdentity>(new Identify(null), s_patience); // whatever came before it has been handled
                }
            }

            // Granted, but not yet heard of: a loop that is about to go on.
            long granted = _nodes.Sum(n => n.Gate.Facts.Granted), entered = Interlocked.Read(ref _entered);
            bool isQuiet = granted == entered && before == entered && Volatile.Read(ref _atGates) + Volatile.Read(ref _onWires) == Volatile.Read(ref _running);
            settled = isQuiet ? settled + 1 : 0;
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"at {Time.GetUtcNow():O}: {_atGates} at gates, {_onWires} on the wire, {_running} running; {granted} granted, {entered} entered; {Failure}");
        }
    }

    private async Task<int?> ReadLimitAsync(Node node, CancellationToken ct)
    {
        Interlocked.Increment(ref _running);
        using KlineFeed feed = node.NewFeed();
        try
        {
            return (await feed.GetExchangeInfoAsync(Symbol.Parse("BTCUSDT"), ct)).Match(a => a.Value.WeightPerMinute, _ => null, _ => null, _ => null, _ => null);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async Task WantAsync(Node node, int number)
    {
        using KlineFeed feed = node.NewFeed(); // one each: then nobody waits for another's measurement of the clock, where this test does not see it
        var series = new CandleSeries(Symbol.Parse($"{node.Name.ToUpperInvariant()}{number}USDT"), Interval.Parse("1m"));
        try
        {
            await foreach (KlineFeedEvent told in feed.BackfillAsync(series, UnixMicros.From(DateTimeOffset.UnixEpoch.AddYears(50)), UnixMicros.Latest, cancellationToken: _end.Token))
            {
                Assert.IsNotType<KlineFeedEvent.Refused>(told);
            }
        }
        catch (Exception e) when (node.IsDead || e is OperationCanceledException)
        {
            // It was killed, or the test is over.
        }
        catch (Exception e)
        {
            Failure = e;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private sealed record Node(string Name, SharedWeightGate Gate, Func<KlineFeed> NewFeed, ServerClock Clock)
    {
        public IActorRef? Owner { get; set; }

        public bool IsDead { get; set; }
    }

    private sealed record Turned(IActorRef Owner);

    /// <summary>Stands for the cluster's proxy: messages reach the owner that is there, or nobody.</summary>
    private sealed class Switch : ReceiveActor
    {
        private IActorRef _owner = ActorRefs.Nobody;

        public Switch()
        {
            Receive<Turned>(t => _owner = t.Owner);
            ReceiveAny(message => _owner.Tell(message, Sender));
        }
    }

    /// <summary>Counts who waits at a gate.</summary>
    private sealed class CountedGate(SharedBudget budget, SharedWeightGate gate) : IWeightGate
    {
        public async ValueTask<WeightLease> EnterAsync(int weight, WeightPriority priority, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref budget._atGates);
            try
            {
                WeightLease lease = await gate.EnterAsync(weight, priority, cancellationToken);
                Interlocked.Increment(ref budget._entered);
                return lease;
            }
            finally
            {
                Interlocked.Decrement(ref budget._atGates);
            }
        }

        public void Return(WeightLease lease, WeightFeedback feedback) => gate.Return(lease, feedback);
    }

    /// <summary>40 ms to the exchange, and 40 ms back.</summary>
    private sealed class Wire(SharedBudget budget) : DelegatingHandler(budget.Exchange)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await PassAsync();
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            await PassAsync();
            return answer;
        }

        protected override void Dispose(bool disposing) => base.Dispose(disposing: false); // the exchange outlives the nodes that talk to it

        private async Task PassAsync()
        {
            TaskCompletionSource passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Increment(ref budget._onWires);
            await using ITimer timer = budget.Time.CreateTimer(
                _ =>
                {
                    Interlocked.Decrement(ref budget._onWires); // from here on its loop works
                    passed.TrySetResult();
                }, null, TimeSpan.FromMilliseconds(40), Timeout.InfiniteTimeSpan);
            await passed.Task;
        }
    }
}
