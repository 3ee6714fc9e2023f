using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Engine.Symbols;

/// <summary>What a symbol's actor remembers: its state at the newest position it answered for, and at the one before (a request may come again). Pure.</summary>
public sealed record SymbolCache(SymbolCache.Entry? Previous, SymbolCache.Entry? Current)
{
    public sealed record Entry(SignalPosition Position, SymbolState State);

    public static SymbolCache Empty { get; } = new(null, null);

    /// <summary>The answer from memory, or null: then the history as of the request's <c>From</c> is needed.</summary>
    public (SymbolCache Next, SignalDelta Delta)? TryAnswer(SymbolProtocol.ComputeSignals request, SignalSettings settings)
    {
        Entry? at = Matches(Current, request.From) ? Current : Matches(Previous, request.From) ? Previous : null;
        return at is null ? null : Step(at, request, settings);
    }

    /// <summary>The answer from the symbol's whole history as of the request's <c>From</c>.</summary>
    public static (SymbolCache Next, SignalDelta Delta) Answer(
        SymbolProtocol.ComputeSignals request, CandleHistory history, SignalSettings settings)
    {
        SignalContext from = request.From.Context(settings), to = request.To.Context(settings);
        var start = new Entry(request.From, SymbolTransitions.Build(request.Symbol, history, from));
        if (Step(start, request, settings) is { } answered)
        {
            return answered;
        }

        SymbolStep.Applied recomputed = SymbolTransitions.Recompute(request.Symbol, history, from, request.Changes, to);
        return (new SymbolCache(start, new Entry(request.To, recomputed.Next)), recomputed.Delta);
    }

    /// <summary>All rows at a position, from the whole history as of it.</summary>
    public static (SymbolCache Next, SignalDelta Delta) AnswerAll(
        SymbolProtocol.ComputeAllSignals request, CandleHistory history, SignalSettings settings)
    {
        SignalContext at = request.At.Context(settings);
        var entry = new Entry(request.At, SymbolTransitions.Build(request.Symbol, history, at));
        return (new SymbolCache(null, entry), new SignalDelta(SymbolTransitions.Rows(request.Symbol, history, at), []));
    }

    private static bool Matches(Entry? entry, SignalPosition position) => entry is not null && entry.Position == position;

    private static (SymbolCache Next, SignalDelta Delta)? Step(Entry at, SymbolProtocol.ComputeSignals request, SignalSettings settings) =>
        SymbolTransitions.Apply(at.State, request.Changes, request.To.Context(settings)) is SymbolStep.Applied applied
            ? (new SymbolCache(at, new Entry(request.To, applied.Next)), applied.Delta)
            : null;
}
