using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>A symbol's windows at one context: per timeframe the indicators folded up to a base, and the rows and candles of the buckets after it.</summary>
/// <remarks>Immutable; a cache of Silver, never a truth. Bound per timeframe: the larger of 200 closes and 24 h of closes (12 bytes each), all buckets that are not final and a few that are,
/// with their candles (64 bytes each, shared by the timeframes of an interval).</remarks>
public sealed class SymbolState
{
    /// <summary>How many final buckets of an interval's shortest timeframe are held where nothing else is said.</summary>
    public const int FinalBucketsHeldDefault = 3;

    internal SymbolState(Symbol symbol, SignalContext context, int finalBucketsHeld, SourceState[] sources)
    {
        Symbol = symbol;
        Context = context;
        FinalBucketsHeld = finalBucketsHeld;
        Sources = sources;
    }

    /// <summary>Whose windows these are.</summary>
    public Symbol Symbol { get; }

    /// <summary>The context that the rows are computed for.</summary>
    public SignalContext Context { get; }

    /// <summary>How many final buckets of an interval's shortest timeframe are held besides the open ones.</summary>
    public int FinalBucketsHeld { get; }

    internal SourceState[] Sources { get; }

    /// <summary>The rows that can still change without reading Silver: by timeframe, then bucket start.</summary>
    public IEnumerable<SignalRow> HeldRows => Sources.SelectMany(s => s.Series).SelectMany(s => s.Rows);

    /// <summary>How many candles are held.</summary>
    public int HeldCandleCount => Sources.Sum(s => s.Bars.Length);

    /// <summary>How many buckets are held.</summary>
    public int HeldBucketCount => Sources.Sum(s => s.Series.Sum(t => t.Rows.Length));

    /// <summary>The oldest open time at which a change of an interval's candles can be applied, or null if any can.</summary>
    public UnixMicros? HeldFrom(Interval interval)
    {
        ArgumentNullException.ThrowIfNull(interval);
        SourceState? source = Array.Find(Sources, s => s.Interval == interval);
        return source is null || source.HeldFrom == long.MinValue ? null : new UnixMicros(source.HeldFrom);
    }
}
