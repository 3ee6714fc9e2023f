using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>The published values of the Fear and Greed index in one version of <c>silver_fear_greed</c>, looked up as of an instant.</summary>
/// <remarks>Immutable, sorted by time, value equality (cheap: the same object, else a fingerprint first).</remarks>
public sealed class FearGreedIndex : IEquatable<FearGreedIndex>
{
    /// <summary>A value older than this says nothing about a bucket.</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromHours(72);

    internal const long AgeMaxMicros = 72L * 3600 * UnixMicros.PerSecond;

    private readonly FearGreedPoint[] _points;
    private readonly int _hash;

    private FearGreedIndex(FearGreedPoint[] points)
    {
        _points = points;
        HashCode hash = default;
        foreach (FearGreedPoint p in points)
        {
            hash.Add(p.Time);
            hash.Add(p.Value);
            hash.Add(p.Label, StringComparer.Ordinal);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>No value at all.</summary>
    public static FearGreedIndex Empty { get; } = new([]);

    /// <summary>Every point, oldest first.</summary>
    public IReadOnlyList<FearGreedPoint> Points => _points;

    /// <summary>The index of these points in any order; two at one instant are refused, because then no look-up would be a function.</summary>
    public static FearGreedIndex Of(IEnumerable<FearGreedPoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        FearGreedPoint[] sorted = [.. points.OrderBy(p => p.Time)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1].Time == sorted[i].Time)
            {
                throw new ArgumentException($"The index has two values at {sorted[i].Time}: silver_fear_greed holds a key twice (INV-2).", nameof(points));
            }
        }

        return sorted.Length == 0 ? Empty : new FearGreedIndex(sorted);
    }

    /// <summary>The newest point at or before <paramref name="at"/> that is at most <see cref="AgeMax"/> old then, or null.</summary>
    public FearGreedPoint? AsOf(UnixMicros at) => Fresh(CountUpTo(at.Value) - 1, at.Value);

    /// <summary>Moves a count of points forward past those with a time at or before <paramref name="micros"/>.</summary>
    internal int CountUpTo(long micros, int count)
    {
        while (count < _points.Length && _points[count].Time.Value <= micros)
        {
            count++;
        }

        return count;
    }

    /// <summary>How many points have a time at or before <paramref name="micros"/>.</summary>
    internal int CountUpTo(long micros)
    {
        int low = 0, high = _points.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_points[middle].Time.Value <= micros)
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

    /// <summary>The point at <paramref name="position"/> if it exists and is not too old at <paramref name="micros"/>.</summary>
    internal FearGreedPoint? Fresh(int position, long micros) =>
        position >= 0 && micros - _points[position].Time.Value <= AgeMaxMicros ? _points[position] : null;

    /// <summary>The instants [from, to] whose look-up may differ between two indexes, or null if none does.</summary>
    internal static (long From, long To)? Difference(FearGreedIndex a, FearGreedIndex b)
    {
        if (a.Equals(b))
        {
            return null;
        }

        ReadOnlySpan<FearGreedPoint> x = a._points, y = b._points;
        int head = x.CommonPrefixLength(y);
        x = x[head..];
        y = y[head..];
        int tail = 0;
        while (tail < x.Length && tail < y.Length && x[^(tail + 1)] == y[^(tail + 1)])
        {
            tail++;
        }

        // From the first common point after the difference on, both give that point or a later one.
        long next = tail > 0 ? x[^tail].Time.Value - 1 : long.MaxValue;
        x = x[..^tail];
        y = y[..^tail];
        long from = Math.Min(x.IsEmpty ? long.MaxValue : x[0].Time.Value, y.IsEmpty ? long.MaxValue : y[0].Time.Value);
        long last = Math.Max(x.IsEmpty ? long.MinValue : x[^1].Time.Value, y.IsEmpty ? long.MinValue : y[^1].Time.Value);
        return (from, Math.Min(next, last + AgeMaxMicros));
    }

    /// <inheritdoc/>
    public bool Equals(FearGreedIndex? other) =>
        other is not null
        && (ReferenceEquals(this, other) || (_hash == other._hash && _points.AsSpan().SequenceEqual(other._points)));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as FearGreedIndex);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;
}
