using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;
using CryptoInsight.PaperExchange.Synthetic;

namespace CryptoInsight.PaperExchange.Faults;

/// <summary>Says which faults hit a request, and spoils candles accordingly.</summary>
internal sealed class FaultInjector(FaultScript script, UnixMicros start)
{
    private static readonly TimeSpan s_lag = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(5);

    private readonly ulong _key = Hash.Key(script.Seed, "faults");
    private long _requests;

    /// <summary>A number for the next request: what its draws hang on.</summary>
    public long NextRequest() => script.Faults.Count == 0 ? 0 : Interlocked.Increment(ref _requests);

    /// <summary>The fault of a kind that hits this request, or null.</summary>
    public Fault? Hits(FaultKind kind, UnixMicros now, long request, string? symbol = null)
    {
        for (int i = 0; i < script.Faults.Count; i++)
        {
            Fault fault = script.Faults[i];
            if (fault.Kind == kind
                && now >= start + fault.From
                && now < start + fault.Until
                && (fault.Symbol is null || fault.Symbol == symbol)
                && Hash.Unit(Hash.Mix(_key, i, request)) < fault.Share)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>True if the fault had begun at that time already: who came later was not warned.</summary>
    public bool WasOn(Fault fault, UnixMicros at) => at >= start + fault.From;

    /// <summary>The weight that an address may use in a minute now.</summary>
    public int WeightLimit(int usual, UnixMicros now) => Hits(FaultKind.DriftLimits, now, 0) is null ? usual : Math.Max(1, usual / 2);

    /// <summary>The time that the exchange tells.</summary>
    public UnixMicros Told(UnixMicros now, long request) =>
        Hits(FaultKind.ClockSkew, now, request) is { } skew ? now + (skew.Delay ?? s_skew) : now;

    /// <summary>The candles that a client gets instead of the right ones.</summary>
    public List<Kline> Spoil(List<Kline> klines, string symbol, UnixMicros now, long request)
    {
        if (script.Faults.Count == 0 || klines.Count == 0)
        {
            return klines;
        }

        List<Kline> spoilt = [.. klines.Where(k => !IsMissing(k, symbol, now))];
        if (Hits(FaultKind.LateCandles, now, request, symbol) is { } late)
        {
            UnixMicros known = now - (late.Delay ?? s_lag);
            spoilt.RemoveAll(k => k.CloseTime > known);
        }

        if (Hits(FaultKind.RevisedCandles, now, request, symbol) is not null)
        {
            for (int i = Math.Max(0, spoilt.Count - 4); i < spoilt.Count; i++)
            {
                spoilt[i] = spoilt[i] with { Bar = Provisional(spoilt[i].Bar) };
            }
        }

        if (Hits(FaultKind.OutOfOrder, now, request, symbol) is not null)
        {
            for (int i = 1; i < spoilt.Count; i += 3)
            {
                (spoilt[i - 1], spoilt[i]) = (spoilt[i], spoilt[i - 1]);
            }
        }

        return Hits(FaultKind.DuplicateCandles, now, request, symbol) is null
            ? spoilt
            : [.. spoilt.SelectMany((k, i) => i % 7 == 0 ? (Kline[])[k, k] : [k])];
    }

    private bool IsMissing(in Kline kline, string symbol, UnixMicros now)
    {
        foreach (Fault fault in script.Faults)
        {
            if (fault.Kind == FaultKind.MissingCandles
                && (fault.Symbol is null || fault.Symbol == symbol)
                && kline.OpenTime >= start + fault.From
                && kline.OpenTime < start + fault.Until
                && (fault.Delay is not { } delay || now < start + fault.Until + delay))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A bar as it was before the last trades arrived: the close is half-way, a part of the volume is missing.</summary>
    private static Bar Provisional(in Bar b)
    {
        long close = (b.Open + b.Close) / 2;
        return b with { Close = close, Volume = b.Volume * 9 / 10, QuoteVolume = b.QuoteVolume * 9 / 10, TakerBase = b.TakerBase * 9 / 10, TakerQuote = b.TakerQuote * 9 / 10 };
    }
}
