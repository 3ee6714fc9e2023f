namespace CryptoInsight.Sources.Binance;

/// <summary>What one answer of the exchange says about a range of open times.</summary>
/// <param name="Symbol">Whose.</param>
/// <param name="Interval">How long.</param>
/// <param name="From">The first open time that was asked for.</param>
/// <param name="To">The open time up to which (exclusive) the answer reaches.</param>
/// <param name="Rows">The rows, in the exchange's order; a poll leaves out those that it has given before, byte for byte the same.</param>
/// <param name="SettledTo">The open time up to which (exclusive) everything expected was in an answer or was declared absent by one: where a bookmark may move.
/// Absent is what a later candle jumps over, or what is still not there long after its close; the newest candles may just be late.</param>
public sealed record FetchedRange(Symbol Symbol, Interval Interval, UnixMicros From, UnixMicros To, IReadOnlyList<RawCandle> Rows, UnixMicros SettledTo);
