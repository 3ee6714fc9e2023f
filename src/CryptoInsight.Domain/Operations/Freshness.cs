using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Operations;

/// <summary>How late a table is: how long the first missing row is overdue.</summary>
/// <remarks>One measure for every interval, so that 4 h and 1 m share one objective. <b>Source</b>: DESIGN 7, "Freshness".</remarks>
public static class Freshness
{
    /// <summary>Lag of a series: max(0, now - (end of its newest row + its interval)).</summary>
    /// <param name="interval">The series' interval or timeframe.</param>
    /// <param name="newestOpenTime">Open time or bucket start of its newest row.</param>
    /// <param name="now">The exchange's time as far as we know it.</param>
    public static TimeSpan Lag(Interval interval, UnixMicros newestOpenTime, UnixMicros now)
    {
        ArgumentNullException.ThrowIfNull(interval);
        return Overdue(interval.Next(interval.Next(newestOpenTime)), now);
    }

    /// <summary>Lag of an expected series without any row: how long the row that was expected first is overdue.</summary>
    /// <param name="interval">The series' interval or timeframe.</param>
    /// <param name="firstExpectedOpenTime">Open time of the row that should be there first.</param>
    /// <param name="now">The exchange's time as far as we know it.</param>
    public static TimeSpan LagWithoutRows(Interval interval, UnixMicros firstExpectedOpenTime, UnixMicros now)
    {
        ArgumentNullException.ThrowIfNull(interval);
        return Overdue(interval.Next(firstExpectedOpenTime), now);
    }

    /// <summary>Lag of a table: its worst expected series, or null if none is expected.</summary>
    public static SeriesLag? Worst(IEnumerable<SeriesLag> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        return series.OrderByDescending(s => s.Lag).ThenBy(s => s.Symbol).ThenBy(s => s.Interval).Select(s => (SeriesLag?)s).FirstOrDefault();
    }

    private static TimeSpan Overdue(UnixMicros due, UnixMicros now) => now > due ? TimeSpan.FromMicroseconds(now - due) : TimeSpan.Zero;
}
