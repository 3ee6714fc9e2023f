using System.Globalization;
using System.Net.WebSockets;

namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>Connects by the framework's WebSocket. Pings of the server are answered by it with the ping's own payload, as the exchange wants.</summary>
public sealed class WebSocketDialer(KlineStreamOptions options, TimeProvider time) : IStreamDialer
{
    private static readonly TimeSpan s_refusedUnsaid = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public async Task<IStreamSocket> DialAsync(Uri address, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(options.DialTimeout, time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        ClientWebSocket socket = new();
        try
        {
            // Unsolicited pongs keep nothing alive at the exchange and count as messages of ours: none are sent.
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            socket.Options.CollectHttpResponseDetails = true;
            socket.Options.SetRequestHeader("User-Agent", options.UserAgent);
            await socket.ConnectAsync(address, both.Token).ConfigureAwait(false);
            return new Socket(socket, options.MessageBytesMax);
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException)
        {
            StreamBrokenException broken = Refused(socket) ?? new StreamBrokenException($"the connection to {address.Host} failed ({Reason(e)})");
            socket.Dispose();
            throw broken;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new StreamBrokenException($"{address.Host} did not take the connection within {options.DialTimeout.TotalSeconds:0.#} s");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Reason(Exception e) => e is WebSocketException w ? w.WebSocketErrorCode.ToString() : e.GetType().Name;

    private static StreamBrokenException? Refused(ClientWebSocket socket)
    {
        int status = (int)socket.HttpStatusCode;
        if (status is 0 or 101)
        {
            return null;
        }

        TimeSpan? wait = null;
        if (socket.HttpResponseHeaders?.FirstOrDefault(h => h.Key.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)).Value is { } said
            && int.TryParse(said.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
        {
            wait = TimeSpan.FromSeconds(Math.Min(seconds, 7 * 86_400));
        }

        return new StreamBrokenException($"the exchange refused the connection with HTTP {status}", wait ?? (status is 418 or 429 or 403 or 451 ? s_refusedUnsaid : null));
    }

    private sealed class Socket(ClientWebSocket socket, int messageBytesMax) : IStreamSocket
    {
        private byte[] _buffer = new byte[4 * 1024];

        public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
        {
            try
            {
                int length = 0;
                while (true)
                {
                    ValueWebSocketReceiveResult part = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                    if (part.MessageType == WebSocketMessageType.Close)
                    {
                        return null;
                    }

                    length += part.Count;
                    if (part.EndOfMessage)
                    {
                        return _buffer.AsMemory(0, length);
                    }

                    if (length == _buffer.Length)
                    {
                        if (length >= messageBytesMax)
                        {
                            throw new StreamBrokenException($"a message is longer than {messageBytesMax} bytes");
                        }

                        Array.Resize(ref _buffer, Math.Min(2 * length, messageBytesMax));
                    }
                }
            }
            catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException)
            {
                throw new StreamBrokenException($"the connection broke ({Reason(e)})");
            }
        }

        public ValueTask DisposeAsync()
        {
            socket.Abort();
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
