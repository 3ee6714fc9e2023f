using System.Globalization;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Options;
using CryptoInsight.Host.Commands;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.PaperExchange;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Host.Node;

/// <summary>The exchange that a node follows: the paper exchange inside this process, or another one; always over HTTP.</summary>
public sealed class ExchangeConnection : IAsyncDisposable
{
    /// <summary>The host that serves market data without a key.</summary>
    private static readonly Uri s_binance = new("https://data-api.binance.vision");

    /// <summary>Until exchangeInfo says otherwise: the exchange's limit of years ago, lower than today's.</summary>
    private const int WeightPerMinuteUnknown = 1_200;

    /// <summary>MA200 needs 200 buckets before its first value; as many again make a chart.</summary>
    private const int BucketsWanted = 400;

    private static readonly TimeSpan s_retryEvery = TimeSpan.FromSeconds(5);

    private readonly PaperExchangeServer? _paper;
    private readonly BinanceRest _rest;
    private readonly WeightGate _gate;
    private readonly KlineFeed _feed;
    private readonly ExchangeInfo _info;
    private readonly string _runId;
    private readonly TextWriter _log;

    private ExchangeConnection(PaperExchangeServer? paper, BinanceRest rest, WeightGate gate, KlineFeed feed, ExchangeInfo info, string name, string runId, TextWriter log)
    {
        _paper = paper;
        _rest = rest;
        _gate = gate;
        _feed = feed;
        _info = info;
        Name = name;
        _runId = runId;
        _log = log;
    }

    /// <summary><c>paper</c>, <c>binance</c> or the host.</summary>
    public string Name { get; }

    public bool IsSimulated => _paper is not null;

    /// <summary>For people.</summary>
    public string Title => IsSimulated ? "paper, SIMULATED: a seeded market inside this program, no real prices" : $"{Name} ({_rest.Options.BaseUrl.Host})";

    public WeightGateFacts Budget => _gate.Facts;

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
        var gate = new WeightGate(new WeightBudgetSpec(info.WeightPerMinute ?? WeightPerMinuteUnknown), clock, time);
        var feed = new KlineFeed(rest, gate, new KlineFeedOptions { Seed = Environment.ProcessId }, time, runId);
        return new ExchangeConnection(paper, rest, gate, feed, info, paper is null ? exchange == "binance" ? "binance" : options.BaseUrl.Host : "paper", runId, log);
    }

    /// <summary>What to follow and from where, checked against what the exchange lists and what the lake holds.</summary>
    public ExchangeFeed Feed(EngineOptions options, BronzeChartsTable bronze)
    {
        SeriesOrigin origin = IsSimulated ? SeriesOrigin.Simulated : SeriesOrigin.Spot;
        UnixMicros now = _rest.Clock.Now;
        SeriesStart[] series =
        [
            .. from symbol in Symbols(options)
               from interval in options.Ingest.Intervals.Distinct()
               select new SeriesStart(symbol, interval, Since(options, interval, now), interval.Floor(now)),
        ];
        foreach (SeriesStart s in series)
        {
            if (bronze.Table.Snapshot.TransactionVersion(IngestPositions.Origin(s.Symbol, s.Interval)) is long known && known != (long)origin)
            {
                throw new UsageException(
                    $"This lake's {s.Symbol} {s.Interval} is {(SeriesOrigin)known}, but {Name} gives {origin}: a lake holds one origin per symbol and interval. Use another --lake.");
            }
        }

        return new ExchangeFeed(_feed, series, origin, _rest.Options.Source, _runId, () => _rest.Clock.Now, SayDelayed, SayRefused);
    }

    public async ValueTask DisposeAsync()
    {
        _feed.Dispose();
        _gate.Dispose();
        _rest.Dispose();
        if (_paper is not null)
        {
            await _paper.DisposeAsync();
        }
    }

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

    private void SayRefused(KlineFeedEvent.Refused refused) =>
        _log.WriteLine($"{refused.Series}: refused with HTTP {refused.Status} ({refused.Text}); {(refused.StopsSource ? "nothing is asked of this exchange any more" : "this series is not asked for any more")}. The answer lies in dlq_binance.");
}
