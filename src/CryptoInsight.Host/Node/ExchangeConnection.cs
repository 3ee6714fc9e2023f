using System.Globalization;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine;
using CryptoInsight.Engine.Budget;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Operations;
using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Commands;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.PaperExchange;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.Host.Node;

/// <summary>The exchange that a node follows: the paper exchange inside this process, or another one; always over HTTP.</summary>
public sealed class ExchangeConnection : IAsyncDisposable
{
    /// <summary>The host that serves market data without a key.</summary>
    private static readonly Uri s_binance = new("https://data-api.binance.vision");

    /// <summary>The host of its streams.</summary>
    private static readonly Uri s_binanceStreams = new("wss://data-stream.binance.vision");

    /// <summary>Until exchangeInfo says otherwise: the exchange's limit of years ago, lower than today's.</summary>
    private const int WeightPerMinuteUnknown = 1_200;

    /// <summary>MA200 needs 200 buckets before its first value; as many again make a chart.</summary>
    private const int BucketsWanted = 400;

    private static readonly TimeSpan s_retryEvery = TimeSpan.FromSeconds(5);

    private readonly PaperExchangeServer? _paper;
    private readonly BinanceRest _rest;
    private readonly KlineStreams _streams;
    private readonly TimeProvider _time;
    private readonly string _runId;
    private readonly TextWriter _log;
    private SharedWeightGate? _gate;
    private KlineFeed? _feed;
    private readonly ExchangeInfo _info;

    private ExchangeConnection(PaperExchangeServer? paper, BinanceRest rest, KlineStreams streams, LivePrices prices, ExchangeInfo info, string name, string runId, TimeProvider time, TextWriter log)
    {
        _paper = paper;
        _rest = rest;
        _time = time;
        _streams = streams;
        Prices = prices;
        _info = info;
        Name = name;
        _runId = runId;
        _log = log;
    }

    /// <summary><c>paper</c>, <c>binance</c> or the host.</summary>
    public string Name { get; }

    public bool IsSimulated => _paper is not null;

    /// <summary>True for the public exchange itself.</summary>
    public bool IsPublic => _rest.Options.BaseUrl == s_binance;

    public Uri BaseUrl => _rest.Options.BaseUrl;

    /// <summary>For people.</summary>
    public string Title => IsSimulated ? "paper, SIMULATED: a seeded market inside this program, no real prices" : $"{Name} ({_rest.Options.BaseUrl.Host})";

    /// <summary>True once the exchange refused a series, or everything.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>The weight budget as this node sees it; null before anything is followed.</summary>
    public WeightGateFacts? Budget => _gate?.Facts;

    /// <summary>Fields and values of exchangeInfo that this program does not know, as it was at the start.</summary>
    public IReadOnlyDictionary<string, int> Unknown => _info.Unknown;

    public StreamFacts Streams => _streams.Facts;

    /// <summary>The newest prices that streams told.</summary>
    public LivePrices Prices { get; }

    /// <summary>The exchange's clock as seen from here.</summary>
    public ServerClock Clock => _rest.Clock;

    /// <summary>Connects: measures the server's clock, reads limits and symbols. An exchange that cannot be reached is tried again until the user stops it.</summary>
    public static async Task<ExchangeConnection> OpenAsync(string exchange, KlineWireSchema wire, string runId, TimeProvider time, TextWriter log, CancellationToken ct)
    {
        Uri? address = exchange switch
        {
            "paper" => null,
            "binance" => s_binance,
            _ when Uri.TryCreate(exchange, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" => new Uri(exchange),
            _ => throw new UsageException("--exchange takes paper, binance, or the base URL of a Binance-compatible exchange."),
        };
        PaperExchangeServer? paper = address is null ? await PaperExchangeServer.StartAsync(new PaperExchangeOptions { TimeProvider = time }, ct) : null;
        var clock = new ServerClock(time);
        var options = new BinanceRestOptions { BaseUrl = address ?? paper!.BaseAddress, Source = paper is null ? "binance.spot.rest" : "paper.spot.rest", Schema = wire };
        var rest = new BinanceRest(options, BinanceRest.NewHandler(), clock, time);
        await AnswerAsync(rest.GetServerTimeAsync, "the time", log, time, ct);
        ExchangeInfo info = await AnswerAsync(rest.GetExchangeInfoAsync, "its symbols and limits", log, time, ct);
        var streamOptions = new KlineStreamOptions { BaseUrl = StreamsOf(exchange, options.BaseUrl), Source = paper is null ? "binance.spot.ws" : "paper.spot.ws", Seed = Environment.ProcessId };
        var prices = new LivePrices();
        var streams = new KlineStreams(streamOptions, new WebSocketDialer(streamOptions, time), clock, time, options.Schema, runId, prices.Put);
        return new ExchangeConnection(paper, rest, streams, prices, info, paper is null ? exchange == "binance" ? "binance" : options.BaseUrl.Host : "paper", runId, time, log);
    }

    /// <summary>What to follow and from where, checked against what the exchange lists and what the lake holds.</summary>
    public IReadOnlyList<SeriesStart> Series(EngineOptions options, BronzeChartsTable bronze)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(bronze);
        UnixMicros now = _rest.Clock.Now;
        SeriesStart[] series =
        [
            .. from symbol in Symbols(options)
               from interval in options.Ingest.Intervals.Distinct()
               select new SeriesStart(symbol, interval, Since(options, interval, now), interval.Floor(now)),
        ];
        foreach (SeriesStart s in series)
        {
            if (bronze.Table.Snapshot.TransactionVersion(IngestPositions.Origin(s.Symbol, s.Interval)) is long known && known != (long)Origin)
            {
                throw new UsageException(
                    $"This lake's {s.Symbol} {s.Interval} is {(SeriesOrigin)known}, but {Name} gives {Origin}: a lake holds one origin per symbol and interval. Use another --lake.");
            }
        }

        return series;
    }

    /// <summary>Follows the series through the weight budget that this node shares with others behind its address.</summary>
    public ExchangeFeed Follow(IReadOnlyList<SeriesStart> series, MedallionPipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        IngestOptions options = pipeline.Options.Ingest;
        int limit = _info.WeightPerMinute ?? WeightPerMinuteUnknown;
        _gate = pipeline.OpenGate(new WeightTerms(options.Egress, limit, () => _rest.Clock.Now, ct => ReadLimitAsync(series[0].Symbol, ct), options.LimitsEvery));
        _feed = new KlineFeed(_rest, _gate, new KlineFeedOptions { Seed = Environment.ProcessId }, _time, _runId);
        return new ExchangeFeed(_feed, series, Origin, _rest.Options.Source, _runId, () => _rest.Clock.Now, SayDelayed, SayRefused)
        {
            Streams = options.IsStreamed ? _streams : null,
        };
    }

    public async ValueTask DisposeAsync()
    {
        _feed?.Dispose();
        _gate?.Dispose();
        _rest.Dispose();
        if (_paper is not null)
        {
            await _paper.DisposeAsync();
        }
    }

    private SeriesOrigin Origin => IsSimulated ? SeriesOrigin.Simulated : SeriesOrigin.Spot;

    /// <summary>The limit as the exchange announces it now; null if it did not answer, or does not say.</summary>
    private async Task<int?> ReadLimitAsync(Symbol any, CancellationToken ct) =>
        _feed is { } feed
            ? (await feed.GetExchangeInfoAsync(any, ct)).Match(answered => answered.Value.WeightPerMinute, _ => null, _ => null, _ => null, _ => null)
            : null; // nothing is followed yet: what was told at the start is new enough

    private IReadOnlyList<Symbol> Symbols(EngineOptions options)
    {
        if (options.Ingest.Symbols.Count == 0)
        {
            return IsSimulated ? [.. _info.Symbols.Values.Where(s => s.IsTrading).Select(s => s.Symbol)] : throw new UsageException($"Name the symbols to follow: --symbols BTCUSDT,ETHUSDT ({Name} lists {_info.Symbols.Count}).");
        }

        Symbol[] unknown = [.. options.Ingest.Symbols.Where(s => !_info.Symbols.ContainsKey(s))];
        return unknown.Length == 0
            ? [.. options.Ingest.Symbols.Distinct()]
            : throw new UsageException($"{Name} does not list {string.Join(", ", unknown)}. It lists {string.Join(", ", _info.Trading.Take(12))}{(_info.Symbols.Count > 12 ? ", …" : "")}");
    }

    // A compatible exchange has its streams at the same address.
    private static Uri StreamsOf(string exchange, Uri rest) =>
        exchange == "binance" ? s_binanceStreams : new UriBuilder(rest) { Scheme = rest.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs }.Uri;

    private static UnixMicros Since(EngineOptions options, Interval interval, UnixMicros now)
    {
        if (options.Ingest.Since is { } span)
        {
            return interval.Floor(now - span);
        }

        IEnumerable<Interval> windows = options.Signals.TimeframesOf(interval).Select(t => t.Window).DefaultIfEmpty(interval);
        return windows.Select(w => w.Floor(now - ((w.FixedLength ?? TimeSpan.FromDays(31)) * BucketsWanted))).Min();
    }

    private static async Task<T> AnswerAsync<T>(Func<CancellationToken, Task<RestOutcome<T>>> ask, string what, TextWriter log, TimeProvider time, CancellationToken ct)
    {
        while (true)
        {
            RestOutcome<T> outcome = await ask(ct);
            (T? Value, string? Why, TimeSpan Wait) answer = outcome.Match<(T?, string?, TimeSpan)>(
                answered => (answered.Value, null, default),
                throttled => (default, $"it asks to wait {throttled.RetryAfter}", throttled.RetryAfter),
                banned => (default, $"it has banned this address until {banned.Until}", banned.Until.ToDateTimeOffset() - time.GetUtcNow()),
                refused => throw new CommandFailedException($"The exchange refuses to tell {what} (HTTP {refused.Status}): {refused.Text}"),
                transient => (default, transient.Why, s_retryEvery));
            if (answer.Why is null)
            {
                return answer.Value!;
            }

            TimeSpan wait = answer.Wait > s_retryEvery ? answer.Wait : s_retryEvery;
            await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"The exchange did not tell {what}: {answer.Why}. Trying again in {wait.TotalSeconds:N0} s."));
            await Task.Delay(wait, time, ct);
        }
    }

    private void SayDelayed(KlineFeedEvent.Delayed delayed) =>
        _log.WriteLine($"{delayed.Series}: {delayed.Cause} ({delayed.Text}); asked again at {delayed.Until}");

    private void SayRefused(KlineFeedEvent.Refused refused)
    {
        IsRefused = true;
        _log.WriteLine($"{refused.Series}: refused with HTTP {refused.Status} ({refused.Text}); {(refused.StopsSource ? "nothing is asked of this exchange any more" : "this series is not asked for any more")}. The answer lies in dlq_binance.");
    }
}
