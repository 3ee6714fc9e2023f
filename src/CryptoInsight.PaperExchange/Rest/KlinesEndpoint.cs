using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Faults;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Rest;

/// <summary>GET /api/v3/klines.</summary>
internal sealed class KlinesEndpoint(Venue venue, FaultInjector faults)
{
    public const int Weight = 2;
    private const int LimitUsual = 500;
    private const int LimitMax = 1_000;

    public Reply Get(RestRequest request)
    {
        string? code = request.Symbol("symbol", request.Mandatory("symbol"));
        string? intervalCode = request.Mandatory("interval");
        UnixMicros? start = request.Time("startTime");
        UnixMicros? end = request.Time("endTime");
        long offset = request.TimeZone();
        int limit = request.Limit(LimitUsual, LimitMax);
        request.ExpectAllRead();
        ISeries? series = null;
        if (code is not null && !venue.TryFind(code, out series))
        {
            request.Fail(ApiError.InvalidSymbol);
        }

        Interval? interval = null;
        if (intervalCode is not null && !Interval.TryParse(intervalCode, out interval))
        {
            request.Fail(ApiError.InvalidInterval);
        }

        if (request.Error is not null || series is null || interval is null)
        {
            return Reply.Error(request.Error ?? ApiError.InvalidSymbol);
        }

        UnixMicros now = venue.Clock.Now;
        List<Kline> klines = new KlineQuery(interval, offset, start, end, limit).Run(series, now);
        klines = faults.Spoil(klines, series.Instrument.Code, now, request.Turn);
        bool drifts = faults.Hits(FaultKind.DriftFields, now, request.Turn, series.Instrument.Code) is not null;
        bool isCut = faults.Hits(FaultKind.DriftRemovals, now, request.Turn, series.Instrument.Code) is not null;
        return Reply.Json(KlineJson.Write(klines, request.InMicroseconds, drifts ? "{\"venueNote\":\"drift\"}" : null, isCut));
    }
}
