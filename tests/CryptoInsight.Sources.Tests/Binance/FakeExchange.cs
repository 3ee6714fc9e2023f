#pragma warning disable IDE0005 // compiled in two projects: in one of them the namespace is global
using CryptoInsight.Domain.Market;
#pragma warning restore IDE0005
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Web;

namespace CryptoInsight.Sources.Tests.Binance;

/// <summary>An exchange in a handler: klines from a rule, weight counted by its own minute, and answers that a test puts in front.</summary>
public sealed class FakeExchange(ManualTime time, TimeSpan clockAhead = default) : HttpMessageHandler
{
    private readonly Dictionary<long, int> _weightByMinute = [];
    private readonly Lock _gate = new();

    public ConcurrentQueue<(UnixMicros At, string PathAndQuery)> Requests { get; } = new();

    /// <summary>Answers that come instead of the real one, first in first out; null lets the real one through.</summary>
    public ConcurrentQueue<Func<HttpRequestMessage, HttpResponseMessage?>> Instead { get; } = new();

    /// <summary>What a request meets instead of its answer, asked every time; null lets it through.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Trouble { get; set; } = _ => null;

    /// <summary>No request may come before.</summary>
    public UnixMicros BannedUntil { get; set; }

    /// <summary>Requests that came all the same.</summary>
    public int RequestsDuringBan { get; private set; }

    /// <summary>How long an answer takes; the clock moves by it.</summary>
    public TimeSpan Latency { get; set; }

    public int WeightLimit { get; set; } = 6000;

    /// <summary>So many refusals in one minute lead to a ban; never if null.</summary>
    public int? RefusalsBeforeBan { get; set; }

    /// <summary>When it answered 429 because too much weight was used.</summary>
    public ConcurrentQueue<UnixMicros> Refusals { get; } = new();

    /// <summary>Weight that strangers behind the same address have used in the minute of an instant, up to it.</summary>
    public Func<UnixMicros, int> Strangers { get; set; } = _ => 0;

    /// <summary>True for open times that have a candle.</summary>
    public Func<UnixMicros, bool> Has { get; set; } = _ => true;

    /// <summary>How long after its close a candle appears.</summary>
    public TimeSpan Lag { get; set; }

    public Func<UnixMicros, string> CloseOf { get; set; } = t => (100 + t.Value / 60_000_000 % 100).ToString(CultureInfo.InvariantCulture);

    public UnixMicros Now => time.Micros + clockAhead;

    public IReadOnlyDictionary<long, int> WeightByMinute => _weightByMinute;

    public static HttpResponseMessage Answer(int status, string body, string type = "application/json", params (string Name, string Value)[] headers)
    {
        HttpResponseMessage response = new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };
        foreach ((string name, string value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Latency > TimeSpan.Zero)
        {
            time.Advance(Latency / 2);
        }

        HttpResponseMessage response = Handle(request);
        if (Latency > TimeSpan.Zero)
        {
            time.Advance(Latency / 2);
        }

        return Task.FromResult(response);
    }

    private HttpResponseMessage Handle(HttpRequestMessage request)
    {
        string path = request.RequestUri!.AbsolutePath;
        Requests.Enqueue((Now, request.RequestUri.PathAndQuery));
        RequestsDuringBan += Now < BannedUntil ? 1 : 0;
        if (Instead.TryDequeue(out Func<HttpRequestMessage, HttpResponseMessage?>? instead) && instead(request) is { } other)
        {
            return other;
        }

        if (Trouble(request) is { } trouble)
        {
            return trouble;
        }

        int used;
        lock (_gate)
        {
            UnixMicros now = Now;
            if (RefusalsBeforeBan is not null && now < BannedUntil)
            {
                return Answer(418, $"{{\"code\":-1003,\"msg\":\"Way too much request weight used; IP banned until {BannedUntil.Milliseconds}.\"}}");
            }

            long minute = now.Value / 60_000_000;
            used = _weightByMinute[minute] = _weightByMinute.GetValueOrDefault(minute) + WeightOf(path);
            used += Strangers(now);
            if (used > WeightLimit)
            {
                Refusals.Enqueue(now);
                if (Refusals.Count(r => r.Value / 60_000_000 == minute) > RefusalsBeforeBan)
                {
                    BannedUntil = now + TimeSpan.FromMinutes(2);
                }
            }
        }

        if (used > WeightLimit)
        {
            return Answer(429, "{\"code\":-1003,\"msg\":\"Too much request weight used.\"}", "application/json", ("Retry-After", "30"), ("X-MBX-USED-WEIGHT-1M", used.ToString(CultureInfo.InvariantCulture)));
        }

        string body = path.EndsWith("/time", StringComparison.Ordinal) ? $"{{\"serverTime\":{Now.Milliseconds}}}"
            : path.EndsWith("/exchangeInfo", StringComparison.Ordinal) ? $"{{\"rateLimits\":[{{\"rateLimitType\":\"REQUEST_WEIGHT\",\"interval\":\"MINUTE\",\"intervalNum\":1,\"limit\":{WeightLimit}}}],\"symbols\":[]}}"
            : Klines(request.RequestUri.Query);
        return Answer(200, body, "application/json", ("X-MBX-USED-WEIGHT-1M", used.ToString(CultureInfo.InvariantCulture)));
    }

    private static int WeightOf(string path) => path.EndsWith("/time", StringComparison.Ordinal) ? 1 : path.EndsWith("/exchangeInfo", StringComparison.Ordinal) ? 20 : 2;

    private string Klines(string query)
    {
        System.Collections.Specialized.NameValueCollection asked = HttpUtility.ParseQueryString(query);
        Interval interval = Interval.Parse(asked["interval"]);
        int limit = int.Parse(asked["limit"]!, CultureInfo.InvariantCulture);
        UnixMicros from = UnixMicros.FromMilliseconds(long.Parse(asked["startTime"] ?? "1500000000000", CultureInfo.InvariantCulture));
        UnixMicros to = UnixMicros.Min(Now, UnixMicros.FromMilliseconds(long.Parse(asked["endTime"] ?? "4000000000000", CultureInfo.InvariantCulture)));
        List<string> rows = [];
        for (UnixMicros t = interval.IsAligned(from) ? from : interval.Next(from); t <= to && rows.Count < limit; t = interval.Next(t))
        {
            bool isThere = Has(t) && (interval.Next(t) > Now || interval.Next(t) + Lag <= Now);
            if (isThere)
            {
                rows.Add(string.Create(CultureInfo.InvariantCulture, $"[{t.Milliseconds},\"1.0\",\"2.0\",\"0.5\",\"{CloseOf(t)}\",\"10\",{interval.Next(t).Milliseconds - 1},\"15\",3,\"5\",\"7.5\",\"0\"]"));
            }
        }

        return $"[{string.Join(',', rows)}]";
    }
}
