using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>What Gold needs of a candle: 64 bytes, one cache line, no padding (so that bytes are equal exactly if values are).</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Bar
{
    /// <summary>Stands for "the source has no trades".</summary>
    public const long NoTrades = CandleColumns.NoTrades;

    public readonly long OpenTime;
    public readonly double Open;
    public readonly double High;
    public readonly double Low;
    public readonly double Close;
    public readonly double Volume;
    public readonly double QuoteVolume; // NaN: the source has none
    public readonly long Trades;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Bar(long openTime, double open, double high, double low, double close, double volume, double quoteVolume, long trades)
    {
        OpenTime = openTime;

        // + 0.0 makes 0 of -0 and leaves all else alone: a decimal has one zero, and Gold is compared bit for bit.
        Open = open + 0.0;
        High = high + 0.0;
        Low = low + 0.0;
        Close = close + 0.0;
        Volume = volume + 0.0;
        QuoteVolume = quoteVolume + 0.0;
        Trades = trades;
    }

    /// <summary>The bar of a candle that the expectations of Silver let pass; any other is a broken invariant and throws.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bar Of(Interval interval, in Candle c) =>
        new Bar(c.OpenTime.Value, c.Open, c.High, c.Low, c.Close, c.Volume, c.QuoteVolume ?? double.NaN, c.Trades ?? NoTrades)
            .Checked(interval, c.QuoteVolume.HasValue, c.Trades.HasValue);

    /// <summary>The bar of one row of columns, checked alike.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bar Of(Interval interval, in CandleColumns c, int row) =>
        new Bar(
            c.OpenTime[row], c.Open[row], c.High[row], c.Low[row], c.Close[row], c.Volume[row],
            c.QuoteVolume.IsEmpty ? double.NaN : c.QuoteVolume[row], c.Trades.IsEmpty ? NoTrades : c.Trades[row]).Checked(interval, false, false);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Bar Checked(Interval interval, bool hasQuoteVolume, bool hasTrades)
    {
        // |x| <= max is false for NaN and both infinities.
        bool fits = Math.Abs(Open) <= Candle.MagnitudeMax & Math.Abs(High) <= Candle.MagnitudeMax
            & Math.Abs(Low) <= Candle.MagnitudeMax & Math.Abs(Close) <= Candle.MagnitudeMax & Math.Abs(Volume) <= Candle.MagnitudeMax
            & (Math.Abs(QuoteVolume) <= Candle.MagnitudeMax | (double.IsNaN(QuoteVolume) & !hasQuoteVolume))
            & ((Trades <= Candle.TradesMax & Trades >= -Candle.TradesMax) | (Trades == NoTrades & !hasTrades))
            & OpenTime >= UnixMicros.Earliest.Value & OpenTime < UnixMicros.Latest.Value;
        return fits ? this : throw Unfit(interval, OpenTime);
    }

    private static InvalidDataException Unfit(Interval interval, long openTime) => new(
        $"Silver holds a {interval} candle at {new UnixMicros(openTime)} whose values are not finite or out of range: Gold cannot be computed. "
        + "Quarantine it (rules not_finite, out_of_range, time_implausible).");

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
