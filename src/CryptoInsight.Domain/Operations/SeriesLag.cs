using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Operations;

/// <summary>How late one expected series of a table is.</summary>
public readonly record struct SeriesLag(Symbol Symbol, Interval Interval, TimeSpan Lag);
