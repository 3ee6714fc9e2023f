using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.Sources.Tests.Binance.Streams;

/// <summary>The real socket, against a listener that speaks the protocol byte by byte.</summary>
public sealed class WebSocketDialerSpecs : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly WebSocketDialer _dialer;
    private readonly Uri _address;

    public WebSocketDialerSpecs()
    {
        _listener.Start();
        _address = new Uri($"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/stream?streams=btcusdt@kline_1m");
        _dialer = new WebSocketDialer(new KlineStreamOptions { BaseUrl = _address, MessageBytesMax = 8_192, DialTimeout = TimeSpan.FromSeconds(20) }, TimeProvider.System);
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_ping_is_answered_by_a_pong_with_the_same_payload_and_messages_go_on()
    {
        (IStreamSocket socket, NetworkStream server) = await ConnectAsync();
        await server.WriteAsync((byte[])[0x89, 3, (byte)'a', (byte)'b', (byte)'c', .. Text("one")]);
        Assert.Equal("one", await ReceiveAsync(socket));
        byte[] pong = new byte[9];
        Task read = server.ReadExactlyAsync(pong).AsTask();
        await server.WriteAsync(Text("two"));
        Assert.Equal("two", await ReceiveAsync(socket));
        await read;
        Assert.Equal(0x8A, pong[0]);
        Assert.Equal("abc", Encoding.ASCII.GetString([.. Enumerable.Range(0, 3).Select(i => (byte)(pong[6 + i] ^ pong[2 + i]))]));
        await socket.DisposeAsync();
    }

    [Fact]
    public async Task A_message_in_parts_is_one_message_and_one_too_long_breaks_the_connection()
    {
        (IStreamSocket socket, NetworkStream server) = await ConnectAsync();
        await server.WriteAsync((byte[])[0x01, 2, (byte)'a', (byte)'b', 0x80, 1, (byte)'c']);
        Assert.Equal("abc", await ReceiveAsync(socket));
        await server.WriteAsync((byte[])[0x81, 126, 0x27, 0x10, .. new byte[10_000]]);
        StreamBrokenException broken = await Assert.ThrowsAsync<StreamBrokenException>(() => ReceiveAsync(socket));
        Assert.Contains("8192", broken.Message, StringComparison.Ordinal);
        await socket.DisposeAsync();
    }

    [Fact]
    public async Task A_close_frame_ends_it_and_a_cut_line_breaks_it()
    {
        (IStreamSocket socket, NetworkStream server) = await ConnectAsync();
        await server.WriteAsync((byte[])[0x88, 2, 0x03, 0xE8]);
        Assert.Null(await socket.ReceiveAsync(CancellationToken.None));
        await socket.DisposeAsync();

        (socket, server) = await ConnectAsync();
        server.Socket.Close(0);
        await Assert.ThrowsAsync<StreamBrokenException>(() => ReceiveAsync(socket));
        await socket.DisposeAsync();
    }

    [Fact]
    public async Task A_refusal_says_for_how_long()
    {
        Task<IStreamSocket> dialing = _dialer.DialAsync(_address, CancellationToken.None);
        using TcpClient client = await _listener.AcceptTcpClientAsync();
        await RequestAsync(client.GetStream());
        await client.GetStream().WriteAsync("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 33\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
        StreamBrokenException refused = await Assert.ThrowsAsync<StreamBrokenException>(() => dialing);
        Assert.Equal(TimeSpan.FromSeconds(33), refused.RetryAfter);
        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<string> ReceiveAsync(IStreamSocket socket) =>
        await socket.ReceiveAsync(CancellationToken.None) is { } message ? Encoding.ASCII.GetString(message.Span) : throw new Xunit.Sdk.XunitException("closed");

    private static byte[] Text(string text) => [0x81, (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private async Task<(IStreamSocket Socket, NetworkStream Server)> ConnectAsync()
    {
        Task<IStreamSocket> dialing = _dialer.DialAsync(_address, CancellationToken.None);
        TcpClient client = await _listener.AcceptTcpClientAsync();
        NetworkStream server = client.GetStream();
        string key = (await RequestAsync(server)).Split("\r\n").First(l => l.StartsWith("Sec-WebSocket-Key: ", StringComparison.OrdinalIgnoreCase))[19..];
#pragma warning disable CA5350 // the handshake of RFC 6455 is made of SHA-1
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await server.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"));
        return (await dialing, server);
    }

    private static async Task<string> RequestAsync(NetworkStream stream)
    {
        StringBuilder request = new();
        byte[] one = new byte[1];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            request.Append((char)one[0]);
        }

        return request.ToString();
    }
}
