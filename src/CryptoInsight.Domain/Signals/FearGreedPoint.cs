using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>One published value of the Fear and Greed index: a row of <c>silver_fear_greed</c>.</summary>
/// <param name="Time">The instant that the publisher gives it (00:00 UTC of its day).</param>
/// <param name="Value">0 (extreme fear) to 100 (extreme greed).</param>
/// <param name="Label">The publisher's own class, stored as given.</param>
public sealed record FearGreedPoint(UnixMicros Time, int Value, string Label);
