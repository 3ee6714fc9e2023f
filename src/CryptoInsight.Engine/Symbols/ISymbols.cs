using CryptoInsight.Domain.Market;
using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>Whoever answers for the symbols: the shards of a cluster, or a simulated network. All answers or none; an answer is matched by its request's id alone.</summary>
public interface ISymbols
{
    /// <summary>rows(to) - rows(from) of every symbol that is asked.</summary>
    /// <param name="changes">Row changes in Silver between the two positions; a symbol without any is still asked, for time alone may have moved its rows.</param>
    Task<SymbolAnswers> AskAsync(
        IReadOnlyCollection<Symbol> symbols, SignalPosition from, SignalPosition to, IReadOnlyDictionary<Symbol, List<CandleChange>> changes, CancellationToken ct);

    /// <summary>All rows of every symbol at a position.</summary>
    Task<SymbolAnswers> AskAllAsync(IReadOnlyCollection<Symbol> symbols, SignalPosition at, CancellationToken ct);
}
