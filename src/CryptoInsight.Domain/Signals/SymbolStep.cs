namespace CryptoInsight.Domain.Signals;

/// <summary>What became of a symbol's state when changes were applied.</summary>
public abstract record SymbolStep
{
    private SymbolStep()
    {
    }

    /// <summary>The state at the new context, and exactly rows(to) - rows(from).</summary>
    public sealed record Applied(SymbolState Next, SignalDelta Delta) : SymbolStep;

    /// <summary>The change reaches rows older than the state holds: read its history from Silver and <see cref="SymbolTransitions.Recompute"/>.</summary>
    public sealed record NeedsHistory(string Why) : SymbolStep;

    /// <summary>One answer per case.</summary>
    public T Match<T>(Func<Applied, T> applied, Func<NeedsHistory, T> needsHistory)
    {
        ArgumentNullException.ThrowIfNull(applied);
        ArgumentNullException.ThrowIfNull(needsHistory);
        return this switch
        {
            Applied a => applied(a),
            NeedsHistory n => needsHistory(n),
            _ => throw new InvalidOperationException("SymbolStep is closed."),
        };
    }
}
