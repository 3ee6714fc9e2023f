namespace CryptoInsight.Domain.Market;

/// <summary>The order of doubles in which only equal bits are equal: IEEE 754 totalOrder, -0 before 0, NaN at the ends.</summary>
public static class TotalOrder
{
    /// <summary>Negative, zero or positive as <paramref name="x"/> is before, the same as, or after <paramref name="y"/>.</summary>
    public static int Compare(double x, double y) => Rank(x).CompareTo(Rank(y));

    // The bits of a negative number count downwards.
    private static long Rank(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        return bits >= 0 ? bits : bits ^ long.MaxValue;
    }
}
