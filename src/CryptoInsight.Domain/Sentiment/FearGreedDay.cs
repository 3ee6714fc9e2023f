using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Sentiment;

/// <summary>One day of the Fear and Greed index with what the days before it make of it: a row of <c>gold_fear_greed</c>.</summary>
/// <param name="Time">The publisher's instant (<c>ts_utc</c>).</param>
/// <param name="Value">0 to 100.</param>
/// <param name="ValueClass">The publisher's own class.</param>
/// <param name="Ma7">Mean of the last 7 rows including this one, of fewer at the start.</param>
/// <param name="Ma30">Mean of the last 30 rows including this one, of fewer at the start.</param>
/// <param name="Z30">(value - ma30) / sample deviation of the same rows; null where that is null or 0.</param>
/// <param name="D1Change">Change against the row before; null at the start.</param>
/// <param name="D7Change">Change against the seventh row before; null at the start.</param>
/// <param name="StreakDays">How many rows in a row, this one included, have this class.</param>
public sealed record FearGreedDay(UnixMicros Time, int Value, string ValueClass, double Ma7, double Ma30, double? Z30, int? D1Change, int? D7Change, int StreakDays);
