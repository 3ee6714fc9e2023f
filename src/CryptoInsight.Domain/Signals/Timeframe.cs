using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>One series of Gold: buckets of length <paramref name="Window"/>, made of the candles of interval <paramref name="Source"/>.</summary>
/// <param name="Source">The interval of the candles that are folded.</param>
/// <param name="Window">The length of the buckets: the <c>timeframe</c> column.</param>
public readonly record struct Timeframe(Interval Source, Interval Window)
{
    /// <summary>The window, and the source where it is another interval.</summary>
    public override string ToString() => Source == Window ? Window.Code : $"{Window.Code} from {Source.Code}";
}
