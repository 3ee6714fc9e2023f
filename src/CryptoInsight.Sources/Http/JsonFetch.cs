using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Http;

/// <summary>GET of small JSON documents from a publisher: one request in, one outcome out; it neither waits nor retries, and no answer makes it throw.</summary>
/// <remarks>What is secret in the request is taken out of the answer before anybody reads it: a gateway may echo a key in its complaint (INV-10).</remarks>
public sealed class JsonFetch : IDisposable
{
    private const int TextMax = 300;
    private const int PayloadMax = 4 * 1024;
    private const string Redacted = "[redacted]";

    private static readonly TimeSpan s_pauseMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pauseUnsaid = TimeSpan.FromMinutes(1);

    // A wrong header must not silence us for months.
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromDays(2);

    private readonly HttpClient _http;
    private readonly JsonFetchOptions _options;
    private readonly TimeProvider _time;

    /// <param name="handler">See <see cref="BinanceRest.NewHandler"/>: no redirects, no cookies.</param>
    public JsonFetch(HttpMessageHandler handler, JsonFetchOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
        _http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
        _options = options;
        _time = time;
    }

    /// <summary>Asks once.</summary>
    /// <param name="headers">Headers of this request; their values are secret.</param>
    /// <param name="read">Makes of the body (valid UTF-8, secrets taken out) what it means, or says why it cannot.</param>
    public async Task<FetchOutcome<T>> GetAsync<T>(
        Uri url, IReadOnlyList<(string Name, string Value)> headers, Func<ReadOnlyMemory<byte>, UnixMicros, JsonDocumentReading<T>> read, CancellationToken ct)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(headers);
        ArgumentNullException.ThrowIfNull(read);
        using CancellationTokenSource timeout = new(_options.RequestTimeout, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            (byte[] body, bool isWhole) = await BodyAsync(response, both.Token).ConfigureAwait(false);
            body = WithoutSecrets(body, headers);
            return isWhole
                ? Judge(response, body, read)
                : new FetchOutcome<T>.Unreadable($"the answer is longer than {_options.BytesMax} bytes", PayloadJson(body));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new FetchOutcome<T>.Transient($"no whole answer within {_options.RequestTimeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException e)
        {
            return new FetchOutcome<T>.Transient($"the connection failed ({e.HttpRequestError})");
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return new FetchOutcome<T>.Transient("the connection broke in the middle of the answer");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(byte[] Body, bool IsWhole)> BodyAsync(HttpResponseMessage response, CancellationToken ct)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        using var body = new MemoryStream();
        byte[] part = new byte[16 * 1024];
        while (await stream.ReadAsync(part, ct).ConfigureAwait(false) is > 0 and int got)
        {
            body.Write(part, 0, got);
            if (body.Length > _options.BytesMax)
            {
                body.SetLength(PayloadMax); // only evidence is needed of what is not read
                return (body.ToArray(), false);
            }
        }

        return (body.ToArray(), true);
    }

    private FetchOutcome<T> Judge<T>(HttpResponseMessage response, byte[] body, Func<ReadOnlyMemory<byte>, UnixMicros, JsonDocumentReading<T>> read)
        where T : class
    {
        int status = (int)response.StatusCode;
        UnixMicros now = UnixMicros.From(_time.GetUtcNow());
        if (status == (int)HttpStatusCode.TooManyRequests)
        {
            return new FetchOutcome<T>.Throttled(RetryAfter(response.Headers, now), HostileText.Show(body, TextMax));
        }

        if (status is >= 500 or 408 or 425)
        {
            return new FetchOutcome<T>.Transient($"HTTP {status}: {HostileText.Show(body, TextMax)}");
        }

        if (status is >= 300 and < 400)
        {
            return new FetchOutcome<T>.Refused(status, $"the answer leads elsewhere ({HostileText.Show(response.Headers.Location?.Host)}); redirects are not followed", PayloadJson(body));
        }

        if (status != 200)
        {
            return new FetchOutcome<T>.Refused(status, HostileText.Show(body, TextMax), PayloadJson(body));
        }

        string? type = response.Content.Headers.ContentType?.MediaType;
        if (type is not null && !type.EndsWith("json", StringComparison.OrdinalIgnoreCase))
        {
            return new FetchOutcome<T>.Unreadable($"the answer is {HostileText.Show(type)}, not JSON", PayloadJson(body));
        }

        JsonDocumentReading<T> reading = read(body, now);
        return reading.Value is { } value ? new FetchOutcome<T>.Answered(value, now) : new FetchOutcome<T>.Unreadable(reading.Why!, PayloadJson(body));
    }

    /// <summary>The body for the dead-letter table: as it is if it is JSON and short, else its beginning as a JSON string.</summary>
    internal static string PayloadJson(ReadOnlySpan<byte> body)
    {
        if (body.Length <= PayloadMax)
        {
            try
            {
                var reader = new Utf8JsonReader(body);
                while (reader.Read())
                {
                }

                return Encoding.UTF8.GetString(body);
            }
            catch (JsonException)
            {
                // No JSON: kept as text.
            }
        }

        return KlineRowText.AsJsonText(body[..Math.Min(body.Length, PayloadMax)]);
    }

    private static byte[] WithoutSecrets(byte[] body, IReadOnlyList<(string Name, string Value)> secrets)
    {
        if (secrets.Count == 0)
        {
            return body;
        }

        string text = Encoding.UTF8.GetString(body), clean = text;
        foreach (string secret in secrets.Select(s => s.Value).Where(s => s.Length > 0).OrderByDescending(s => s.Length))
        {
            clean = clean.Replace(secret, Redacted, StringComparison.OrdinalIgnoreCase)
                .Replace(JsonEncodedText.Encode(secret).Value, Redacted, StringComparison.OrdinalIgnoreCase)
                .Replace(Uri.EscapeDataString(secret), Redacted, StringComparison.OrdinalIgnoreCase);
        }

        return ReferenceEquals(clean, text) || clean == text ? body : Encoding.UTF8.GetBytes(clean);
    }

    private static TimeSpan RetryAfter(HttpResponseHeaders headers, UnixMicros now)
    {
        TimeSpan? said = headers.RetryAfter?.Delta ?? (headers.RetryAfter?.Date is { } date ? TimeSpan.FromMicroseconds(UnixMicros.From(date) - now) : null);
        return said is not { } pause ? s_pauseUnsaid : pause < s_pauseMin ? s_pauseMin : pause > s_pauseMax ? s_pauseMax : pause;
    }
}
