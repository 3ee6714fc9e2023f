using System.Runtime.InteropServices;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>What Gold needs of a candle: 64 bytes, one cache line, no padding (so that bytes are equal exactly if values are).</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Bar
{
    /// <summary>Stands for "the source has no trades"; no candle that passes <see cref="Of"/> has this count.</summary>
    public const long NoTrades = long.MinValue;

    public readonly long OpenTime;
    public readonly double Open;
    public readonly double High;
    public readonly double Low;
    public readonly double Close;
    public readonly double Volume;
    public readonly double QuoteVolume; // NaN: the source has none
    public readonly long Trades;

    private Bar(in Candle c)
    {
        OpenTime = c.OpenTime.Value;

        // + 0.0 makes 0 of -0 and leaves all else alone: a decimal has one zero, and Gold is compared bit for bit.
        Open = c.Open + 0.0;
        High = c.High + 0.0;
        Low = c.Low + 0.0;
        Close = c.Close + 0.0;
        Volume = c.Volume + 0.0;
        QuoteVolume = c.QuoteVolume + 0.0 ?? double.NaN;
        Trades = c.Trades ?? NoTrades;
    }

    /// <summary>The bar of a candle that the expectations of Silver let pass; any other is a broken invariant and throws.</summary>
    public static Bar Of(Interval interval, in Candle c)
    {
        Bar bar = new(c);

        // |x| <= max is false for NaN and both infinities.
        bool fits = Math.Abs(c.Open) <= Candle.MagnitudeMax & Math.Abs(c.High) <= Candle.MagnitudeMax
            & Math.Abs(c.Low) <= Candle.MagnitudeMax & Math.Abs(c.Close) <= Candle.MagnitudeMax
            & Math.Abs(c.Volume) <= Candle.MagnitudeMax & Math.Abs(c.QuoteVolume.GetValueOrDefault()) <= Candle.MagnitudeMax
            & Math.Abs((double)c.Trades.GetValueOrDefault()) <= Candle.TradesMax & c.OpenTime.IsPlausible;
        return fits ? bar : throw new InvalidDataException(
            $"Silver holds a {interval} candle at {c.OpenTime} whose values are not finite or out of range: Gold cannot be computed. Quarantine it (rules not_finite, out_of_range, time_implausible).");
    }

    /// <summary>Throws if an open time is off the interval's grid.</summary>
    public static void CheckGrid(Interval interval, long openTime)
    {
        if (!interval.IsAligned(new UnixMicros(openTime)))
        {
            throw new InvalidDataException(
                $"Silver holds a {interval} candle at {new UnixMicros(openTime)}, which is off the grid: Gold cannot be computed. Quarantine it (rule off_grid).");
        }
    }

    public static bool AreSame(ReadOnlySpan<Bar> a, ReadOnlySpan<Bar> b) => MemoryMarshal.AsBytes(a).SequenceEqual(MemoryMarshal.AsBytes(b));

    /// <summary>The position of the first bar at or after <paramref name="openTime"/>.</summary>
    public static int LowerBound(ReadOnlySpan<Bar> bars, long openTime)
    {
        int low = 0, high = bars.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (bars[middle].OpenTime < openTime)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
