using System.Net.WebSockets;
using System.Text;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Faults;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Streams;

/// <summary>One client's stream connection: listens, and tells every exchange second what is due.</summary>
internal sealed class StreamConnection : IDisposable
{
    /// <summary>Streams that one connection may have.</summary>
    public const int StreamsMax = 1_024;

    private const int MessagesPerSecondMax = 5;
    private const int MessageBytesMax = 64 * 1_024;

    // Closed candles come a moment after the close, as on the real exchange: their event time is later than their close time.
    private const long AfterSecond = 20 * UnixMicros.PerMillisecond;

    private static readonly TimeSpan s_life = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_notice = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(5);

    private readonly WebSocket _socket;
    private readonly Venue _venue;
    private readonly FaultInjector _faults;
    private readonly ControlMessage _control;
    private readonly bool _inMicroseconds;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Subscription?> _streams = new(StringComparer.Ordinal); // null: a name that nobody publishes
    private readonly SemaphoreSlim _sending = new(1);

    public StreamConnection(WebSocket socket, Venue venue, FaultInjector faults, in StreamFormat format)
    {
        _socket = socket;
        _venue = venue;
        _faults = faults;
        _inMicroseconds = format.InMicroseconds;
        _control = new ControlMessage(Subscribe, Unsubscribe, Subscribed) { IsCombined = format.IsCombined };
    }

    /// <summary>Adds a stream; false if there are too many.</summary>
    public bool Subscribe(string name)
    {
        lock (_lock)
        {
            if (_streams.ContainsKey(name))
            {
                return true;
            }

            if (_streams.Count >= StreamsMax)
            {
                return false;
            }

            _streams[name] = StreamName.TryParse(name, _venue, out StreamName? parsed) ? new Subscription(parsed, _venue.Clock.Now) : null;
            return true;
        }
    }

    /// <summary>Serves until the client leaves, misbehaves, or its day is over.</summary>
    public async Task Run(CancellationToken stop)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task<WebSocketCloseStatus> listening = Listen(end.Token);
        Task<WebSocketCloseStatus> telling = Tell(end.Token);
        Task<WebSocketCloseStatus> first = await Task.WhenAny(listening, telling).ConfigureAwait(false);
        try
        {
            WebSocketCloseStatus status = await first.ConfigureAwait(false);
            if (status == WebSocketCloseStatus.Empty)
            {
                _socket.Abort(); // a broken line says no goodbye
            }
            else if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await _sending.WaitAsync(stop).ConfigureAwait(false);
                await _socket.CloseOutputAsync(status, null, stop).ConfigureAwait(false);
                await Farewell(listening, stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client is gone already, or the exchange stops.
            _socket.Abort();
        }

        await end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(Quietly(listening), Quietly(telling)).ConfigureAwait(false);
    }

    public void Dispose() => _sending.Dispose();

    /// <summary>Waits a little for the client's own goodbye: a line cut at once could swallow ours.</summary>
    private async Task Farewell(Task listening, CancellationToken stop)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_farewell);
        if (!listening.IsCompleted)
        {
            await listening.WaitAsync(patience.Token).ConfigureAwait(false);
        }

        byte[] ignored = new byte[1_024];
        while (_socket.State == WebSocketState.CloseSent)
        {
            await _socket.ReceiveAsync(ignored.AsMemory(), patience.Token).ConfigureAwait(false);
        }
    }

    private static async Task Quietly(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The other half of the connection ended first.
        }
    }

    private void Unsubscribe(string name)
    {
        lock (_lock)
        {
            _streams.Remove(name);
        }
    }

    private List<string> Subscribed()
    {
        lock (_lock)
        {
            return [.. _streams.Keys];
        }
    }

    private async Task<WebSocketCloseStatus> Listen(CancellationToken end)
    {
        byte[] buffer = new byte[MessageBytesMax];
        long second = 0;
        int messages = 0;
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await _socket.ReceiveAsync(buffer.AsMemory(length), end).ConfigureAwait(false);
                length += part.Count;
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return WebSocketCloseStatus.NormalClosure;
                }

                if (length == buffer.Length)
                {
                    return WebSocketCloseStatus.MessageTooBig;
                }
            }
            while (!part.EndOfMessage);

            long now = _venue.Clock.Time.GetUtcNow().ToUnixTimeSeconds();
            (second, messages) = now == second ? (second, messages + 1) : (now, 1);
            if (messages > MessagesPerSecondMax)
            {
                return WebSocketCloseStatus.PolicyViolation;
            }

            await Send(Encoding.UTF8.GetBytes(_control.Answer(buffer.AsMemory(0, length))), end).ConfigureAwait(false);
        }
    }

    private async Task<WebSocketCloseStatus> Tell(CancellationToken end)
    {
        UnixMicros opened = _venue.Clock.Now;
        UnixMicros over = opened + s_life;
        bool isAnnounced = false;
        while (true)
        {
            UnixMicros now = _venue.Clock.Now;
            long wait = UnixMicros.PerSecond - (now.Value - AfterSecond) % UnixMicros.PerSecond;
            TimeSpan outside = _venue.Clock.Outside(wait);
            await Task.Delay(outside > s_rest ? outside : s_rest, _venue.Clock.Time, end).ConfigureAwait(false);
            now = _venue.Clock.Now;
            if (now >= over)
            {
                return WebSocketCloseStatus.NormalClosure;
            }

            if (_faults.Hits(FaultKind.StreamDrop, now, now.Value) is not null)
            {
                return WebSocketCloseStatus.Empty;
            }

            Fault? shutdown = _faults.Hits(FaultKind.StreamShutdown, now, now.Value);
            if (!isAnnounced && (shutdown is not null ? !_faults.WasOn(shutdown, opened) : now >= over - s_notice))
            {
                isAnnounced = true;
                over = shutdown is null ? over : now + (shutdown.Delay ?? s_notice);
                await Send(KlineEvent.Shutdown(now, new StreamFormat(_control.IsCombined, _inMicroseconds)), end).ConfigureAwait(false);
            }

            await TellAll(now, end).ConfigureAwait(false);
        }
    }

    private async Task TellAll(UnixMicros now, CancellationToken end)
    {
        List<Subscription> streams;
        lock (_lock)
        {
            streams = [.. _streams.Values.OfType<Subscription>()];
        }

        StreamFormat format = new(_control.IsCombined, _inMicroseconds);
        if (streams.Count > 0 && now.Value / UnixMicros.PerSecond % 10 == 0 && _faults.Hits(FaultKind.DriftFields, now, now.Value) is not null)
        {
            await Send(KlineEvent.Unheard(now, format), end).ConfigureAwait(false);
        }

        foreach (Subscription stream in streams)
        {
            string symbol = stream.Name.Series.Instrument.Code;
            bool isSilent = _faults.Hits(FaultKind.StreamSilence, now, now.Value, symbol) is not null;
            bool neverCloses = _faults.Hits(FaultKind.StreamNoClose, now, now.Value, symbol) is not null;
            bool twice = _faults.Hits(FaultKind.StreamDuplicates, now, now.Value, symbol) is not null;
            bool drifts = _faults.Hits(FaultKind.DriftFields, now, now.Value, symbol) is not null;
            bool isCut = _faults.Hits(FaultKind.DriftRemovals, now, now.Value, symbol) is not null;
            StreamFormat told = format with { InMicroseconds = format.InMicroseconds || _faults.Hits(FaultKind.DriftMicroseconds, now, now.Value, symbol) is not null };
            foreach ((Kline kline, bool isClosed) in stream.Due(now))
            {
                if (isSilent || isClosed && neverCloses)
                {
                    continue;
                }

                ReadOnlyMemory<byte> message = KlineEvent.Write(stream.Name, kline, isClosed, now, told, drifts, isCut);
                await Send(message, end).ConfigureAwait(false);
                if (isClosed && twice)
                {
                    await Send(message, end).ConfigureAwait(false);
                }
            }
        }
    }

    private async Task Send(ReadOnlyMemory<byte> message, CancellationToken end)
    {
        await _sending.WaitAsync(end).ConfigureAwait(false);
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Text, true, end).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }
}
