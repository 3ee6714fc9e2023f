using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>A candle's key as it arrived, for questions about lateness.</summary>
public readonly record struct CandleArrival(Symbol Symbol, Interval Interval, UnixMicros OpenTime);
