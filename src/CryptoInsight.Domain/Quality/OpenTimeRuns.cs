using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Quality;

/// <summary>A set of open times of one series, kept as runs without holes, ascending and disjoint.</summary>
/// <remarks>Adding after the newest is O(1), elsewhere O(log runs + runs moved). Open times are on the interval's grid.</remarks>
public sealed class OpenTimeRuns(Interval interval)
{
    private readonly List<(UnixMicros First, UnixMicros Last)> _runs = [];

    /// <summary>How many runs there are.</summary>
    public int Count => _runs.Count;

    /// <summary>True if the open time was added.</summary>
    public bool Contains(UnixMicros openTime)
    {
        int at = RunAtOrBefore(openTime);
        return at >= 0 && openTime <= _runs[at].Last;
    }

    /// <summary>Adds an open time; false if it was there.</summary>
    /// <exception cref="ArgumentException">The time is off the grid: a series of runs cannot hold it.</exception>
    public bool Add(UnixMicros openTime)
    {
        if (!interval.IsAligned(openTime))
        {
            throw new ArgumentException($"{openTime} does not start a candle of {interval}.", nameof(openTime));
        }

        int at = RunAtOrBefore(openTime);
        if (at >= 0 && openTime <= _runs[at].Last)
        {
            return false;
        }

        bool joinsLeft = at >= 0 && interval.Next(_runs[at].Last) == openTime;
        bool joinsRight = at + 1 < _runs.Count && interval.Next(openTime) == _runs[at + 1].First;
        if (joinsLeft && joinsRight)
        {
            _runs[at] = (_runs[at].First, _runs[at + 1].Last);
            _runs.RemoveAt(at + 1);
        }
        else if (joinsLeft)
        {
            _runs[at] = (_runs[at].First, openTime);
        }
        else if (joinsRight)
        {
            _runs[at + 1] = (openTime, _runs[at + 1].Last);
        }
        else
        {
            _runs.Insert(at + 1, (openTime, openTime));
        }

        return true;
    }

    /// <summary>What of a range is not in the set, in order.</summary>
    public IReadOnlyList<OpenTimeRange> Missing(OpenTimeRange range) => range.Without(_runs.Select(r => new OpenTimeRange(r.First, interval.Next(r.Last))));

    private int RunAtOrBefore(UnixMicros openTime)
    {
        int low = 0, high = _runs.Count - 1;
        if (high >= 0 && _runs[high].First <= openTime)
        {
            return high; // the usual case: the newest run
        }

        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (_runs[middle].First <= openTime)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return high;
    }
}
