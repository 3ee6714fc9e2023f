using System.Globalization;
using System.Xml.Linq;
using Amazon.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace CryptoInsight.Delta.Cloud.Tests;

/// <summary>What a fake does with one request instead of, or after, serving it.</summary>
internal enum FakeFault
{
    None,

    /// <summary>503 before any effect.</summary>
    Unavailable,

    /// <summary>409 before any effect: as if another conditional write of the key were under way.</summary>
    Raced,

    /// <summary>The request takes effect, then the connection breaks without an answer.</summary>
    ReplyLost,

    /// <summary>The answer's body breaks off half-way.</summary>
    BodyCut,

    /// <summary>403.</summary>
    Denied,
}

/// <summary>One request as the fake saw it.</summary>
internal sealed record FakeRequest(string Method, string Key, IReadOnlyDictionary<string, string> Query, string? Range, string? IfNoneMatch)
{
    public bool Is(string method, string? queryKey = null) => Method == method && (queryKey is null ? !Query.ContainsKey("uploadId") && !Query.ContainsKey("uploads") && !Query.ContainsKey("list-type") : Query.ContainsKey(queryKey));
}

/// <summary>The handful of S3 operations that the store uses, over HTTP on this machine, one bucket, path style.</summary>
/// <remarks>What it keeps as S3 does: conditional puts decided under one lock, parts of at least 5 MiB but the last, listing in order of UTF-8 bytes, ranges, If-Match, errors as XML.
/// What it does not check or know: signatures, credentials, checksums, aws-chunked bodies (it refuses them), versions of objects, regions, limits of rate.</remarks>
internal sealed class FakeS3 : IAsyncDisposable
{
    public const string Bucket = "lake";
    private readonly WebApplication _app;
    private readonly FakeBucket _bucket = new();
    private readonly List<FakeRequest> _requests = [];

    private FakeS3(WebApplication app) => _app = app;

    public Uri Endpoint => new(_app.Urls.First());

    /// <summary>Decides what goes wrong; asked once per request.</summary>
    public Func<FakeRequest, FakeFault>? Faults { get; set; }

    /// <summary>True: the server ignores If-None-Match, as old stores did.</summary>
    public bool IgnoresConditions { get; set; }

    public IReadOnlyList<FakeRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public int OpenUploads => _bucket.OpenUploads;

    public IReadOnlyList<string> Keys => _bucket.Keys;

    public static async Task<FakeS3> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null).UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        FakeS3 fake = new(app);
        app.Run(fake.ServeAsync);
        await app.StartAsync();
        return fake;
    }

    public S3Connection Connect(Func<S3ConnectionOptions, S3ConnectionOptions>? with = null)
    {
        S3ConnectionOptions options = new()
        {
            Endpoint = Endpoint,
            UsesPathStyle = true,
            Credentials = new BasicAWSCredentials("test", "test"),
            RetriesMax = 2,
            PartBytes = S3ConnectionOptions.PartBytesMin,
            BlockBytes = 1000,
            ListPageKeys = 3,
        };
        return new S3Connection(with?.Invoke(options) ?? options);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ServeAsync(HttpContext http)
    {
        FakeRequest request = Parse(http);
        byte[] body = await BodyAsync(http.Request);
        lock (_requests)
        {
            _requests.Add(request);
        }

        FakeFault fault = Faults?.Invoke(request) ?? FakeFault.None;
        FakeReply reply = fault switch
        {
            FakeFault.Unavailable => FakeReply.Error(503, "ServiceUnavailable"),
            FakeFault.Raced => FakeReply.Error(409, "ConditionalRequestConflict"),
            FakeFault.Denied => FakeReply.Error(403, "AccessDenied"),
            _ when http.Request.Headers.ContentEncoding.ToString().Contains("aws-chunked", StringComparison.Ordinal) => FakeReply.Error(501, "NotImplemented"),
            _ => _bucket.Serve(request, body, http.Request.Headers.IfMatch.ToString(), IgnoresConditions),
        };
        if (fault == FakeFault.ReplyLost)
        {
            http.Abort();
            return;
        }

        await SendAsync(http, reply, request.Method, fault == FakeFault.BodyCut);
    }

    private static FakeRequest Parse(HttpContext http)
    {
        // The target as sent: Kestrel's own path leaves %2F as it is and would hide a key that was encoded twice.
        string target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        string path = Uri.UnescapeDataString(target.Split('?')[0]);
        string key = path.StartsWith($"/{Bucket}/", StringComparison.Ordinal) ? path[(Bucket.Length + 2)..] : path == $"/{Bucket}" ? "" : throw new InvalidOperationException($"Not this bucket: {path}");
        Dictionary<string, string> query = http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        return new FakeRequest(http.Request.Method, key, query, http.Request.Headers.Range.FirstOrDefault(), http.Request.Headers.IfNoneMatch.FirstOrDefault());
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using MemoryStream body = new();
        await request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static async Task SendAsync(HttpContext http, FakeReply reply, string method, bool isCut)
    {
        http.Response.StatusCode = reply.Status;
        foreach ((string name, string value) in reply.Headers)
        {
            http.Response.Headers[name] = value;
        }

        http.Response.ContentLength = reply.Status == 204 ? null : reply.Body.Length;
        if (method == "HEAD")
        {
            return;
        }

        await http.Response.Body.WriteAsync(reply.Body.AsMemory(0, isCut ? reply.Body.Length / 2 : reply.Body.Length));
        if (isCut)
        {
            await http.Response.Body.FlushAsync();
            http.Abort();
        }
    }
}

/// <summary>An answer of the fake.</summary>
internal sealed record FakeReply(int Status, byte[] Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public static FakeReply Of(XElement xml, int status = 200) => new(status, System.Text.Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + xml.ToString(SaveOptions.DisableFormatting)))
    {
        Headers = new() { ["Content-Type"] = "application/xml" },
    };

    public static FakeReply Error(int status, string code) => Of(new XElement("Error", new XElement("Code", code), new XElement("Message", "from the fake"), new XElement("RequestId", "1")), status);

    public static FakeReply Done(int status = 200, string? etag = null) => new(status, []) { Headers = etag is null ? [] : new() { ["ETag"] = etag } };

    public static string HttpDate(DateTimeOffset at) => at.ToString("R", CultureInfo.InvariantCulture);
}
