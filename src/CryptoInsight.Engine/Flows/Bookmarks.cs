using CryptoInsight.Delta.Actions;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Engine.Flows;

/// <summary>How far each series is complete: moved by ranges that the exchange answered whole and that join what was there. Pure but for its memory.</summary>
/// <remarks>A range beyond a hole (a live candle while the backfill still runs) is appended without moving the bookmark; the backfill moves it later.</remarks>
internal sealed class Bookmarks(IReadOnlyList<SeriesStart> series, Func<string, long?> position)
{
    private readonly Dictionary<(Symbol, Interval), UnixMicros> _completeTo = series.ToDictionary( // exclusive
        s => (s.Symbol, s.Interval),
        s => position(IngestPositions.Bookmark(s.Symbol, s.Interval)) is >= 0 and long ms // negative: taken back by a RESTORE to before its first rows
            ? s.Interval.Next(UnixMicros.FromMilliseconds(ms))
            : s.Since);

    private readonly Dictionary<(Symbol, Interval), List<(UnixMicros From, UnixMicros To)>> _beyond = [];

    /// <summary>The first open time that may be missing.</summary>
    public UnixMicros CompleteTo(Symbol symbol, Interval interval) => _completeTo[(symbol, interval)];

    /// <summary>The positions to write with these ranges.</summary>
    public IReadOnlyList<AppTransaction> Advance(IEnumerable<FetchedRange> ranges)
    {
        var moved = new Dictionary<(Symbol Symbol, Interval Interval), UnixMicros>();
        foreach (FetchedRange range in ranges)
        {
            (Symbol, Interval) key = (range.Symbol, range.Interval);
            if (!_beyond.TryGetValue(key, out List<(UnixMicros From, UnixMicros To)>? waiting))
            {
                _beyond.Add(key, waiting = []);
            }

            waiting.Add((range.From, range.SettledTo));
            UnixMicros before = _completeTo[key], complete = before;
            for (int at = waiting.FindIndex(r => r.From <= complete); at >= 0; at = waiting.FindIndex(r => r.From <= complete))
            {
                complete = UnixMicros.Max(complete, waiting[at].To);
                waiting.RemoveAt(at);
            }

            if (complete > before)
            {
                _completeTo[key] = moved[key] = complete;
            }
        }

        return [.. moved.Select(m => IngestPositions.Advance(
            position(IngestPositions.Bookmark(m.Key.Symbol, m.Key.Interval)), m.Key.Symbol, m.Key.Interval, LastBefore(m.Key.Interval, m.Value)))];
    }

    private static UnixMicros LastBefore(Interval interval, UnixMicros exclusive) => interval.Floor(exclusive + -1L);
}
