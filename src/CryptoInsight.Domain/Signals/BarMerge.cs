using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>Applies changes to sorted candles.</summary>
internal static class BarMerge
{
    /// <summary>The candles after these changes, sorted; of two changes of one open time the later wins.</summary>
    public static List<Bar> Of(Interval interval, ReadOnlySpan<Bar> bars, ReadOnlySpan<CandleChange> changes)
    {
        Bar[] puts = new Bar[changes.Length];
        long[] times = new long[changes.Length];
        int[] order = new int[changes.Length];
        for (int i = 0; i < changes.Length; i++)
        {
            order[i] = i;
            times[i] = changes[i].OpenTime.Value;
            if (changes[i] is CandleChange.Put put)
            {
                puts[i] = Bar.Of(interval, put.Candle);
                Bar.CheckGrid(interval, times[i]);
            }
        }

        Array.Sort(order, (a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a - b);
        List<Bar> merged = new(bars.Length + changes.Length);
        int held = 0;
        for (int i = 0; i < order.Length; i++)
        {
            long openTime = times[order[i]];
            if (i + 1 < order.Length && times[order[i + 1]] == openTime)
            {
                continue; // a later change of the same key follows
            }

            int before = held;
            while (held < bars.Length && bars[held].OpenTime < openTime)
            {
                held++;
            }

            merged.AddRange(bars[before..held]);
            held += held < bars.Length && bars[held].OpenTime == openTime ? 1 : 0;
            if (changes[order[i]] is CandleChange.Put)
            {
                merged.Add(puts[order[i]]);
            }
        }

        merged.AddRange(bars[held..]);
        return merged;
    }
}
