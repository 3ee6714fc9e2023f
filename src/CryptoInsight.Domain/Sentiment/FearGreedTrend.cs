using CryptoInsight.Domain.Signals;

namespace CryptoInsight.Domain.Sentiment;

/// <summary>From the index's values to <c>gold_fear_greed</c>: a pure function of the points alone.</summary>
/// <remarks>Rows count, not days: a day that was never published is not filled in. Sums are whole numbers, so every mean and deviation is exact but for its one
/// division (and root), and does not depend on order. <b>Source</b>: tables.md, <c>gold_fear_greed</c>.</remarks>
public static class FearGreedTrend
{
    /// <summary>Rows in the short mean, and the reach of the longer change.</summary>
    public const int Week = 7;

    /// <summary>Rows in the long mean and in the deviation.</summary>
    public const int Month = 30;

    /// <summary>One row per point, oldest first.</summary>
    public static IReadOnlyList<FearGreedDay> Of(FearGreedIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        IReadOnlyList<FearGreedPoint> points = index.Points;
        var days = new List<FearGreedDay>(points.Count);
        long weekSum = 0, monthSum = 0, monthSquares = 0;
        int streak = 0;
        for (int i = 0; i < points.Count; i++)
        {
            (long value, string label) = (points[i].Value, points[i].Label);
            weekSum += value - Leaving(points, i, Week);
            monthSum += value - Leaving(points, i, Month);
            monthSquares += (value * value) - (Leaving(points, i, Month) * Leaving(points, i, Month));
            streak = i > 0 && points[i - 1].Label == label ? streak + 1 : 1;
            days.Add(new FearGreedDay(
                points[i].Time,
                points[i].Value,
                label,
                Mean(weekSum, Math.Min(i + 1, Week)),
                Mean(monthSum, Math.Min(i + 1, Month)),
                ZScore(value, monthSum, monthSquares, Math.Min(i + 1, Month)),
                Change(points, i, 1),
                Change(points, i, Week),
                streak));
        }

        return days;
    }

    private static long Leaving(IReadOnlyList<FearGreedPoint> points, int at, int window) => at >= window ? points[at - window].Value : 0;

    private static int? Change(IReadOnlyList<FearGreedPoint> points, int at, int back) => at >= back ? points[at].Value - points[at - back].Value : null;

    private static double Mean(long sum, int count) => (double)sum / count;

    // n² times the sample variance, times (n - 1)/n, is n·Σx² - (Σx)²: whole, so "no deviation" is exactly zero.
    private static double? ZScore(long value, long sum, long squares, int count)
    {
        long spread = (count * squares) - (sum * sum);
        return count < 2 || spread == 0
            ? null
            : (double)((count * value) - sum) / count / Math.Sqrt((double)spread / ((long)count * (count - 1)));
    }
}
