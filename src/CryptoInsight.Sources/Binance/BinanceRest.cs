using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CryptoInsight.Sources.Binance;

/// <summary>Binance's REST market data: one request in, one outcome out. It neither waits nor retries; the weight of its requests is the caller's to ask for.</summary>
public sealed class BinanceRest : IDisposable
{
    private readonly BinanceRestOptions _options;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;

    /// <summary>Makes a client over the given handler (see <see cref="NewHandler"/>); nothing is sent yet.</summary>
    public BinanceRest(BinanceRestOptions options, HttpMessageHandler handler, ServerClock clock, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        _options = options;
        _time = time;
        Clock = clock;
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    /// <summary>What it is made of.</summary>
    public BinanceRestOptions Options => _options;

    /// <summary>The exchange's clock, measured by <see cref="GetServerTimeAsync"/>.</summary>
    public ServerClock Clock { get; }

    /// <summary>A handler fit for an exchange: no redirects (they may lead to another host), no cookies, connections renewed so that DNS changes are seen.</summary>
    public static HttpMessageHandler NewHandler() => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseHeadersLength = 64,
    };

    /// <summary>Asks the exchange for its time, and sets <see cref="Clock"/> by it.</summary>
    public Task<RestOutcome<UnixMicros>> GetServerTimeAsync(CancellationToken cancellationToken)
    {
        long sent = Clock.Mark();
        return GetAsync<UnixMicros>("/time", "", 64 * 1024, (body, _) =>
        {
            if (ReadTime(body.Span) is not { } serverTime)
            {
                return (default, "the answer has no serverTime that can be read");
            }

            Clock.Observe(sent, serverTime);
            return (serverTime, null);
        }, cancellationToken);
    }

    /// <summary>Asks for limits and symbols.</summary>
    public Task<RestOutcome<ExchangeInfo>> GetExchangeInfoAsync(CancellationToken cancellationToken) => GetExchangeInfoAsync(null, cancellationToken);

    /// <summary>Asks for limits and one symbol: the whole list is many megabytes; null asks for all of them.</summary>
    public Task<RestOutcome<ExchangeInfo>> GetExchangeInfoAsync(Symbol? only, CancellationToken cancellationToken) =>
        GetAsync("/exchangeInfo", only is { } symbol ? $"?symbol={Uri.EscapeDataString(symbol.Code)}" : "", _options.ExchangeInfoBytesMax, (body, _) => ExchangeInfoReader.Read(body), cancellationToken);

    /// <summary>Asks for one page of klines; the candle that is still open is left out.</summary>
    public Task<RestOutcome<KlinePage>> GetKlinesAsync(KlineRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(request.Limit, KlineRequest.LimitMax);
        string query = QueryOf(request);
        return GetAsync(
            "/klines",
            query,
            _options.KlinesBytesMax,
            (body, arrived) => ReadKlines(body.Span, request, arrived, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(query)))),
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<RestOutcome<T>> GetAsync<T>(
        string endpoint,
        string query,
        int bytesMax,
        Func<ReadOnlyMemory<byte>, UnixMicros, (T? Value, string? Why)> read,
        CancellationToken cancellationToken)
    {
        Uri url = new($"{_options.BaseUrl.AbsoluteUri.TrimEnd('/')}{_options.ApiPath}{endpoint}{query}");
        using CancellationTokenSource timeout = new(_options.RequestTimeout, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        byte[] body = ArrayPool<byte>.Shared.Rent(64 * 1024);
        int? used = null;
        try
        {
            using HttpResponseMessage response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            used = UsedWeight(response);
            using Stream stream = await response.Content.ReadAsStreamAsync(both.Token).ConfigureAwait(false);
            int length = 0;
            while (await stream.ReadAsync(body.AsMemory(length), both.Token).ConfigureAwait(false) is > 0 and int got)
            {
                length += got;
                if (length > bytesMax)
                {
                    return new RestOutcome<T>.Transient($"the answer is longer than {bytesMax} bytes", used);
                }

                body = length < body.Length ? body : Grown(body);
            }

            return Judge(response, body.AsMemory(0, length), read, used);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new RestOutcome<T>.Transient($"no whole answer within {_options.RequestTimeout.TotalSeconds:0.#} s", used);
        }
        catch (HttpRequestException e)
        {
            return new RestOutcome<T>.Transient($"the connection failed ({e.HttpRequestError})", used);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return new RestOutcome<T>.Transient("the connection broke in the middle of the answer", used);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    private RestOutcome<T> Judge<T>(HttpResponseMessage response, ReadOnlyMemory<byte> body, Func<ReadOnlyMemory<byte>, UnixMicros, (T? Value, string? Why)> read, int? used)
    {
        int status = (int)response.StatusCode;
        if (status is >= 300 and < 400)
        {
            return new RestOutcome<T>.Refused(status, null, $"the answer leads elsewhere ({HostileText.Show(response.Headers.Location?.Host)}); redirects are not followed", "", used);
        }

        if (status != 200)
        {
            return RestErrors.Classify<T>(status, response.Headers, body.Span, Clock.Now, used);
        }

        string? type = response.Content.Headers.ContentType?.MediaType;
        if (type is not null && !type.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            return new RestOutcome<T>.Transient($"the answer is {HostileText.Show(type)}, not JSON: somebody between us and the exchange has written it", used);
        }

        (T? value, string? why) = read(body, Clock.Now);
        return why is null ? new RestOutcome<T>.Answered(value!, used) : new RestOutcome<T>.Transient(why, used);
    }

    private (KlinePage? Value, string? Why) ReadKlines(ReadOnlySpan<byte> body, KlineRequest request, UnixMicros arrived, string paramsHash)
    {
        // An array of rows, or an empty one: a single bare row is lawful in files, not here.
        if (body.TrimStart(" \t\r\n"u8) is not [(byte)'[', .. var inside] || inside.TrimStart(" \t\r\n"u8) is not [(byte)'[' or (byte)']', ..])
        {
            return (null, "the answer is no array of klines");
        }

        List<RawCandle> rows = [];
        int seen = 0;
        int open = 0;
        UnixMicros passed = Clock.SurelyPassed;
        KlineArrayScanner scanner = default;
        while (true)
        {
            KlineArrayScanner.Find find = scanner.Next(body, ended: true, out int consumed, out Range at);
            if (find == KlineArrayScanner.Find.End)
            {
                return (new KlinePage(rows, seen >= request.Limit, open, arrived), null);
            }

            ReadOnlySpan<byte> row = find == KlineArrayScanner.Find.Row ? body[at] : default;
            if (row is not [(byte)'[', ..])
            {
                return (null, "the answer is cut, or no array of klines");
            }

            body = body[consumed..];
            seen++;
            UnixMicros? openTime = KlineRowText.OpenTimeOf(row, _options.Schema);
            if (openTime is { } t && request.Interval.Next(t) > passed)
            {
                open++;
                continue;
            }

            (string rawJson, string? rescued) = KlineRowText.Keep(row, _options.Schema);
            rows.Add(new RawCandle(
                _options.Source, request.Symbol, request.Interval, openTime, arrived, rawJson, $"{_options.ApiPath}/klines", paramsHash, request.RunId, rescued));
        }
    }

    private static string QueryOf(KlineRequest request)
    {
        StringBuilder query = new();
        query.Append(CultureInfo.InvariantCulture, $"?symbol={Uri.EscapeDataString(request.Symbol.Code)}&interval={request.Interval.Code}");
        if (request.From is { } from)
        {
            query.Append(CultureInfo.InvariantCulture, $"&startTime={from.Milliseconds}");
        }

        if (request.To is { } to)
        {
            // The exchange's bound is inclusive and filters by open time.
            query.Append(CultureInfo.InvariantCulture, $"&endTime={to.Milliseconds - 1}");
        }

        return query.Append(CultureInfo.InvariantCulture, $"&limit={request.Limit}").ToString();
    }

    private static UnixMicros? ReadTime(ReadOnlySpan<byte> body)
    {
        try
        {
            Utf8JsonReader reader = new(body);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isTime = reader.ValueTextEquals("serverTime"u8);
                reader.Read();
                if (isTime)
                {
                    return reader.TokenType == JsonTokenType.Number && VenueTimeText.TryRead(reader.ValueSpan, out UnixMicros time) ? time : null;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // No time, then; the caller says so.
        }

        return null;
    }

    private static int? UsedWeight(HttpResponseMessage response)
    {
        foreach (string name in (string[])["X-MBX-USED-WEIGHT-1M", "X-MBX-USED-WEIGHT"])
        {
            if (response.Headers.TryGetValues(name, out IEnumerable<string>? values)
                && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out int used))
            {
                return used;
            }
        }

        return null;
    }

    private static byte[] Grown(byte[] body)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(body.Length * 2);
        body.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(body);
        return larger;
    }
}
