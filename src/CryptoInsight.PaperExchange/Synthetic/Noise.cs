namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>Random variates by table: 12 bits in, one number out. A hundred times cheaper than logarithms, and identical on every machine.</summary>
internal static class Noise
{
    /// <summary>Bits that one draw consumes.</summary>
    public const int Bits = 12;

    private const int Count = 1 << Bits;
    private const ulong Mask = Count - 1;

    private static readonly double[] s_normal = Table(NormalQuantile);
    private static readonly double[] s_exponential = Table(p => -Math.Log(p));
    private static readonly double[] s_logNormal = Table(p => Math.Exp(NormalQuantile(p)));

    /// <summary>Standard normal, within 3.7 deviations.</summary>
    public static double Normal(ulong bits) => s_normal[bits & Mask];

    /// <summary>Exponential with mean 1.</summary>
    public static double Exponential(ulong bits) => s_exponential[bits & Mask];

    /// <summary>e to a standard normal: for a spread other than 1, use <see cref="LogNormalTable"/>.</summary>
    public static double LogNormal(ulong bits) => s_logNormal[bits & Mask];

    /// <summary>Uniform in (-1, 1).</summary>
    public static double Symmetric(ulong bits) => ((long)(bits & Mask) * 2 + 1 - Count) * (1.0 / Count);

    /// <summary>A table of e^(spread * normal - spread^2 / 2): mean 1, to be indexed by the lowest <see cref="Bits"/> bits.</summary>
    public static double[] LogNormalTable(double spread) => Table(p => Math.Exp(spread * NormalQuantile(p) - spread * spread / 2));

    /// <summary>Looks a table of this class up.</summary>
    public static double Draw(double[] table, ulong bits) => table[bits & Mask];

    private static double[] Table(Func<double, double> quantile)
    {
        double[] table = new double[Count];
        for (int i = 0; i < Count; i++)
        {
            table[i] = quantile((i + 0.5) / Count);
        }

        return table;
    }

    /// <summary>The inverse of the normal distribution: Acklam's rational approximation, relative error below 1.2e-9.</summary>
    private static double NormalQuantile(double p)
    {
        if (p > 0.5)
        {
            return -NormalQuantile(1 - p);
        }

        if (p < 0.02425)
        {
            double q = Math.Sqrt(-2 * Math.Log(p));
            return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q
                + 4.374664141464968) * q + 2.938163982698783)
                / ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
        }

        double c = p - 0.5;
        double r = c * c;
        return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r + 1.383577518672690e+02) * r
            - 3.066479806614716e+01) * r + 2.506628277459239) * c
            / (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r + 6.680131188771972e+01) * r
            - 1.328068155288572e+01) * r + 1);
    }
}
