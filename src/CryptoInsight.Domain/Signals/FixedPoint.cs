using System.Runtime.CompilerServices;

namespace CryptoInsight.Domain.Signals;

/// <summary>Decimals as whole hundred-millionths, so that sums are exact and do not depend on order.</summary>
/// <remarks>Bound: values up to <see cref="Market.Candle.MagnitudeMax"/> (1e20) leave room for 10^10 of them in 128 bits.</remarks>
internal static class FixedPoint
{
    private const double Scale = 1e8;

    /// <summary>round(x * 1e8), half to even, the product taken as a double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Int128 Of(double x)
    {
        double scaled = Math.Round(x * Scale);

        // Whole doubles convert exactly either way; 64 bits are the fast way.
        return Math.Abs(scaled) < long.MaxValue ? (long)scaled : (Int128)scaled;
    }

    /// <summary>The sum as a double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Sum(Int128 sum) => ToDouble(sum) / Scale;

    /// <summary>The mean of <paramref name="count"/> values as a double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Mean(Int128 sum, int count) => ToDouble(sum) / (count * Scale);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ToDouble(Int128 sum)
    {
        long low = (long)sum;
        return low == sum ? low : (double)sum;
    }
}
