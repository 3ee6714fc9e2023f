namespace CryptoInsight.Sources.Binance;

/// <summary>What one answer of the exchange, or one candle of its streams, says about a range of open times.</summary>
/// <param name="Symbol">Whose.</param>
/// <param name="Interval">How long.</param>
/// <param name="From">The first open time that was asked for.</param>
/// <param name="To">The open time up to which (exclusive) the answer reaches.</param>
/// <param name="Rows">The rows, in the exchange's order; a follower leaves out those that it has given before with the same values.</param>
/// <param name="SettledTo">The open time up to which (exclusive) everything expected was in an answer or was declared absent by one: where a bookmark may move.
/// Absent is what a later candle jumps over, or what is still not there long after its close; the newest candles may just be late.</param>
public sealed record FetchedRange(Symbol Symbol, Interval Interval, UnixMicros From, UnixMicros To, IReadOnlyList<RawCandle> Rows, UnixMicros SettledTo)
{
    /// <summary>What was asked and answered; null for a candle that a stream told.</summary>
    public RangeAnswer? Answer { get; init; }

    /// <summary>The open times in [From, SettledTo) that the exchange has no candle for, as half-open ranges in order.</summary>
    public IReadOnlyList<OpenTimeRange> Absent { get; init; } = [];

    /// <summary>Whose candles.</summary>
    public CandleSeries Series => new(Symbol, Interval);
}
