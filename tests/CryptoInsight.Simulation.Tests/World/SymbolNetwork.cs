using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.World;

/// <summary>The cluster between drivers and symbols: messages are lost, doubled, delayed and reordered; a symbol may live on two nodes for a while, move, or forget everything.</summary>
internal sealed class SymbolNetwork(Scheduler stage, SimulationPlan plan, SignalSettings settings, Func<SimulatedProcess, Task<SilverChartsTable>> openSilver)
{
    private readonly SimulatedProcess _wire = new("wire");
    private readonly ShardNode[] _nodes = [new(0), new(1)];
    private readonly Dictionary<Symbol, int> _homes = [];
    private bool _isSplit;

    /// <summary>A node that holds symbols' actors; its table is opened when the first history is read.</summary>
    private sealed class ShardNode(int number)
    {
        public SimulatedProcess Process { get; set; } = new($"shards-{number}");

        public Dictionary<Symbol, SymbolHome> Homes { get; } = [];

        public SilverChartsTable? Silver { get; set; }

        public bool IsReading { get; set; }

        public Queue<Func<Task>> Readers { get; } = new();
    }

    /// <summary>What <see cref="SymbolActor"/> is: a cache, and a stash while it reads its history.</summary>
    private sealed class SymbolHome
    {
        public SymbolCache Cache { get; set; } = SymbolCache.Empty;

        public bool IsLoading { get; set; }

        public Queue<(SymbolProtocol.ICommand Command, Action<SymbolProtocol.IReply> Answer)> Stash { get; } = new();
    }

    /// <summary>Sends a command; what comes back comes to <paramref name="answer"/>, never, once or twice.</summary>
    public void Send(SymbolProtocol.ICommand command, SimulatedProcess asker, Action<SymbolProtocol.IReply> answer) =>
        Carry(_wire, $"{command.GetType().Name} to {command.Symbol}", () => Arrive(command, reply => Carry(asker, $"{reply.GetType().Name} from {reply.Symbol}", () => answer(reply))));

    /// <summary>A node of the cluster dies, a symbol moves, a symbol lives twice, or caches are emptied.</summary>
    public void Disturb()
    {
        int n = stage.Random.Next(_nodes.Length);
        switch (stage.Random.Next(4))
        {
            case 0:
                stage.Kill(_nodes[n].Process);
                _nodes[n] = new ShardNode(n);
                break;
            case 1:
                stage.Trace.Add($"symbols move from node {n}");
                foreach (Symbol symbol in _homes.Keys.ToList())
                {
                    _homes[symbol] = 1 - n;
                }

                break;
            case 2:
                _isSplit = !_isSplit;
                stage.Trace.Add(_isSplit ? "symbols live on both nodes" : "symbols live on one node again");
                break;
            default:
                stage.Trace.Add($"node {n} forgets its symbols");
                _nodes[n].Homes.Clear();
                break;
        }
    }

    private void Carry(SimulatedProcess to, string what, Action deliver)
    {
        double luck = stage.IsCalm ? 1 : stage.Random.NextDouble();
        if (luck < plan.MessageLossRate)
        {
            stage.Trace.Add($"lost: {what}");
            return;
        }

        stage.Park(to, ParkedKind.Message, what, deliver);
        if (luck > 1 - plan.MessageDoubleRate && !stage.IsCalm)
        {
            stage.Park(to, ParkedKind.Message, $"{what} (again)", deliver);
        }
    }

    private void Arrive(SymbolProtocol.ICommand command, Action<SymbolProtocol.IReply> answer)
    {
        if (!_homes.TryGetValue(command.Symbol, out int n))
        {
            _homes[command.Symbol] = n = stage.Random.Next(_nodes.Length);
        }

        ShardNode node = _nodes[_isSplit ? stage.Random.Next(_nodes.Length) : n];
        if (!node.Homes.TryGetValue(command.Symbol, out SymbolHome? home))
        {
            node.Homes[command.Symbol] = home = new SymbolHome();
        }

        Handle(node, home, command, answer);
    }

    private void Handle(ShardNode node, SymbolHome home, SymbolProtocol.ICommand command, Action<SymbolProtocol.IReply> answer)
    {
        if (home.IsLoading)
        {
            home.Stash.Enqueue((command, answer));
            return;
        }

        if (command is SymbolProtocol.ComputeSignals request && home.Cache.TryAnswer(request, settings) is { } known)
        {
            home.Cache = known.Next;
            answer(new SymbolProtocol.SignalsComputed(request.RequestId, request.Symbol, known.Delta));
            return;
        }

        home.IsLoading = true;
        node.Readers.Enqueue(() => LoadAsync(node, home, command, answer));
        if (!node.IsReading)
        {
            _ = ReadAllAsync(node);
        }
    }

    // One history at a time, as the product's shared scans: a table object is used by one reader.
    private async Task ReadAllAsync(ShardNode node)
    {
        node.IsReading = true;
        while (node.Readers.TryDequeue(out Func<Task>? next))
        {
            try
            {
                await next();
            }
            catch (Exception e)
            {
                stage.Fail($"a symbol's actor died: {e.Message}", e);
            }
        }

        node.IsReading = false;
    }

    private async Task LoadAsync(ShardNode node, SymbolHome home, SymbolProtocol.ICommand command, Action<SymbolProtocol.IReply> answer)
    {
        SymbolProtocol.IReply reply;
        long version = command switch { SymbolProtocol.ComputeSignals c => c.From.SilverVersion, SymbolProtocol.ComputeAllSignals c => c.At.SilverVersion, _ => -1 };
        try
        {
            CandleHistory history = await HistoryAsync(node, command.Symbol, version);
            (SymbolCache next, SignalDelta delta) = command switch
            {
                SymbolProtocol.ComputeSignals c => SymbolCache.Answer(c, history, settings),
                SymbolProtocol.ComputeAllSignals c => SymbolCache.AnswerAll(c, history, settings),
                _ => throw new InvalidOperationException("No other command is sent."),
            };
            home.Cache = next;
            reply = new SymbolProtocol.SignalsComputed(command.RequestId, command.Symbol, delta);
        }
        catch (Exception e) when (e is VersionNotFoundException or MissingFileException) // as the actor does it
        {
            reply = new SymbolProtocol.StateLost(command.RequestId, command.Symbol, e.Message);
        }
        catch (Exception e) when (e is IOException or DeltaException)
        {
            reply = new SymbolProtocol.ComputeFailed(command.RequestId, command.Symbol, $"{e.GetType().Name}: {e.Message}");
        }

        home.IsLoading = false;
        answer(reply);
        int waiting = home.Stash.Count;
        for (int i = 0; i < waiting; i++)
        {
            (SymbolProtocol.ICommand stashed, Action<SymbolProtocol.IReply> to) = home.Stash.Dequeue();
            Handle(node, home, stashed, to); // may stash again
        }
    }

    private async Task<CandleHistory> HistoryAsync(ShardNode node, Symbol symbol, long version)
    {
        var history = new CandleHistory();
        if (version < 0)
        {
            return history;
        }

        SilverChartsTable silver = node.Silver ??= await openSilver(node.Process);
        Snapshot snapshot = silver.Table.Snapshot;
        if (snapshot.Version != version)
        {
            snapshot = await silver.Table.SnapshotAtAsync(version);
        }

        await foreach (IReadOnlyList<SilverCandle> rows in silver.ReadAsync(snapshot, new Predicate.In("symbol", [symbol.Code])))
        {
            foreach (SilverCandle row in rows)
            {
                history.Add(row.Interval, row.Candle);
            }
        }

        return history;
    }
}
