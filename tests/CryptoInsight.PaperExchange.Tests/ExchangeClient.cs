using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace CryptoInsight.PaperExchange.Tests;

/// <summary>A running exchange, its clock and clients of several addresses.</summary>
internal sealed class ExchangeClient : IAsyncDisposable
{
    private readonly Dictionary<string, HttpClient> _clients = [];

    private ExchangeClient(PaperExchangeServer server, ManualTime time)
    {
        Server = server;
        Time = time;
    }

    public PaperExchangeServer Server { get; }

    public ManualTime Time { get; }

    public static async Task<ExchangeClient> StartAsync(Func<PaperExchangeOptions, PaperExchangeOptions>? change = null, string now = "2026-11-22T12:34:56.789Z")
    {
        ManualTime time = new(Markets.At(now).ToDateTimeOffset());
        PaperExchangeOptions options = new() { TimeProvider = time };
        return new ExchangeClient(await PaperExchangeServer.StartAsync(change?.Invoke(options) ?? options), time);
    }

    /// <summary>Asks from an address of loopback (all of 127.0.0.0/8 is one machine).</summary>
    public async Task<Answer> Get(string path, string from = "127.0.0.1", string? timeUnit = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(Server.BaseAddress, path));
        if (timeUnit is not null)
        {
            request.Headers.Add("X-MBX-TIME-UNIT", timeUnit);
        }

        using HttpResponseMessage response = await Client(from).SendAsync(request);
        Assert.Equal("SIMULATED", Assert.Single(response.Headers.GetValues(PaperExchangeServer.SimulatedHeader)));
        return new Answer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.TryGetValues("X-MBX-USED-WEIGHT-1M", out IEnumerable<string>? used) ? int.Parse(used.Single(), null) : null,
            response.Headers.RetryAfter?.Delta);
    }

    public async Task<List<Row>> Klines(string query, string? timeUnit = null)
    {
        Answer answer = await Get("/api/v3/klines?" + query, timeUnit: timeUnit);
        Assert.True(answer.Status == 200, answer.Body);
        return [.. answer.Json.EnumerateArray().Select(e => new Row(e))];
    }

    public HttpClient Client(string from)
    {
        if (_clients.TryGetValue(from, out HttpClient? known))
        {
            return known;
        }

        SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (context, cancel) =>
            {
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
                await socket.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        return _clients[from] = new HttpClient(handler);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (HttpClient client in _clients.Values)
        {
            client.Dispose();
        }

        await Server.DisposeAsync();
    }

    internal sealed record Answer(int Status, string Body, int? UsedWeight, TimeSpan? RetryAfter)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;

        public int Code => Json.GetProperty("code").GetInt32();

        public string Text => Json.GetProperty("msg").GetString()!;
    }

    internal sealed record Row(JsonElement Element)
    {
        public long Open => Element[0].GetInt64();

        public long Close => Element[6].GetInt64();

        public decimal Volume => decimal.Parse(Element[5].GetString()!, System.Globalization.CultureInfo.InvariantCulture);

        public string Raw => Element.GetRawText();
    }
}
