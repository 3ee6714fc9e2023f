using CryptoInsight.Domain.Market;

namespace CryptoInsight.PaperExchange.Limits;

/// <summary>What one address has used: a pure state, changed by <see cref="Charge"/>.</summary>
internal sealed record ClientLedger(
    long Minute,
    int UsedWeight,
    long FiveMinutes,
    int Requests,
    int Refusals,
    int Bans,
    UnixMicros BannedUntil)
{
    private const long MinuteMicros = 60 * UnixMicros.PerSecond;

    /// <summary>An address that never asked for anything.</summary>
    public static ClientLedger Empty { get; } = new(0, 0, 0, 0, 0, 0, new UnixMicros(0));

    /// <summary>Counts one request of so much weight at <paramref name="now"/>, the exchange's time.</summary>
    /// <remarks>Refused requests count too, so a client that hammers sees its use rise; requests during a ban count for nothing and do not prolong it.</remarks>
    public (ClientLedger Next, Admission Answer) Charge(LimitRules rules, UnixMicros now, int weight)
    {
        long minute = now.Value / MinuteMicros;
        ClientLedger next = minute == Minute ? this : this with { Minute = minute, UsedWeight = 0, Refusals = 0 };
        next = minute / 5 == FiveMinutes ? next : next with { FiveMinutes = minute / 5, Requests = 0 };
        if (now < BannedUntil)
        {
            return (next, new Admission(AdmissionKind.Banned, next.UsedWeight, BannedUntil));
        }

        next = next with { UsedWeight = next.UsedWeight + weight, Requests = next.Requests + 1 };
        bool heavy = next.UsedWeight > rules.WeightPerMinuteMax;
        if (!heavy && next.Requests <= rules.RequestsPerFiveMinutesMax)
        {
            return (next, new Admission(AdmissionKind.Admitted, next.UsedWeight, now));
        }

        next = next with { Refusals = next.Refusals + 1 };
        if (next.Refusals > rules.RefusalsBeforeBan)
        {
            return next.Ban(now);
        }

        UnixMicros end = new(heavy ? (minute + 1) * MinuteMicros : (minute / 5 + 1) * 5 * MinuteMicros);
        return (next, new Admission(heavy ? AdmissionKind.TooMuchWeight : AdmissionKind.TooManyRequests, next.UsedWeight, end));
    }

    /// <summary>Bans the address from <paramref name="now"/> on, longer than the last time.</summary>
    public (ClientLedger Next, Admission Answer) Ban(UnixMicros now)
    {
        bool repeated = Bans > 0 && now < BannedUntil + LimitRules.BanMemory;
        int bans = repeated ? Bans + 1 : 1;
        UnixMicros until = now + LimitRules.BanLengths[Math.Min(bans, LimitRules.BanLengths.Count) - 1];
        return (this with { Bans = bans, BannedUntil = until, Refusals = 0 }, new Admission(AdmissionKind.Banned, UsedWeight, until));
    }
}
