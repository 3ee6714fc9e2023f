using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.World;

/// <summary>A driver's end of the network: asks, asks again under the same id when a timer goes off, and waits for all answers.</summary>
internal sealed class SimulatedSymbols(SimulatedProcess driver, Scheduler stage, SymbolNetwork network, string runId) : ISymbols
{
    private const int AttemptsMax = 40;

    private long _requests;
    private Gathering? _open;

    /// <summary>The questions of one step and the answers so far. Late answers to earlier steps come here too, as they do to an actor.</summary>
    private sealed class Gathering(IReadOnlyList<(string Id, SymbolProtocol.ICommand Command)> questions)
    {
        public Dictionary<string, SymbolProtocol.ICommand> Open { get; } = questions.ToDictionary(q => q.Id, q => q.Command);

        public List<SymbolProtocol.IReply> Replies { get; } = [];

        public TaskCompletionSource Done { get; } = new();
    }

    public Task<SymbolAnswers> AskAsync(
        IReadOnlyCollection<Symbol> symbols, SignalPosition from, SignalPosition to, IReadOnlyDictionary<Symbol, List<CandleChange>> changes, CancellationToken ct) =>
        AllAsync(symbols, (id, symbol) => new SymbolProtocol.ComputeSignals(id, symbol, from, to, changes.TryGetValue(symbol, out List<CandleChange>? some) ? some : []));

    public Task<SymbolAnswers> AskAllAsync(IReadOnlyCollection<Symbol> symbols, SignalPosition at, CancellationToken ct) =>
        AllAsync(symbols, (id, symbol) => new SymbolProtocol.ComputeAllSignals(id, symbol, at));

    private async Task<SymbolAnswers> AllAsync(IReadOnlyCollection<Symbol> symbols, Func<string, Symbol, SymbolProtocol.ICommand> command)
    {
        if (symbols.Count == 0)
        {
            return new SymbolAnswers(new SignalDelta([], []), null);
        }

        List<(string Id, SymbolProtocol.ICommand Command)> questions = [.. symbols.Select(s => $"{runId}/{++_requests}/{s}").Zip(symbols, (id, s) => (id, command(id, s)))];
        var gathering = new Gathering(questions);
        _open = gathering;
        questions.ForEach(q => network.Send(q.Command, driver, OnReply));
        _ = AskAgainAsync(gathering);
        await gathering.Done.Task;
        return Together(gathering.Replies);
    }

    private async Task AskAgainAsync(Gathering gathering)
    {
        for (int attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            await stage.PauseAsync(driver, "answer time-out");
            if (gathering.Done.Task.IsCompleted)
            {
                return;
            }

            foreach (SymbolProtocol.ICommand command in gathering.Open.Values.ToList())
            {
                network.Send(command, driver, OnReply);
            }
        }

        if (gathering == _open && !gathering.Done.Task.IsCompleted)
        {
            gathering.Done.SetException(new TimeoutException("the symbols did not answer"));
        }
    }

    private void OnReply(SymbolProtocol.IReply reply)
    {
        if (_open is { } gathering && gathering.Open.Remove(reply.RequestId))
        {
            gathering.Replies.Add(reply);
            if (gathering.Open.Count == 0)
            {
                gathering.Done.SetResult();
            }
        }
    }

    private static SymbolAnswers Together(List<SymbolProtocol.IReply> replies)
    {
        List<SignalRow> upserts = [];
        List<SignalKey> deletes = [];
        foreach (SymbolProtocol.IReply reply in replies)
        {
            switch (reply)
            {
                case SymbolProtocol.SignalsComputed computed:
                    upserts.AddRange(computed.Delta.Upserts);
                    deletes.AddRange(computed.Delta.Deletes);
                    break;
                case SymbolProtocol.StateLost lost:
                    return new SymbolAnswers(new SignalDelta([], []), lost.Why);
                case SymbolProtocol.ComputeFailed failed:
                    throw new IOException($"{failed.Symbol} could not read its history: {failed.Why}");
            }
        }

        return new SymbolAnswers(new SignalDelta(upserts, deletes), null);
    }
}
