namespace CryptoInsight.Benchmarks.Measuring;

/// <summary>Durations of one thing, in milliseconds, in the order they were measured.</summary>
internal sealed class Samples
{
    private readonly List<double> _ms = [];

    public int Count => _ms.Count;

    public double Median => Quantile(0.5);

    public double P99 => Quantile(0.99);

    public double Min => Quantile(0);

    public double Last => _ms[^1];

    public void Add(TimeSpan elapsed) => _ms.Add(elapsed.TotalMilliseconds);

    /// <summary>The value that a share of the samples does not exceed (nearest rank).</summary>
    public double Quantile(double share)
    {
        double[] sorted = [.. _ms.Order()];
        return sorted.Length == 0
            ? throw new InvalidOperationException("Nothing was measured.")
            : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
    }
}
