using System.Globalization;
using System.Net;
using System.Text;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Beside;
using CryptoInsight.PaperExchange.Faults;
using CryptoInsight.PaperExchange.Limits;
using CryptoInsight.PaperExchange.Market;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CryptoInsight.PaperExchange.Rest;

/// <summary>The exchange's REST surface: weights, headers, errors, and the page in front.</summary>
internal sealed class RestApi
{
    private const string NotFound =
        "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1><p>SIMULATED exchange: nothing is here. The market data API is under /api/v3 (v1 is retired).</p></body></html>\n";

    private readonly Venue _venue;
    private readonly PaperExchangeOptions _options;
    private readonly FaultInjector _faults;
    private readonly Doorkeeper _door;

    private RestApi(Venue venue, PaperExchangeOptions options, FaultInjector faults)
    {
        _venue = venue;
        _options = options;
        _faults = faults;
        _door = new Doorkeeper(new LimitRules(options.WeightPerMinuteMax, options.RequestsPerFiveMinutesMax, options.RefusalsBeforeBan));
    }

    /// <summary>Adds all routes.</summary>
    public static void Map(WebApplication app, Venue venue, PaperExchangeOptions options, FaultInjector faults)
    {
        RestApi api = new(venue, options, faults);
        api.MapWeighted(app, "/api/v3/ping", 1, Ping);
        api.MapWeighted(app, "/api/v3/time", 1, api.Time);
        api.MapWeighted(app, "/api/v3/exchangeInfo", ExchangeInfoEndpoint.Weight, new ExchangeInfoEndpoint(venue, options, faults).Get);
        api.MapWeighted(app, "/api/v3/klines", KlinesEndpoint.Weight, new KlinesEndpoint(venue, faults).Get);
        FearGreedEndpoint fearGreed = new(venue, options.Seed);
        LeaderboardEndpoint leaderboard = new(venue, options.Seed);
        api.MapBeside(app, "/fng/", "fng", context => fearGreed.Get(context.Request.Query));
        api.MapBeside(app, "/v1/getOtherPosition", "leaderboard", context => leaderboard.Get(context.Request.Query, context.Request.Headers));
        app.MapGet("/", context => Send(context, api.Index()));
        app.MapFallback("{*path}", context => Send(context, Reply.Html(404, NotFound)));
    }

    /// <summary>Sends a reply as it is.</summary>
    public static async Task Send(HttpContext context, Reply reply)
    {
        Begin(context, reply);
        await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private void MapWeighted(WebApplication app, string path, int weight, Func<RestRequest, Reply> get) =>
        app.MapGet(path, (RequestDelegate)(context =>
        {
            long number = _faults.NextRequest();
            UnixMicros now = _venue.Clock.Now;
            Reply reply = Answer(context, now, number, weight, get);
            string? symbol = context.Request.Query["symbol"];
            if (_faults.Hits(FaultKind.SlowBody, now, number, symbol) is { } slow)
            {
                return SendSlowly(context, reply, slow.Delay ?? TimeSpan.FromMinutes(1));
            }

            return _faults.Hits(FaultKind.HalfBody, now, number, symbol) is null ? Send(context, reply) : SendHalf(context, reply);
        }));

    /// <summary>Another venue's page: no weights, and only faults that name it as their symbol.</summary>
    private void MapBeside(WebApplication app, string path, string name, Func<HttpContext, Reply> get) =>
        app.MapGet(path, (RequestDelegate)(context =>
        {
            long number = _faults.NextRequest();
            return Send(context, Trouble(_venue.Clock.Now, number, name, isNamed: true) ?? get(context));
        }));

    private Reply Answer(HttpContext context, UnixMicros now, long number, int weight, Func<RestRequest, Reply> get)
    {
        IPAddress address = context.Connection.RemoteIpAddress?.MapToIPv6() ?? IPAddress.IPv6None;
        string? symbol = context.Request.Query["symbol"];
        if (_faults.Hits(FaultKind.Firewall, now, number, symbol) is not null)
        {
            // The firewall stands before everything: no weight is counted or told.
            return Reply.Html(403, "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1><p>SIMULATED firewall</p></body></html>\n");
        }

        int limit = _faults.WeightLimit(_options.WeightPerMinuteMax, now);
        Admission admission = _faults.Hits(FaultKind.Ban, now, number, symbol) is null
            ? _door.Charge(address, now, _faults.Hits(FaultKind.DriftWeights, now, number, symbol) is null ? weight : 2 * weight, limit)
            : _door.Ban(address, now);
        string used = admission.UsedWeight.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-MBX-USED-WEIGHT"] = used;
        context.Response.Headers["X-MBX-USED-WEIGHT-1M"] = used;
        return admission.Kind switch
        {
            AdmissionKind.Admitted => Trouble(now, number, symbol) ?? get(new RestRequest(context.Request.Query, IsMicroseconds(context.Request) || _faults.Hits(FaultKind.DriftMicroseconds, now, number, symbol) is not null, number)),
            AdmissionKind.TooMuchWeight => Refusal(ApiError.TooMuchWeight(limit), admission.Until - now),
            AdmissionKind.TooManyRequests => Refusal(ApiError.TooManyRequests(_options.RequestsPerFiveMinutesMax), admission.Until - now),
            _ => Refusal(ApiError.Banned(admission.Until.Milliseconds), admission.Until - now),
        };
    }

    /// <summary>The answer of a fault, or null if all is well.</summary>
    private Reply? Trouble(UnixMicros now, long number, string? symbol, bool isNamed = false)
    {
        Fault? Hit(FaultKind kind) => _faults.Hits(kind, now, number, symbol) is { } fault && (!isNamed || fault.Symbol is not null) ? fault : null;

        if (Hit(FaultKind.TooManyRequests) is { } storm)
        {
            return Refusal(ApiError.TooMuchWeight(_options.WeightPerMinuteMax), (long)(storm.Delay ?? TimeSpan.FromSeconds(10)).TotalMicroseconds);
        }

        if (Hit(FaultKind.ServerError) is { } broken)
        {
            return Reply.Error(ApiError.Internal(broken.Status, number));
        }

        if (Hit(FaultKind.RestrictedLocation) is not null)
        {
            return Reply.Error(ApiError.RestrictedLocation);
        }

        if (Hit(FaultKind.DriftErrors) is not null)
        {
            return Reply.Error(ApiError.Unheard);
        }

        if (Hit(FaultKind.DriftRetirement) is not null)
        {
            return Reply.Html(404, NotFound);
        }

        return Hit(FaultKind.WrongContentType) is null
            ? null
            : Reply.Html(200, "<!doctype html><html><body><p>SIMULATED proxy: please sign in to the network.</p></body></html>\n");
    }

    /// <summary>Retry-After is in the client's seconds, which pass more slowly than the exchange's when that is sped up.</summary>
    private Reply Refusal(ApiError error, long wait) =>
        Reply.Error(error) with { RetryAfterSeconds = Math.Max(1, (long)Math.Ceiling(_venue.Clock.Outside(wait).TotalSeconds)) };

    private static Reply Ping(RestRequest request)
    {
        request.ExpectAllRead();
        return request.Error is { } error ? Reply.Error(error) : Reply.Json("{}"u8.ToArray());
    }

    private Reply Time(RestRequest request)
    {
        request.ExpectAllRead();
        long told = KlineJson.Time(_faults.Told(_venue.Clock.Now, request.Turn), request.InMicroseconds);
        return request.Error is { } error
            ? Reply.Error(error)
            : Reply.Json(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"serverTime\":{told}}}")));
    }

    private Reply Index()
    {
        StringBuilder page = new();
        page.Append("<!doctype html><html lang=\"en\"><head><title>SIMULATED exchange</title></head><body><h1>SIMULATED exchange</h1>");
        page.Append("<p>This is CryptoInsight's paper exchange. Nothing here is real: no price, no volume, no trade. Its time is ");
        page.Append(_venue.Clock.Now).Append(".</p><ul>");
        foreach (string path in (ReadOnlySpan<string>)["/api/v3/ping", "/api/v3/time", "/api/v3/exchangeInfo", "/fng/?limit=10"])
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><a href=\"{path}\">{path}</a></li>");
        }

        foreach (ISeries series in _venue.Series.Take(20))
        {
            string path = $"/api/v3/klines?symbol={Uri.EscapeDataString(series.Instrument.Code)}&amp;interval=1m&amp;limit=10";
            page.Append(CultureInfo.InvariantCulture, $"<li><a href=\"{path}\">{path}</a></li>");
        }

        return Reply.Html(200, page.Append("</ul></body></html>\n").ToString());
    }

    private static bool IsMicroseconds(HttpRequest request) =>
        string.Equals(request.Headers["X-MBX-TIME-UNIT"], "MICROSECOND", StringComparison.OrdinalIgnoreCase);

    private static void Begin(HttpContext context, Reply reply)
    {
        HttpResponse response = context.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.ContentLength = reply.Body.Length;
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        if (reply.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static async Task SendHalf(HttpContext context, Reply reply)
    {
        Begin(context, reply);
        await context.Response.Body.WriteAsync(reply.Body[..(reply.Body.Length / 2)], context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        context.Abort();
    }

    private async Task SendSlowly(HttpContext context, Reply reply, TimeSpan length)
    {
        const int Drops = 100;
        Begin(context, reply);
        try
        {
            for (int i = 0; i < Drops; i++)
            {
                ReadOnlyMemory<byte> drop = reply.Body[(reply.Body.Length * i / Drops)..(reply.Body.Length * (i + 1) / Drops)];
                await context.Response.Body.WriteAsync(drop, context.RequestAborted).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
                await Task.Delay(length / Drops, _venue.Clock.Time, context.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client lost patience, as it should.
        }
    }
}
