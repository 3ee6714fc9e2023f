using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>An index and a leaderboard that say the caller's keys back in everything they answer, as a careless gateway might.</summary>
internal sealed class EchoingGateway : IDisposable
{
    private readonly HttpListener _listener = new();

    public EchoingGateway()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    /// <summary>The paths that were asked for, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Asked.Enqueue(context.Request.Url!.AbsolutePath);
            (int status, string body) = Answer(context.Request);
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }
    }

    private static (int Status, string Body) Answer(HttpListenerRequest request)
    {
        if (request.Url!.AbsolutePath == "/fng/")
        {
            long today = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400 * 86_400;
            return (200, JsonSerializer.Serialize(new
            {
                data = Enumerable.Range(0, 5).Select(d => new { value = d == 3 ? "101" : $"{40 + d}", value_classification = "Fear", timestamp = $"{today - (d * 86_400L)}" }),
                metadata = new { error = (string?)null },
            }));
        }

        string keys = string.Join(' ', new[] { "x-app-id", "x-client-id", "x-api-key" }.Select(h => request.Headers[h]));
        return request.QueryString["encryptedUid"] == "GOOD1"
            ? (200, JsonSerializer.Serialize(new
            {
                success = true,
                data = new
                {
                    otherPositionRetList = new[]
                    {
                        new { symbol = "BTCUSDT", entryPrice = 100.0, markPrice = 90.0, pnl = -10.0, roe = -0.3, amount = 1.0, updateTimeStamp = DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds(), leverage = 3, note = keys },
                    },
                },
            }))
            : (401, JsonSerializer.Serialize(new { message = $"these keys are no good: {keys}", success = false }));
    }
}
