#pragma warning disable IDE0005 // compiled in two projects: in one of them the namespace is global
using CryptoInsight.Domain.Market;
#pragma warning restore IDE0005
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.Sources.Tests.Binance.Streams;

/// <summary>The exchange's streams in memory: tells every closed candle of what is subscribed, unless a test withholds it.</summary>
internal sealed class FakeStreams : IStreamDialer, IDisposable
{
    private readonly FakeExchange _exchange;
    private readonly ManualTime _time;
    private readonly Lock _gate = new();
    private readonly List<FakeSocket> _sockets = [];
    private readonly ITimer _clock;
    private UnixMicros _told;

    /// <summary>Wakes at every full step of the exchange's clock, a moment after candles closed.</summary>
    public FakeStreams(FakeExchange exchange, ManualTime time, TimeSpan step)
    {
        _exchange = exchange;
        _time = time;
        _told = exchange.Now;
        long micros = step.Ticks / TimeSpan.TicksPerMicrosecond;
        TimeSpan first = TimeSpan.FromMicroseconds(micros - exchange.Now.Value % micros + 20_000);
        _clock = time.CreateTimer(_ => TellClosed(), null, first, step);
    }

    public ConcurrentQueue<(UnixMicros At, Uri Address)> Dials { get; } = new();

    /// <summary>What an attempt to connect meets instead of a connection; null lets it through.</summary>
    public Func<Uri, StreamBrokenException?> Refuses { get; set; } = _ => null;

    /// <summary>False for candles that streams keep to themselves.</summary>
    public Func<CandleSeries, UnixMicros, bool> Tells { get; set; } = (_, _) => true;

    /// <summary>The close that the stream tells, if another than REST's.</summary>
    public Func<UnixMicros, string>? CloseOf { get; set; }

    public bool InMicroseconds { get; set; }

    /// <summary>How often a closed candle is told.</summary>
    public int Times { get; set; } = 1;

    public Task<IStreamSocket> DialAsync(Uri address, CancellationToken cancellationToken)
    {
        Dials.Enqueue((_exchange.Now, address));
        if (Refuses(address) is { } refused)
        {
            throw refused;
        }

        FakeSocket socket = new(SeriesOf(address), _time);
        lock (_gate)
        {
            _sockets.Add(socket);
        }

        return Task.FromResult<IStreamSocket>(socket);
    }

    /// <summary>Says something on every connection that stands.</summary>
    public void Say(string message)
    {
        lock (_gate)
        {
            _sockets.ForEach(s => s.Say(message));
        }
    }

    /// <summary>Ends every connection, with a goodbye or without.</summary>
    public void End(bool isBroken)
    {
        lock (_gate)
        {
            _sockets.ForEach(s => s.End(isBroken));
            _sockets.Clear();
        }
    }

    /// <summary>A candle's event as the exchange writes it.</summary>
    public string Event(CandleSeries series, UnixMicros t, bool isClosed, string? close = null, string extra = "")
    {
        long scale = InMicroseconds ? 1_000 : 1;
        string symbol = series.Symbol.Code;
        return string.Create(CultureInfo.InvariantCulture, $$$$"""
            {"stream":"{{{{symbol.ToLowerInvariant()}}}}@kline_{{{{series.Interval}}}}","data":{"e":"kline","E":{{{{_exchange.Now.Milliseconds * scale}}}},"s":"{{{{symbol}}}}",{{{{extra}}}}"k":{"t":{{{{t.Milliseconds * scale}}}},"T":{{{{(InMicroseconds ? series.Interval.Next(t).Value - 1 : series.Interval.Next(t).Milliseconds - 1)}}}},"s":"{{{{symbol}}}}","i":"{{{{series.Interval}}}}","f":1,"L":3,"o":"1.0","c":"{{{{close ?? (CloseOf ?? _exchange.CloseOf)(t)}}}}","h":"2.0","l":"0.5","v":"10","n":3,"x":{{{{(isClosed ? "true" : "false")}}}},"q":"15","V":"5","Q":"7.5","B":"0"}}}
            """);
    }

    public void Dispose() => _clock.Dispose();

    private void TellClosed()
    {
        UnixMicros now = _exchange.Now;
        List<FakeSocket> sockets;
        lock (_gate)
        {
            sockets = [.. _sockets];
        }

        foreach (FakeSocket socket in sockets)
        {
            foreach (CandleSeries series in socket.Series)
            {
                for (UnixMicros t = series.Interval.Floor(_told); series.Interval.Next(t) <= now; t = series.Interval.Next(t))
                {
                    for (int i = 0; i < Times && _exchange.Has(t) && Tells(series, t); i++)
                    {
                        socket.Say(Event(series, t, isClosed: true));
                    }
                }
            }
        }

        _told = now;
    }

    private static List<CandleSeries> SeriesOf(Uri address) =>
    [
        .. Uri.UnescapeDataString(address.Query.Split('&')[0]["?streams=".Length..]).Split('/').Select(n => n.Split("@kline_"))
            .Select(n => new CandleSeries(Symbol.Parse(n[0].ToUpperInvariant()), Interval.Parse(n[1]))),
    ];

    private sealed class FakeSocket(IReadOnlyList<CandleSeries> series, ManualTime time) : IStreamSocket
    {
        private readonly Channel<byte[]> _messages = Channel.CreateUnbounded<byte[]>();

        public IReadOnlyList<CandleSeries> Series => series;

        public bool IsOpen { get; private set; } = true;

        public void Say(string message) => _messages.Writer.TryWrite(Encoding.UTF8.GetBytes(message));

        public void End(bool isBroken)
        {
            IsOpen = false;
            _messages.Writer.TryComplete(isBroken ? new StreamBrokenException("the connection broke (Test)") : null);
        }

        public async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
        {
            try
            {
                byte[] message = await _messages.Reader.ReadAsync(cancellationToken);
                time.Touch();
                return message;
            }
            catch (ChannelClosedException closed)
            {
                return closed.InnerException is StreamBrokenException broken ? throw broken : null;
            }
        }

        public ValueTask DisposeAsync()
        {
            IsOpen = false;
            _messages.Writer.TryComplete();
            return ValueTask.CompletedTask;
        }
    }
}
