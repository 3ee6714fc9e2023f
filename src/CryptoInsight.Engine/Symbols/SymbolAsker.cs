using Akka.Actor;
using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>All answers of one step put together, or why there can be none.</summary>
/// <param name="Lost">Set if a symbol's history is cleaned.</param>
public sealed record SymbolAnswers(SignalDelta Delta, string? Lost);

/// <summary>Asks many symbols and waits for all: a question that is not answered in time is asked again under the same id, and there is never a partial result.</summary>
public sealed class SymbolAsker(IActorRef shards, string runId, TimeSpan answerTimeout) : ISymbols
{
    private const int AttemptsMax = 10;

    private static readonly IReadOnlyList<CandleChange> s_noChanges = [];

    private long _requests;

    public Task<SymbolAnswers> AskAsync(
        IReadOnlyCollection<Symbol> symbols, SignalPosition from, SignalPosition to, IReadOnlyDictionary<Symbol, List<CandleChange>> changes, CancellationToken ct) =>
        AllAsync(symbols, (id, symbol) => new SymbolProtocol.ComputeSignals(id, symbol, from, to, changes.TryGetValue(symbol, out List<CandleChange>? some) ? some : s_noChanges), ct);

    public Task<SymbolAnswers> AskAllAsync(IReadOnlyCollection<Symbol> symbols, SignalPosition at, CancellationToken ct) =>
        AllAsync(symbols, (id, symbol) => new SymbolProtocol.ComputeAllSignals(id, symbol, at), ct);

    private async Task<SymbolAnswers> AllAsync(IReadOnlyCollection<Symbol> symbols, Func<string, Symbol, SymbolProtocol.ICommand> command, CancellationToken ct)
    {
        SymbolProtocol.IReply[] replies = await Task.WhenAll(symbols.Select(s => OneAsync(command(NextId(), s), ct))).ConfigureAwait(false);
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
                    return new SymbolAnswers(new SignalDelta([], []), $"{lost.Symbol}: {lost.Why}");
                case SymbolProtocol.ComputeFailed failed:
                    throw new IOException($"{failed.Symbol} could not read its history: {failed.Why}");
            }
        }

        return new SymbolAnswers(new SignalDelta(upserts, deletes), null);
    }

    private async Task<SymbolProtocol.IReply> OneAsync(SymbolProtocol.ICommand command, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await shards.Ask<SymbolProtocol.IReply>(command, answerTimeout, ct).ConfigureAwait(false);
            }
            catch (AskTimeoutException) when (attempt < AttemptsMax)
            {
                // Asked again under the same id: the symbol may be moving between nodes, or reading a long history.
            }
            catch (AskTimeoutException)
            {
                throw new TimeoutException($"{command.Symbol} did not answer within {AttemptsMax} x {answerTimeout}.");
            }
        }
    }

    private string NextId() => $"{runId}/{Interlocked.Increment(ref _requests)}";
}
