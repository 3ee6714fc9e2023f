using System.Runtime.CompilerServices;

namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>A log-price over all of time, minute by minute, that can be entered anywhere: Brownian motion in multifractal time.</summary>
/// <remarks>
/// Time is cut into roots of 2^20 minutes (about two years). Each root has a value and a variance of its own; every stretch hands its variance to its two halves by a random
/// share (a cascade: calm and wild spells at every scale, fat tails) that follows the week's rhythm, and its middle is drawn from the Brownian bridge between its ends.
/// Every draw is a hash of (key, level, index), so any minute is found from its root in 20 steps and never depends on what was asked before.
/// <b>Source</b>: Mandelbrot, Fisher, Calvet, "A multifractal model of asset returns" (1997).
/// </remarks>
internal sealed class MultifractalPath(ulong key, double deviationPerYear)
{
    private const int RootLevel = 20;
    private const int WeekLevel = 13; // 8192 minutes: the longest stretch within a week
    private const double MinutesPerYear = 365.25 * 1440;

    // The greatest share that a half can win or lose. 0.3 gives minute returns a kurtosis near 30 and daily ones near 9, as measured on real candles.
    private const double ShareSwing = 0.30;

    private readonly double _rootVariance = deviationPerYear * deviationPerYear * (1L << RootLevel) / MinutesPerYear;

    // Roots are drawn independently: were they a walk, prices would drift away over the decades.
    private readonly double _rootDeviation = 0.45 * deviationPerYear;

    /// <summary>The mean variance of one minute.</summary>
    public double MinuteVariance => deviationPerYear * deviationPerYear / MinutesPerYear;

    /// <summary>Log-prices at the boundaries of <c>variances.Length</c> minutes from <paramref name="firstMinute"/> (one more than minutes), and each minute's variance.</summary>
    public void Fill(long firstMinute, Span<double> values, Span<double> variances)
    {
        long end = firstMinute + variances.Length;
        Window window = new(firstMinute, end, values, variances);
        for (long root = firstMinute >> RootLevel; root << RootLevel < end; root++)
        {
            // The bits of a root are its own level's; one above the tree, so they never meet those of a node.
            double spread = Noise.LogNormal(Hash.Mix(key, RootLevel + 2, root));
            Descend(window, RootLevel, root, RootValue(root), RootValue(root + 1), _rootVariance * (0.75 + 0.25 * Math.Min(spread, 4)));
        }
    }

    private double RootValue(long root) => _rootDeviation * Noise.Normal(Hash.Mix(key, RootLevel + 1, root));

    /// <summary>The levels above a week, which know no rhythm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Descend(in Window w, int level, long index, double left, double right, double variance)
    {
        if (level == WeekLevel)
        {
            long first = index << WeekLevel;
            int at = (int)((first % ActivityWeek.Minutes + ActivityWeek.Minutes) % ActivityWeek.Minutes);
            DescendWeek(w, WeekLevel, index, at, left, right, variance);
            return;
        }

        ulong bits = Hash.Mix(key, level, index);
        double share = 0.5 + ShareSwing * Noise.Symmetric(bits >> Noise.Bits);
        double middle = Middle(bits, left, right, variance, share);
        long child = index << 1;
        long boundary = (child + 1) << (level - 1);
        if (w.First < boundary)
        {
            Descend(w, level - 1, child, left, middle, variance * share);
        }

        if (w.End > boundary)
        {
            Descend(w, level - 1, child + 1, middle, right, variance * (1 - share));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DescendWeek(in Window w, int level, long index, int at, double left, double right, double variance)
    {
        int half = 1 << (level - 1);
        double[] before = ActivityWeek.Before;
        double start = before[at];
        double usual = (before[at + half] - start) / (before[at + half + half] - start);

        ulong bits = Hash.Mix(key, level, index);
        double share = usual + 4 * ShareSwing * Noise.Symmetric(bits >> Noise.Bits) * usual * (1 - usual);
        double middle = Middle(bits, left, right, variance, share);
        long child = index << 1;
        long boundary = (child + 1) << (level - 1);
        if (w.First < boundary)
        {
            if (level == 1)
            {
                w.Put(child, left, middle, variance * share);
            }
            else
            {
                DescendWeek(w, level - 1, child, at, left, middle, variance * share);
            }
        }

        if (w.End > boundary)
        {
            if (level == 1)
            {
                w.Put(child + 1, middle, right, variance * (1 - share));
            }
            else
            {
                DescendWeek(w, level - 1, child + 1, at + half, middle, right, variance * (1 - share));
            }
        }
    }

    /// <summary>A draw from the Brownian bridge at the point where <paramref name="share"/> of the variance is used up.</summary>
    private static double Middle(ulong bits, double left, double right, double variance, double share) =>
        left + (right - left) * share + Math.Sqrt(variance * share * (1 - share)) * Noise.Normal(bits);

    private readonly ref struct Window(long first, long end, Span<double> values, Span<double> variances)
    {
        public readonly long First = first;
        public readonly long End = end;
        private readonly Span<double> _values = values;
        private readonly Span<double> _variances = variances;

        public void Put(long minute, double left, double right, double variance)
        {
            int i = (int)(minute - First);
            _values[i] = left;
            _values[i + 1] = right;
            _variances[i] = variance;
        }
    }
}
