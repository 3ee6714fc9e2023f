using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Streams;

/// <summary>What one connection is told about one stream; remembers how far it was told.</summary>
internal sealed class Subscription(StreamName name, UnixMicros since)
{
    // A clock that was moved far ahead does not flood the client: only the last candles of the jump are told.
    private const int ClosedMax = 1_000;
    private const long Usual = 2; // seconds between updates of all intervals but 1s

    private static readonly Interval s_second = Interval.Parse("1s");

    private readonly KlineQuery _one = new(name.Interval, name.Offset, null, null, 1);
    private UnixMicros _told = since;
    private UnixMicros _updated = since;

    public StreamName Name => name;

    /// <summary>The candles to tell at <paramref name="now"/>: those that closed since the last time, then the open one if an update is due.</summary>
    public IEnumerable<(Kline Kline, bool IsClosed)> Due(UnixMicros now)
    {
        if (now <= _told)
        {
            yield break;
        }

        UnixMicros from = _one.Floor(_told);
        UnixMicros open = _one.Floor(now);
        if (open > from)
        {
            UnixMicros start = name.Interval.FixedLength is { } length ? UnixMicros.Max(from, open - length * ClosedMax) : from;
            KlineQuery closed = new(name.Interval, name.Offset, start, new UnixMicros(open.Value - 1), ClosedMax);
            foreach (Kline kline in closed.Run(name.Series, now))
            {
                yield return (kline, true);
            }
        }

        _told = now;
        if (name.Interval == s_second || Seconds(now) - Seconds(_updated) >= Usual)
        {
            _updated = now;

            // A second is told once, when it has closed.
            if (name.Interval != s_second && new KlineQuery(name.Interval, name.Offset, open, open, 1).Run(name.Series, now) is [{ IsCutShort: false } current])
            {
                yield return (current, false);
            }
        }
    }

    private static long Seconds(UnixMicros t) => t.Value / UnixMicros.PerSecond;
}
