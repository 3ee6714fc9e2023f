using System.Security.Cryptography;
using System.Text;

namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>Binance's kline streams: closed candles to whoever follows, open ones to the live price, everything else counted.</summary>
/// <remarks>Never waits for anybody while it reads: a socket that is not read is cut by the exchange. Safe for several threads.</remarks>
public sealed class KlineStreams : ICandleStreams
{
    private const int UnknownNamesMax = 64;
    private const string UnknownBeyond = "…";
    private const string Endpoint = "/stream";

    private readonly KlineStreamOptions _options;
    private readonly IStreamDialer _dialer;
    private readonly ServerClock _clock;
    private readonly TimeProvider _time;
    private readonly KlineWireSchema _schema;
    private readonly string _runId;
    private readonly Action<LivePrice> _price;
    private readonly DialPacer _pacer;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _unknown = [];
    private Dictionary<(string Symbol, string Interval), (CandleSeries Series, StreamLine Line, string NameHash)> _known = [];
    private StreamLine[] _lines = [];
    private long _frames;
    private long _closed;
    private long _open;
    private long _broken;
    private long _foreign;

    /// <summary>Makes it; nothing is connected before <see cref="RunAsync"/>.</summary>
    /// <param name="options">Where and how carefully.</param>
    /// <param name="dialer">Opens connections.</param>
    /// <param name="clock">The exchange's clock: what rows are stamped by.</param>
    /// <param name="time">The clock of waits.</param>
    /// <param name="schema">What the rows' fields mean.</param>
    /// <param name="runId">Stamped on every row.</param>
    /// <param name="price">Hears the newest prices; it must not wait.</param>
    public KlineStreams(
        KlineStreamOptions options, IStreamDialer dialer, ServerClock clock, TimeProvider time, KlineWireSchema schema, string runId, Action<LivePrice> price)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _dialer = dialer;
        _clock = clock;
        _time = time;
        _schema = schema;
        _runId = runId;
        _price = price;
        _pacer = new DialPacer(options.AttemptsPerFiveMinutesMax, time);
    }

    /// <summary>What it did so far.</summary>
    public StreamFacts Facts
    {
        get
        {
            lock (_gate)
            {
                return new StreamFacts(
                    _lines.Length,
                    _lines.Count(l => l.State.IsUp),
                    _frames,
                    _closed,
                    _open,
                    _unknown.ToDictionary(),
                    _broken,
                    _foreign,
                    _pacer.Attempts,
                    _lines.Sum(l => l.Losses),
                    _lines.Sum(l => l.Replacements),
                    [.. _lines.Where(l => !l.State.IsUp).Select(l => $"{l.Series.Count} streams since {l.State.Since}: {l.State.Why}")]);
            }
        }
    }

    /// <inheritdoc/>
    public async Task RunAsync(IReadOnlyList<CandleSeries> series, Action<RawCandle> take, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(take);
        IReadOnlyList<(Uri Address, IReadOnlyList<CandleSeries> Series)> plan = StreamPlan.Of(series, _options);
        StreamLine[] lines = [.. plan.Select((p, i) => new StreamLine(p.Address, p.Series, _options, _dialer, _pacer, _clock, _time, _options.Seed + i))];
        lock (_gate)
        {
            _lines = lines;
            _known = lines.SelectMany(l => l.Series.Select(s => (Series: s, Line: l))).ToDictionary(
                s => (s.Series.Symbol.Code, s.Series.Interval.Code), s => (s.Series, s.Line, HashOf(StreamPlan.NameOf(s.Series))));
        }

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] running = [.. lines.Select(l => l.RunAsync(message => Take(l, message.Span, take), stop.Token))];
        try
        {
            await await Task.WhenAny([.. running, Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken)]).ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public StreamState StateOf(CandleSeries series) =>
        _known.TryGetValue((series.Symbol.Code, series.Interval.Code), out var known) ? known.Line.State : new StreamState(false, _clock.Now, "not connected yet");

    /// <inheritdoc/>
    public void Missed(CandleSeries series)
    {
        if (_known.TryGetValue((series.Symbol.Code, series.Interval.Code), out var known))
        {
            known.Line.Missed(series);
        }
    }

    private void Take(StreamLine line, ReadOnlySpan<byte> message, Action<RawCandle> take)
    {
        UnixMicros arrived = _clock.Now;
        Interlocked.Increment(ref _frames);
        StreamFrameReader.Read(message, _schema).Match(
            candle => TakeCandle(candle, arrived, take),
            _ =>
            {
                line.ShutdownAnnounced();
                return Count("serverShutdown");
            },
            reply => Count(reply.Error is null ? "reply" : $"error: {reply.Error}"),
            other => Count(other.Name),
            _ => Interlocked.Increment(ref _broken));
    }

    private long TakeCandle(StreamFrame.Candle candle, UnixMicros arrived, Action<RawCandle> take)
    {
        if (!_known.TryGetValue((candle.Symbol, candle.Interval), out var known))
        {
            return Interlocked.Increment(ref _foreign);
        }

        if (candle.Close is { } price)
        {
            _price(new LivePrice(known.Series.Symbol, price, candle.EventTime ?? arrived));
        }

        if (!candle.IsClosed)
        {
            return Interlocked.Increment(ref _open);
        }

        known.Line.Told(known.Series);
        take(new RawCandle(
            _options.Source, known.Series.Symbol, known.Series.Interval, candle.OpenTime, arrived, candle.RawJson, Endpoint, known.NameHash, _runId, candle.Rescued));
        return Interlocked.Increment(ref _closed);
    }

    // Names come from outside: so many are told apart, the rest is one.
    private long Count(string name)
    {
        lock (_gate)
        {
            string known = _unknown.ContainsKey(name) || _unknown.Count < UnknownNamesMax ? name : UnknownBeyond;
            return _unknown[known] = _unknown.GetValueOrDefault(known) + 1;
        }
    }

    private static string HashOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
