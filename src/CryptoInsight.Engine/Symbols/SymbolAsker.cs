using Akka.Actor;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Asks many symbols and waits for all, in a <see cref="GatheringActor"/> per step.</summary>
/// <param name="runId">Unique to this process: with a count it makes the ids of requests globally unique.</param>
public sealed class SymbolAsker(IActorRefFactory actors, IActorRef shards, string runId, TimeSpan answerTimeout) : ISymbols
{
    /// <summary>How often a question is asked before the step fails and the job starts again.</summary>
    public const int AttemptsMax = 10;

    private static readonly IReadOnlyList<CandleChange> s_noChanges = [];

    private long _requests;

    public Task<SymbolAnswers> AskAsync(
        IReadOnlyCollection<Symbol> symbols, SignalPosition from, SignalPosition to, IReadOnlyDictionary<Symbol, List<CandleChange>> changes, CancellationToken ct) =>
        AllAsync(symbols.Select(s => new SymbolProtocol.ComputeSignals(NextId(), s, from, to, changes.TryGetValue(s, out List<CandleChange>? some) ? some : s_noChanges)), ct);

    public Task<SymbolAnswers> AskAllAsync(IReadOnlyCollection<Symbol> symbols, SignalPosition at, CancellationToken ct) =>
        AllAsync(symbols.Select(s => new SymbolProtocol.ComputeAllSignals(NextId(), s, at)), ct);

    private async Task<SymbolAnswers> AllAsync(IEnumerable<SymbolProtocol.ICommand> commands, CancellationToken ct)
    {
        var outcome = new TaskCompletionSource<OpenQuestions.Verdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        IActorRef gathering = actors.ActorOf(GatheringActor.Props(OpenQuestions.Ask(commands, AttemptsMax), shards, answerTimeout, outcome));
        using CancellationTokenRegistration stop = ct.Register(() => gathering.Tell(PoisonPill.Instance));
        return SymbolAnswers.Of(await outcome.Task.ConfigureAwait(false));
    }

    private string NextId() => $"{runId}/{Interlocked.Increment(ref _requests)}";
}
