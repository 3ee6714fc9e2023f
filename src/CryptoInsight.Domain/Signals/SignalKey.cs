using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>What makes a row of <c>gold_signals</c> itself: symbol, timeframe and bucket start.</summary>
public readonly record struct SignalKey(Symbol Symbol, Interval Timeframe, UnixMicros BucketStart);
