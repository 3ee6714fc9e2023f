using CryptoInsight.Domain.Market;

namespace CryptoInsight.PaperExchange.Market;

/// <summary>Which candles a request gets: the exchange's rules of windows and order.</summary>
/// <param name="Interval">The candles' length.</param>
/// <param name="Offset">Microseconds that the asker's time zone is ahead of UTC; candles begin at its midnights, the bounds stay UTC.</param>
/// <param name="Start">Open times from here on, or null.</param>
/// <param name="End">Open times up to here, inclusive, or null.</param>
/// <param name="Limit">At most so many.</param>
/// <remarks>
/// With a start: the oldest from it. Without: the newest up to the end. Always in ascending order; buckets without any trade are not there. The newest candle may be open.
/// <b>Source</b>: Binance rest-api.md, general information on data returned, and klines.
/// </remarks>
internal sealed record KlineQuery(Interval Interval, long Offset, UnixMicros? Start, UnixMicros? End, int Limit)
{
    /// <summary>The answer as of <paramref name="now"/>.</summary>
    public List<Kline> Run(ISeries series, UnixMicros now)
    {
        if (!series.Serves(Interval))
        {
            return [];
        }

        ISeriesReader reader = series.ReadAt(Interval, now);
        UnixMicros newest = UnixMicros.Min(now, End ?? now);
        if (series.End is { } end && end <= newest)
        {
            newest = new UnixMicros(end.Value - 1);
        }

        List<UnixMicros> opens = Start is { } start
            ? Oldest(reader, UnixMicros.Max(start, Floor(series.FirstTrade)), newest)
            : Newest(reader, Floor(series.FirstTrade), newest);
        if (opens.Count > 0)
        {
            reader.Prepare(opens[0], Next(opens[^1]));
        }

        List<Kline> klines = new(opens.Count);
        foreach (UnixMicros open in opens)
        {
            if (reader.Candle(open, Next(open)) is { } kline)
            {
                klines.Add(kline);
            }
        }

        return klines;
    }

    /// <summary>The start of the bucket that holds <paramref name="t"/>.</summary>
    public UnixMicros Floor(UnixMicros t) => new(Interval.Floor(t + Offset).Value - Offset);

    /// <summary>The start of the bucket after that.</summary>
    public UnixMicros Next(UnixMicros t) => new(Interval.Next(t + Offset).Value - Offset);

    private List<UnixMicros> Oldest(ISeriesReader reader, UnixMicros start, UnixMicros newest)
    {
        List<UnixMicros> opens = [];
        UnixMicros open = Floor(start);
        for (open = open < start ? Next(open) : open; open <= newest && opens.Count < Limit; open = Next(open))
        {
            if (reader.HasCandle(open, Next(open)))
            {
                opens.Add(open);
            }
        }

        return opens;
    }

    private List<UnixMicros> Newest(ISeriesReader reader, UnixMicros first, UnixMicros newest)
    {
        List<UnixMicros> opens = [];
        for (UnixMicros open = Floor(newest); open >= first && opens.Count < Limit; open = Floor(new UnixMicros(open.Value - 1)))
        {
            if (reader.HasCandle(open, Next(open)))
            {
                opens.Add(open);
            }
        }

        opens.Reverse();
        return opens;
    }
}
