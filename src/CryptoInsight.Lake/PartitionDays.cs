using System.Globalization;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Log;
using CryptoInsight.Lake.Checks;

namespace CryptoInsight.Lake;

/// <summary>The days that a table partitioned by <c>dt</c> has, each with its rows as far as the statistics say (deleted ones included).</summary>
public static class PartitionDays
{
    private const long RowBytesUnknown = 50; // of a compressed row, where a file has no statistics

    /// <summary>Day since the epoch to rows.</summary>
    public static IReadOnlyDictionary<int, long> Of(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var days = new Dictionary<int, long>();
        foreach (AddFile file in snapshot.Files)
        {
            if (file.PartitionValues.TryGetValue("dt", out string? dt) && DateOnly.TryParseExact(dt, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date))
            {
                int day = date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
                days[day] = days.GetValueOrDefault(day) + (StatisticsText.NumRecords(file) ?? file.Size / RowBytesUnknown);
            }
        }

        return days;
    }
}
