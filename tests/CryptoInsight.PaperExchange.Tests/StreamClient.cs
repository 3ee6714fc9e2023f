using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace CryptoInsight.PaperExchange.Tests;

/// <summary>A client of the exchange's streams.</summary>
internal sealed class StreamClient : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket = new();
    private readonly ManualTime _time;
    private readonly byte[] _buffer = new byte[1 << 16];

    private StreamClient(ManualTime time) => _time = time;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static async Task<StreamClient> ConnectAsync(ExchangeClient exchange, string path)
    {
        StreamClient client = new(exchange.Time);
        UriBuilder address = new(new Uri(exchange.Server.BaseAddress, path)) { Scheme = "ws" };
        await client._socket.ConnectAsync(address.Uri, CancellationToken.None);
        await exchange.Time.Armed();
        return client;
    }

    /// <summary>Moves the exchange's clock by seconds, letting it speak after each.</summary>
    public async Task Pass(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            await _time.Armed();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await _time.Armed();
    }

    /// <summary>Moves the clock until the connection ends; what is said meanwhile is dropped.</summary>
    public async Task PassUntilEnd()
    {
        for (Task<JsonElement?> next = HearOrEnd(); ; next = HearOrEnd())
        {
            while (!next.IsCompleted)
            {
                await Task.WhenAny(next, _time.Armed());
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            if (await next is null)
            {
                return;
            }
        }
    }

    public Task Say(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    public async Task<JsonElement> Ask(string text)
    {
        await Say(text);
        return await Hear();
    }

    /// <summary>The next message.</summary>
    public async Task<JsonElement> Hear() =>
        await HearOrEnd() ?? throw new InvalidOperationException($"The connection was closed: {_socket.CloseStatus}.");

    /// <summary>The next message, or null if the connection ended.</summary>
    public async Task<JsonElement?> HearOrEnd()
    {
        try
        {
            WebSocketReceiveResult result = await _socket.ReceiveAsync(_buffer, CancellationToken.None).WaitAsync(s_patience);
            return result.MessageType == WebSocketMessageType.Close ? null : JsonDocument.Parse(_buffer.AsMemory(0, result.Count).ToArray()).RootElement;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    /// <summary>All messages up to the reply of a question asked now.</summary>
    public async Task<List<JsonElement>> HearAll()
    {
        await Say("""{"method":"LIST_SUBSCRIPTIONS","id":"end"}""");
        List<JsonElement> heard = [];
        while (true)
        {
            JsonElement message = await Hear();
            if (message.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String && id.GetString() == "end")
            {
                return heard;
            }

            heard.Add(message);
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
