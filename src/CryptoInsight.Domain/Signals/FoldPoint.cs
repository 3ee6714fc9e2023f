using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>Finds, from the newest candle backwards, how much of a whole history can be folded at once without computing any row.</summary>
internal static class FoldPoint
{
    /// <summary>How many of the first bars lie in buckets that need not be held.</summary>
    /// <remarks>Bound: looks only at the buckets after the watermark and <paramref name="finalHeld"/> more.</remarks>
    public static int Of(ReadOnlySpan<Bar> bars, Timeframe timeframe, long watermark, long limit, int finalHeld)
    {
        int end = bars.Length;
        int split = bars.Length;
        int finals = 0;
        while (end > 0)
        {
            UnixMicros start = timeframe.Window.Floor(new UnixMicros(bars[end - 1].OpenTime));
            long bucketEnd = timeframe.Window.Next(start).Value;
            if (bucketEnd <= watermark && finals >= finalHeld && bucketEnd <= limit)
            {
                break;
            }

            int begin = Begin(bars[..end], start.Value);
            bool isFinal = bucketEnd <= watermark || end - begin == timeframe.Window.CandlesIn(start, timeframe.Source);
            finals = isFinal ? finals + 1 : 0;
            bool held = !isFinal || finals <= finalHeld || bucketEnd > limit;
            split = held ? begin : split;
            end = begin;
        }

        return split;
    }

    // Buckets are short: walk back, do not search the whole history.
    private static int Begin(ReadOnlySpan<Bar> bars, long start)
    {
        int begin = bars.Length - 1;
        while (begin > 0 && bars[begin - 1].OpenTime >= start)
        {
            begin--;
        }

        return begin;
    }
}
