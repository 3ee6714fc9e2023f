using System.Runtime.InteropServices;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>All candles of one symbol in one version of Silver, collected in any order, as compactly as Gold needs them (64 bytes each).</summary>
/// <remarks>A builder for one thread: add, then give it to <see cref="SymbolTransitions"/> and add no more. Sorted input is not sorted again. A key twice is a broken invariant (INV-2) and throws when the history is used.</remarks>
public sealed class CandleHistory
{
    private readonly List<Bar>?[] _bars = new List<Bar>?[Interval.All.Count];

    /// <summary>The history of these candles.</summary>
    public static CandleHistory Of(IEnumerable<(Interval Interval, Candle Candle)> candles)
    {
        ArgumentNullException.ThrowIfNull(candles);
        CandleHistory history = new();
        switch (candles)
        {
            case (Interval, Candle)[] array:
                history.AddAll(array);
                break;
            case List<(Interval, Candle)> list:
                history.AddAll(CollectionsMarshal.AsSpan(list));
                break;
            default:
                foreach ((Interval interval, Candle candle) in candles)
                {
                    history.Add(interval, candle);
                }

                break;
        }

        return history;
    }

    /// <summary>How many candles there are.</summary>
    public int Count => _bars.Sum(b => b?.Count ?? 0);

    /// <summary>Makes room for this many more candles of an interval.</summary>
    public void Reserve(Interval interval, int count)
    {
        List<Bar> bars = BarsFor(interval);
        bars.EnsureCapacity(bars.Count + count);
    }

    /// <summary>Adds a candle; <see cref="InvalidDataException"/> if its values are such that Silver cannot hold it.</summary>
    public void Add(Interval interval, in Candle candle) => BarsFor(interval).Add(Bar.Of(interval, candle));

    /// <summary>Adds candles that are there as columns; the fastest way in.</summary>
    public void Add(Interval interval, in CandleColumns columns)
    {
        int count = columns.Count;
        List<Bar> bars = BarsFor(interval);
        int before = bars.Count;
        CollectionsMarshal.SetCount(bars, before + count);
        Span<Bar> added = CollectionsMarshal.AsSpan(bars)[before..];
        for (int i = 0; i < added.Length; i++)
        {
            added[i] = Bar.Of(interval, columns, i);
        }
    }

    /// <summary>The history after these changes; this one stays as it is.</summary>
    public CandleHistory With(Symbol symbol, IReadOnlyList<CandleChange> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        CandleHistory next = new();
        _bars.CopyTo(next._bars, 0);
        foreach (IGrouping<Interval, CandleChange> own in changes.GroupBy(c => c.Interval))
        {
            next._bars[own.Key.Rank] = BarMerge.Of(own.Key, Sorted(symbol, own.Key), own.ToArray());
        }

        return next;
    }

    /// <summary>The candles of an interval, sorted and proven to be each there once and on the grid.</summary>
    internal ReadOnlySpan<Bar> Sorted(Symbol symbol, Interval interval)
    {
        Span<Bar> bars = CollectionsMarshal.AsSpan(_bars[interval.Rank]);
        if (!IsSorted(bars))
        {
            bars.Sort(static (a, b) => a.OpenTime.CompareTo(b.OpenTime));
        }

        long step = interval.Micros;
        long previous = long.MinValue;
        foreach (ref readonly Bar bar in bars)
        {
            if (bar.OpenTime == previous)
            {
                string key = new CandleKey(symbol, interval, new UnixMicros(previous)).UniqueKey;
                throw new InvalidDataException($"Silver holds the key {key} twice (INV-2): verify silver_charts.");
            }

            // The candle after one on the grid needs no division.
            if (bar.OpenTime != previous + step || step == 0)
            {
                Bar.CheckGrid(interval, bar.OpenTime);
            }

            previous = bar.OpenTime;
        }

        return bars;
    }

    /// <summary>The candles of an interval as they lie: sorted once <see cref="Sorted"/> was called.</summary>
    internal ReadOnlySpan<Bar> Bars(Interval interval) => CollectionsMarshal.AsSpan(_bars[interval.Rank]);

    // The same without a copy of every candle and without growing: 120 bytes each.
    private void AddAll(ReadOnlySpan<(Interval Interval, Candle Candle)> candles)
    {
        Interval? current = null;
        List<Bar> bars = [];
        for (int i = 0; i < candles.Length; i++)
        {
            ref readonly (Interval Interval, Candle Candle) item = ref candles[i];
            if (item.Interval != current)
            {
                current = item.Interval;
                bars = BarsFor(current);
                if (i == 0)
                {
                    bars.EnsureCapacity(candles.Length); // most histories are of one interval
                }
            }

            bars.Add(Bar.Of(current, in item.Candle));
        }
    }

    private List<Bar> BarsFor(Interval interval)
    {
        ArgumentNullException.ThrowIfNull(interval);
        return _bars[interval.Rank] ??= [];
    }

    private static bool IsSorted(ReadOnlySpan<Bar> bars)
    {
        for (int i = 1; i < bars.Length; i++)
        {
            if (bars[i].OpenTime < bars[i - 1].OpenTime)
            {
                return false;
            }
        }

        return true;
    }
}
