using CryptoInsight.Delta.Actions;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>How far each series is complete: moved by ranges that the exchange answered whole and that join what was there. Pure but for its memory.</summary>
/// <remarks>A range beyond a hole (a live candle while the backfill still runs) is appended without moving the bookmark; the backfill moves it later.
/// Ranges that touch are one: a day of live candles beyond a hole is two numbers. With <c>again</c> everything is asked for once more; what is written is never moved back.</remarks>
internal sealed class Bookmarks(IReadOnlyList<SeriesStart> series, Func<string, long?> position, bool again = false)
{
    private readonly Dictionary<(Symbol, Interval), UnixMicros> _completeTo = series.ToDictionary( // exclusive
        s => (s.Symbol, s.Interval),
        s => !again && position(IngestPositions.Bookmark(s.Symbol, s.Interval)) is >= 0 and long ms // negative: taken back by a RESTORE to before its first rows
            ? s.Interval.Next(UnixMicros.FromMilliseconds(ms))
            : s.Since);

    private readonly Dictionary<(Symbol, Interval), List<OpenTimeRange>> _beyond = [];

    /// <summary>The first open time that may be missing.</summary>
    public UnixMicros CompleteTo(Symbol symbol, Interval interval) => _completeTo[(symbol, interval)];

    /// <summary>How many ranges wait beyond a hole.</summary>
    public int Waiting => _beyond.Values.Sum(b => b.Count);

    /// <summary>The positions to write with these ranges.</summary>
    public IReadOnlyList<AppTransaction> Advance(IEnumerable<FetchedRange> ranges)
    {
        var moved = new Dictionary<(Symbol Symbol, Interval Interval), UnixMicros>();
        foreach (FetchedRange range in ranges.Where(r => r.SettledTo > r.From))
        {
            (Symbol, Interval) key = (range.Symbol, range.Interval);
            if (!_beyond.TryGetValue(key, out List<OpenTimeRange>? waiting))
            {
                _beyond.Add(key, waiting = []);
            }

            Add(waiting, new OpenTimeRange(range.From, range.SettledTo));
            UnixMicros before = _completeTo[key];
            if (waiting[0].From <= before)
            {
                UnixMicros complete = UnixMicros.Max(before, waiting[0].To);
                waiting.RemoveAt(0);
                if (complete > before)
                {
                    _completeTo[key] = moved[key] = complete;
                }
            }
        }

        return [.. moved.Select(m => IngestPositions.Advance(
            position(IngestPositions.Bookmark(m.Key.Symbol, m.Key.Interval)), m.Key.Symbol, m.Key.Interval, LastBefore(m.Key.Interval, m.Value)))];
    }

    // Keeps the ranges in order, apart from each other.
    private static void Add(List<OpenTimeRange> ranges, OpenTimeRange added)
    {
        int at = ranges.FindIndex(r => r.To >= added.From);
        at = at < 0 ? ranges.Count : at;
        int end = at;
        while (end < ranges.Count && ranges[end].From <= added.To)
        {
            added = new OpenTimeRange(UnixMicros.Min(added.From, ranges[end].From), UnixMicros.Max(added.To, ranges[end].To));
            end++;
        }

        ranges.RemoveRange(at, end - at);
        ranges.Insert(at, added);
    }

    private static UnixMicros LastBefore(Interval interval, UnixMicros exclusive) => interval.Floor(exclusive + -1L);
}
