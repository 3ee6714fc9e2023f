using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>When the exchange was down: one outage in every stretch of 97 days, found without a list.</summary>
internal sealed class OutageCalendar(ulong key, bool hasOutages)
{
    private const long Stretch = 97 * UnixMicros.PerDay;
    private const long Minute = 60 * UnixMicros.PerSecond;

    /// <summary>The outage of the stretch that holds <paramref name="t"/>, wherever in it; outages never cross stretches.</summary>
    public Outage? Near(UnixMicros t) => hasOutages ? InStretch(Math.DivRem(t.Value, Stretch).Quotient) : null;

    /// <summary>The outages that touch [<paramref name="start"/>, <paramref name="end"/>), in order.</summary>
    public IEnumerable<Outage> Between(UnixMicros start, UnixMicros end)
    {
        for (long stretch = start.Value / Stretch; hasOutages && stretch * Stretch < end.Value; stretch++)
        {
            Outage outage = InStretch(stretch);
            if (outage.LastEvent < end && outage.Resume > start)
            {
                yield return outage;
            }
        }
    }

    private Outage InStretch(long stretch)
    {
        long firstMinute = stretch * Stretch / Minute;
        long minutes = Stretch / Minute;
        long start = firstMinute + minutes / 10 + Hash.Below(Hash.Mix(key, 1, stretch), minutes * 8 / 10);
        long length = 20 + Hash.Below(Hash.Mix(key, 2, stretch), 280);

        // One in three is announced and begins on the minute; the others stop within one.
        ulong how = Hash.Mix(key, 3, stretch);
        bool announced = how % 3 == 0;
        long last = start * Minute + (announced ? -UnixMicros.PerMillisecond : Hash.Below(how, 59_000) * UnixMicros.PerMillisecond);
        return new Outage(new UnixMicros(last), new UnixMicros((start + length) * Minute));
    }
}
