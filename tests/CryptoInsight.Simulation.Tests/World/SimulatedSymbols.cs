using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;
using CryptoInsight.Engine.Symbols;
using CryptoInsight.Simulation.Tests.Stage;

namespace CryptoInsight.Simulation.Tests.World;

/// <summary>A driver's end of the network: the product's pure <see cref="OpenQuestions"/> with the stage's timers and messages around it.</summary>
/// <remarks>Late answers to earlier steps come to the questions that are open now, which a real mailbox would not even do.</remarks>
internal sealed class SimulatedSymbols(SimulatedProcess driver, Scheduler stage, SymbolNetwork network, string runId) : ISymbols
{
    private const int AttemptsMax = 40;

    private long _requests;
    private Gathering? _open;

    private sealed class Gathering(OpenQuestions questions)
    {
        public OpenQuestions Questions { get; set; } = questions;

        public TaskCompletionSource<OpenQuestions.Verdict> Done { get; } = new();
    }

    public Task<SymbolAnswers> AskAsync(
        IReadOnlyCollection<Symbol> symbols, SignalPosition from, SignalPosition to, IReadOnlyDictionary<Symbol, List<CandleChange>> changes, CancellationToken ct) =>
        AllAsync(symbols.Select(s => new SymbolProtocol.ComputeSignals(NextId(), s, from, to, changes.TryGetValue(s, out List<CandleChange>? some) ? some : [])));

    public Task<SymbolAnswers> AskAllAsync(IReadOnlyCollection<Symbol> symbols, SignalPosition at, CancellationToken ct) =>
        AllAsync(symbols.Select(s => new SymbolProtocol.ComputeAllSignals(NextId(), s, at)));

    private async Task<SymbolAnswers> AllAsync(IEnumerable<SymbolProtocol.ICommand> commands)
    {
        var gathering = new Gathering(OpenQuestions.Ask(commands, AttemptsMax));
        _open = gathering;
        Went(gathering, gathering.Questions);
        _ = AskAgainAsync(gathering);
        return SymbolAnswers.Of(await gathering.Done.Task);
    }

    private async Task AskAgainAsync(Gathering gathering)
    {
        while (gathering == _open && gathering.Questions.Outcome is null)
        {
            foreach (SymbolProtocol.ICommand command in gathering.Questions.Missing.ToList())
            {
                network.Send(command, driver, OnReply);
            }

            await stage.PauseAsync(driver, "answer time-out");
            Went(gathering, gathering.Questions.OnTimeout());
        }
    }

    private void OnReply(SymbolProtocol.IReply reply)
    {
        if (_open is { } gathering)
        {
            Went(gathering, gathering.Questions.On(reply));
        }
    }

    private static void Went(Gathering gathering, OpenQuestions next)
    {
        gathering.Questions = next;
        if (next.Outcome is { } outcome)
        {
            gathering.Done.TrySetResult(outcome);
        }
    }

    private string NextId() => $"{runId}/{++_requests}";
}
