using CryptoInsight.Domain.Market;

namespace CryptoInsight.Domain.Signals;

/// <summary>What a watermark delay would have meant for candles that have arrived: asked before it is set.</summary>
/// <param name="Delay">The delay in question.</param>
/// <param name="CandleCount">Candles looked at.</param>
/// <param name="LateCandleCount">Candles that arrived when time had already made their bucket final.</param>
/// <param name="CorrectedBucketCount">Buckets that would have been corrected after they were final.</param>
/// <param name="OpenBucketCountMax">The most buckets of all symbols that were open at once.</param>
/// <param name="OpenBucketCountNow">Buckets that are open after the last arrival.</param>
/// <remarks>Lateness counts per timeframe: a candle can be late for 5m and in time for 1h. Full buckets count as open until the watermark passes them, as their state is held for revisions.</remarks>
public sealed record WatermarkPreview(
    TimeSpan Delay, long CandleCount, long LateCandleCount, long CorrectedBucketCount, long OpenBucketCountMax, long OpenBucketCountNow)
{
    /// <summary>Plays arrivals, sorted by ingest time, against a delay.</summary>
    /// <param name="arrivals">The candles of some recent hours in the order in which they arrived.</param>
    /// <param name="settings">The timeframes; their delay is not used.</param>
    /// <param name="delay">The delay in question.</param>
    public static WatermarkPreview Of(IEnumerable<CandleArrival> arrivals, SignalSettings settings, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(arrivals);
        ArgumentNullException.ThrowIfNull(settings);
        WatermarkTracker tracker = WatermarkTracker.Empty;
        PriorityQueue<SignalKey, UnixMicros>[] open = [.. Interval.All.Select(_ => new PriorityQueue<SignalKey, UnixMicros>())];
        HashSet<SignalKey> opened = [], corrected = [];
        long candles = 0, late = 0, openMax = 0, openNow = 0;
        foreach (CandleArrival arrival in arrivals)
        {
            candles++;
            UnixMicros? watermark = tracker.At(arrival.Interval, delay);
            bool isLate = false;
            foreach (Timeframe timeframe in settings.TimeframesOf(arrival.Interval))
            {
                UnixMicros start = timeframe.Window.Floor(arrival.OpenTime), end = timeframe.Window.Next(start);
                SignalKey key = new(arrival.Symbol, timeframe.Window, start);
                if (watermark is { } w && end <= w)
                {
                    isLate = true;
                    corrected.Add(key);
                }
                else if (opened.Add(key))
                {
                    open[arrival.Interval.Rank].Enqueue(key, end);
                    openNow++;
                }
            }

            late += isLate ? 1 : 0;
            tracker = tracker.Seen(arrival.Interval, arrival.OpenTime);
            openNow -= CloseUpTo(open[arrival.Interval.Rank], opened, tracker.At(arrival.Interval, delay));
            openMax = Math.Max(openMax, openNow);
        }

        return new WatermarkPreview(delay, candles, late, corrected.Count, openMax, openNow);
    }

    private static int CloseUpTo(PriorityQueue<SignalKey, UnixMicros> open, HashSet<SignalKey> opened, UnixMicros? watermark)
    {
        int closed = 0;
        while (watermark is { } w && open.TryPeek(out SignalKey key, out UnixMicros end) && end <= w)
        {
            open.Dequeue();
            opened.Remove(key);
            closed++;
        }

        return closed;
    }
}
