namespace CryptoInsight.Domain.Signals;

/// <summary>A timeframe folded up to some bucket: all that later rows depend on. Times in microseconds.</summary>
/// <param name="Indicators">After the last folded bucket.</param>
/// <param name="Closes">The closes that later buckets look back to.</param>
/// <param name="FirstEnd">End of the first folded bucket; the greatest value if none is folded.</param>
/// <param name="LastEnd">End of the last folded bucket; the least value if none is.</param>
/// <param name="LastPartialEnd">End of the last folded bucket that lacks candles (final by the watermark alone); the least value if none is.</param>
internal sealed record SeriesBase(IndicatorState Indicators, CloseHistory Closes, long FirstEnd, long LastEnd, long LastPartialEnd)
{
    public static readonly SeriesBase Empty = new(default, CloseHistory.Empty, long.MaxValue, long.MinValue, long.MinValue);

    /// <summary>The base after these buckets too.</summary>
    public SeriesBase After(ReadOnlySpan<BucketSum> buckets, IndicatorState indicators)
    {
        if (buckets.IsEmpty)
        {
            return this;
        }

        uint[] starts = new uint[buckets.Length];
        double[] closes = new double[buckets.Length];
        long partialEnd = LastPartialEnd;
        for (int i = 0; i < buckets.Length; i++)
        {
            starts[i] = (uint)(buckets[i].Start / Market.UnixMicros.PerSecond);
            closes[i] = buckets[i].Close;
            partialEnd = buckets[i].IsComplete ? partialEnd : buckets[i].End;
        }

        long lastEnd = buckets[^1].End;
        CloseHistory history = Closes.Append(starts, closes, CloseWindow.KeptFrom(lastEnd));
        return new SeriesBase(indicators, history, Math.Min(FirstEnd, buckets[0].End), lastEnd, partialEnd);
    }
}
