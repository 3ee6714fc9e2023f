using System.Globalization;
using System.Net;
using System.Text;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Limits;
using CryptoInsight.PaperExchange.Market;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CryptoInsight.PaperExchange.Rest;

/// <summary>The exchange's REST surface: weights, headers, errors, and the pages around it.</summary>
internal sealed class RestApi
{
    private readonly Venue _venue;
    private readonly PaperExchangeOptions _options;
    private readonly Doorkeeper _door;

    private RestApi(Venue venue, PaperExchangeOptions options)
    {
        _venue = venue;
        _options = options;
        _door = new Doorkeeper(new LimitRules(options.WeightPerMinuteMax, options.RequestsPerFiveMinutesMax, options.RefusalsBeforeBan));
    }

    /// <summary>Adds all routes.</summary>
    public static void Map(WebApplication app, Venue venue, PaperExchangeOptions options)
    {
        RestApi api = new(venue, options);
        app.Use((context, next) =>
        {
            context.Response.Headers[PaperExchangeServer.SimulatedHeader] = "SIMULATED";
            return next(context);
        });

        KlinesEndpoint klines = new(venue);
        ExchangeInfoEndpoint exchangeInfo = new(venue, options);
        api.MapWeighted(app, "/api/v3/ping", 1, Ping);
        api.MapWeighted(app, "/api/v3/time", 1, api.Time);
        api.MapWeighted(app, "/api/v3/exchangeInfo", ExchangeInfoEndpoint.Weight, exchangeInfo.Get);
        api.MapWeighted(app, "/api/v3/klines", KlinesEndpoint.Weight, klines.Get);
        app.MapGet("/", context => Send(context, api.Index()));
        app.MapFallback("{*path}", context => Send(context, Reply.Html(404, "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1><p>SIMULATED exchange: nothing is here. The market data API is under /api/v3 (v1 is retired).</p></body></html>\n")));
    }

    private void MapWeighted(WebApplication app, string path, int weight, Func<RestRequest, Reply> get) =>
        app.MapGet(path, (RequestDelegate)(context => Send(context, Answer(context, weight, get))));

    private Reply Answer(HttpContext context, int weight, Func<RestRequest, Reply> get)
    {
        UnixMicros now = _venue.Clock.Now;
        IPAddress address = context.Connection.RemoteIpAddress?.MapToIPv6() ?? IPAddress.IPv6None;
        Admission admission = _door.Charge(address, now, weight);
        string used = admission.UsedWeight.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-MBX-USED-WEIGHT"] = used;
        context.Response.Headers["X-MBX-USED-WEIGHT-1M"] = used;
        return admission.Kind switch
        {
            AdmissionKind.Admitted => get(new RestRequest(context.Request.Query, IsMicroseconds(context.Request))),
            AdmissionKind.TooMuchWeight => Refusal(ApiError.TooMuchWeight(_options.WeightPerMinuteMax), admission.Until - now),
            AdmissionKind.TooManyRequests => Refusal(ApiError.TooManyRequests(_options.RequestsPerFiveMinutesMax), admission.Until - now),
            _ => Refusal(ApiError.Banned(admission.Until.Milliseconds), admission.Until - now),
        };
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
        return request.Error is { } error
            ? Reply.Error(error)
            : Reply.Json(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"serverTime\":{KlineJson.Time(_venue.Clock.Now, request.InMicroseconds)}}}")));
    }

    private Reply Index()
    {
        StringBuilder page = new();
        page.Append("<!doctype html><html lang=\"en\"><head><title>SIMULATED exchange</title></head><body><h1>SIMULATED exchange</h1>");
        page.Append("<p>This is CryptoInsight's paper exchange. Nothing here is real: no price, no volume, no trade. Its time is ");
        page.Append(_venue.Clock.Now).Append(".</p><ul>");
        foreach (string path in (ReadOnlySpan<string>)["/api/v3/ping", "/api/v3/time", "/api/v3/exchangeInfo"])
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

    private static async Task Send(HttpContext context, Reply reply)
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

        await response.Body.WriteAsync(reply.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
