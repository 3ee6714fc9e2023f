using System.Runtime.CompilerServices;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>Adds a candle up from the largest pieces that fit: days, hours, minutes, and for the open minute seconds.</summary>
internal sealed class SyntheticReader : ISeriesReader
{
    private const long Second = UnixMicros.PerSecond;

    private static readonly Interval s_hour = Interval.Parse("1h");
    private static readonly Interval s_day = Interval.Parse("1d");

    private readonly SyntheticSeries _series;
    private readonly Interval _interval;
    private readonly UnixMicros _known; // the end of the second that now is in

    private UnixMicros _hour = new(long.MinValue);
    private Bar?[] _minutes = [];
    private UnixMicros _minute = new(long.MinValue);
    private Bar[] _seconds = [];

    public SyntheticReader(SyntheticSeries series, Interval interval, UnixMicros now)
    {
        _interval = interval;
        _series = series;
        _known = new UnixMicros(now.Value - now.Value % Second + Second);
    }

    public bool HasCandle(UnixMicros start, UnixMicros end)
    {
        UnixMicros from = UnixMicros.Max(start, _series.FirstTrade);
        UnixMicros to = UnixMicros.Min(end, _known);
        return from < to && _series.Outages.Near(from)?.Swallows(from, to) != true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public Kline? Candle(UnixMicros start, UnixMicros end)
    {
        if (!HasCandle(start, end))
        {
            return null;
        }

        Bar? sum = null;
        UnixMicros to = UnixMicros.Min(end, _known);
        for (UnixMicros t = UnixMicros.Max(start, _series.FirstTrade); t < to;)
        {
            long step = Step(t, to);
            sum = SyntheticSeries.Add(sum, Piece(t, step));
            t += step;
        }

        if (sum is not { } bar)
        {
            return null;
        }

        Outage? outage = _series.Outages.Near(new UnixMicros(end.Value - 1));
        bool cut = outage is { } o && o.CutsShort(start, end) && _known > o.LastEvent;
        return new Kline(start, cut ? outage!.Value.LastEvent : new UnixMicros(end.Value - 1), cut, bar);
    }

    public void Prepare(UnixMicros start, UnixMicros end)
    {
        int first = UnixMicros.Max(start, _series.FirstTrade).Day;
        int last = UnixMicros.Min(end, _known).Day; // the day that is not over is made hour by hour
        if (_interval < s_hour || last - first < 4)
        {
            return;
        }

        bool wholeDays = _interval >= s_day && start.Value % UnixMicros.PerDay == 0;
        Parallel.For(first, last, day =>
        {
            if (wholeDays)
            {
                _series.Day(day);
            }
            else
            {
                _series.Hours(day);
            }
        });
    }

    private static long Step(UnixMicros t, UnixMicros to)
    {
        foreach (long step in (ReadOnlySpan<long>)[UnixMicros.PerDay, SyntheticSeries.Hour, SyntheticSeries.Minute])
        {
            if (t.Value % step == 0 && to - t >= step)
            {
                return step;
            }
        }

        return Second;
    }

    private Bar? Piece(UnixMicros t, long step) => step switch
    {
        UnixMicros.PerDay => _series.Day(t.Day),
        SyntheticSeries.Hour => _series.Hours(t.Day)[t.Value % UnixMicros.PerDay / SyntheticSeries.Hour],
        SyntheticSeries.Minute => Minutes(t)[t.Value % SyntheticSeries.Hour / SyntheticSeries.Minute],
        _ => OneSecond(t),
    };

    private Bar?[] Minutes(UnixMicros t)
    {
        UnixMicros hour = new(t.Value - t.Value % SyntheticSeries.Hour);
        if (hour != _hour)
        {
            _minutes = _series.Minutes(hour);
            _hour = hour;
        }

        return _minutes;
    }

    private Bar? OneSecond(UnixMicros t)
    {
        if (_series.Outages.Near(t)?.Swallows(t, t + Second) == true)
        {
            return null;
        }

        UnixMicros minute = new(t.Value - t.Value % SyntheticSeries.Minute);
        if (minute != _minute)
        {
            _seconds = _series.Seconds(minute);
            _minute = minute;
        }

        return _seconds[t.Value % SyntheticSeries.Minute / Second];
    }
}
