using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Quality;

/// <summary>Which candles Silver has, by key: the proof that a key is absent.</summary>
/// <remarks>Open times of a series lie on a grid and rarely have holes, so each series is a few runs: a year of minutes is one pair of numbers.
/// Not for concurrent use.</remarks>
public sealed class KeyMemory
{
    private readonly Dictionary<(Symbol Symbol, Interval Interval), OpenTimeRuns> _series = [];
    private readonly HashSet<CandleKey> _offGrid = []; // admitted only where an operator turned the grid rule into a warning

    /// <summary>The series that have at least one candle.</summary>
    public IReadOnlyCollection<(Symbol Symbol, Interval Interval)> Series => _series.Keys;

    /// <summary>How many runs are held over all series: what the memory costs.</summary>
    public int RunCount => _series.Values.Sum(r => r.Count);

    /// <summary>Remembers a key; false if it was known.</summary>
    public bool Add(CandleKey key)
    {
        if (!key.Interval.IsAligned(key.OpenTime))
        {
            return _offGrid.Add(key);
        }

        if (!_series.TryGetValue((key.Symbol, key.Interval), out OpenTimeRuns? runs))
        {
            _series.Add((key.Symbol, key.Interval), runs = new OpenTimeRuns(key.Interval));
        }

        return runs.Add(key.OpenTime);
    }

    /// <summary>What of a range of open times has no key, in order.</summary>
    public IReadOnlyList<OpenTimeRange> Missing(Symbol symbol, Interval interval, OpenTimeRange range) =>
        _series.TryGetValue((symbol, interval), out OpenTimeRuns? runs) ? runs.Missing(range) : range.IsEmpty ? [] : [range];

    /// <summary>True if the key was added.</summary>
    public bool Contains(CandleKey key) =>
        (_series.TryGetValue((key.Symbol, key.Interval), out OpenTimeRuns? runs) && runs.Contains(key.OpenTime)) || _offGrid.Contains(key);
}
