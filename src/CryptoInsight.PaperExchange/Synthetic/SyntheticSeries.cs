using System.Buffers;
using System.Runtime.CompilerServices;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>The made-up life of one symbol: minutes by <see cref="MinuteMaker"/>, seconds cut from minutes, hours and days added up and remembered.</summary>
internal sealed class SyntheticSeries(
    int number,
    ulong key,
    Instrument instrument,
    Temperament temperament,
    MultifractalPath market,
    OutageCalendar outages,
    SyntheticSeries.Memory memory) : ISeries
{
    internal const long Minute = 60 * UnixMicros.PerSecond;
    internal const long Hour = 60 * Minute;
    private const int MinutesPerDay = 1440;

    private readonly MinuteMaker _maker = new(key, instrument, temperament, market);

    private volatile ToldMinute? _told;

    public Instrument Instrument => instrument;

    public OutageCalendar Outages => outages;

    public UnixMicros FirstTrade { get; } =
        UnixMicros.From(new DateTimeOffset(temperament.ListedOn, TimeOnly.MinValue, TimeSpan.Zero)) + (4 + Hash.Below(key, 8)) * Hour;

    public UnixMicros? End => null;

    public bool Serves(Interval interval) => true;

    public ISeriesReader ReadAt(Interval interval, UnixMicros now) => new SyntheticReader(this, interval, now);

    /// <summary>The minutes of one hour; those that an outage swallowed are null.</summary>
    public Bar?[] Minutes(UnixMicros hour)
    {
        Bar[] raw = new Bar[60];
        _maker.Fill(hour.Value / Minute, raw);
        Bar?[] minutes = new Bar?[60];
        Outage? outage = outages.Near(hour);
        for (int i = 0; i < 60; i++)
        {
            minutes[i] = Survivor(hour + i * Minute, raw[i], outage);
        }

        return minutes;
    }

    /// <summary>The seconds of a minute; the last one asked for is remembered, since many streams tell the same open minute.</summary>
    public Bar[] Seconds(UnixMicros minute)
    {
        if (_told is { } told && told.Minute == minute)
        {
            return told.Seconds;
        }

        Span<Bar> one = new Bar[1];
        _maker.Fill(minute.Value / Minute, one);
        Bar[] seconds = Seconds(minute, one[0]);
        _told = new ToldMinute(minute, seconds);
        return seconds;
    }

    /// <summary>The hours of one UTC day; those without a trade are null.</summary>
    public Bar?[] Hours(int day)
    {
        if (memory.Hours.TryGet((number, day), out Bar?[] known))
        {
            return known;
        }

        Bar?[] hours = MakeHours(day);
        memory.Hours.Put((number, day), hours);
        return hours;
    }

    /// <summary>One UTC day, or null if there was no trade.</summary>
    public Bar? Day(int day)
    {
        if (memory.Days.TryGet((number, day), out Bar? known))
        {
            return known;
        }

        Bar? sum = null;
        foreach (Bar? hour in memory.Hours.TryGet((number, day), out Bar?[] hours) ? hours : MakeHours(day))
        {
            sum = Add(sum, hour);
        }

        memory.Days.Put((number, day), sum);
        return sum;
    }

    /// <summary>The first stretch and the one after it, either of which may be empty.</summary>
    public static Bar? Add(Bar? first, Bar? second) =>
        first is { } a && second is { } b ? a.Then(b) : first ?? second;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Bar?[] MakeHours(int day)
    {
        Bar[] minutes = ArrayPool<Bar>.Shared.Rent(MinutesPerDay);
        UnixMicros start = new(day * UnixMicros.PerDay);
        _maker.Fill(start.Value / Minute, minutes.AsSpan(0, MinutesPerDay));
        Outage? outage = outages.Near(start);
        bool whole = start >= FirstTrade && (outage is not { } o || o.Resume <= start || o.LastEvent.Value >= start.Value + UnixMicros.PerDay);
        Bar?[] hours = new Bar?[24];
        for (int h = 0; h < 24; h++)
        {
            Span<Bar> sixty = minutes.AsSpan(h * 60, 60);
            if (whole)
            {
                hours[h] = Bar.Sum(sixty);
                continue;
            }

            for (int m = 0; m < 60; m++)
            {
                hours[h] = Add(hours[h], Survivor(start + (h * 60 + m) * Minute, sixty[m], outage));
            }
        }

        ArrayPool<Bar>.Shared.Return(minutes);
        return hours;
    }

    /// <summary>The seconds of one minute as if there were no outage; together they are the minute.</summary>
    private Bar[] Seconds(UnixMicros minute, in Bar whole)
    {
        Bar[] seconds = new Bar[60];
        BarSplitter.Split(whole, instrument.Tick, instrument.Step, Hash.Mix(key, 70, minute.Value / Minute), seconds);
        return seconds;
    }

    private Bar? Survivor(UnixMicros minute, in Bar whole, Outage? outage)
    {
        if (minute < FirstTrade)
        {
            return null;
        }

        if (outage is not { } o || minute + Minute <= o.Silence || minute >= o.Resume)
        {
            return whole;
        }

        if (minute >= o.Silence)
        {
            return null;
        }

        Bar? sum = null;
        int seconds = (int)((o.Silence - minute) / UnixMicros.PerSecond);
        foreach (Bar second in Seconds(minute, whole).AsSpan(0, seconds))
        {
            sum = Add(sum, second);
        }

        return sum;
    }

    private sealed record ToldMinute(UnixMicros Minute, Bar[] Seconds);

    /// <summary>What all symbols of a market remember together, bounded: some 12 MB when full.</summary>
    internal sealed class Memory
    {
        public BoundedCache<(int Series, int Day), Bar?[]> Hours { get; } = new(1_024);

        public BoundedCache<(int Series, int Day), Bar?> Days { get; } = new(16_384);
    }
}
