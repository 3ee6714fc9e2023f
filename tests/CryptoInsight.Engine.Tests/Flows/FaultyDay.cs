using CryptoInsight.Delta;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;
using CryptoInsight.Sources.Tests;
using CryptoInsight.Sources.Tests.Binance;
using CryptoInsight.Sources.Tests.Binance.Streams;

namespace CryptoInsight.Engine.Tests.Flows;

/// <summary>A day on an exchange where everything goes wrong, in virtual time: REST, streams, clock and candles, and a node that is killed now and then. One seed makes it all.</summary>
internal sealed class FaultyDay : IDisposable
{
    private static readonly string[] s_kinds =
        ["429", "418", "502", "html", "half", "late", "missing", "revised", "skew", "cut", "silence", "twice", "shutdown", "junk", "stranger"];

    private readonly Random _random;
    private readonly TimeSpan _length;
    private readonly ManualTime _time = new("2025-06-01T00:00:20Z");
    private readonly FakeExchange _exchange;
    private readonly FakeStreams _streams;
    private readonly Dictionary<string, MemoryObjectStore> _stores = [];
    private readonly List<(string Kind, UnixMicros From, UnixMicros To)> _faults = [];
    private readonly HashSet<string> _done = [];
    private readonly UnixMicros _start;

    public FaultyDay(int seed, TimeSpan length)
    {
        _random = new Random(seed);
        _length = length;
        _exchange = new FakeExchange(_time, TimeSpan.FromSeconds(3));
        _start = _exchange.Now;
        double hours = length.TotalHours;
        foreach (string kind in s_kinds.Concat(s_kinds))
        {
            UnixMicros from = _start + TimeSpan.FromHours(0.2 + _random.NextDouble() * (hours - 2));
            _faults.Add((kind, from, from + TimeSpan.FromMinutes(3 + _random.Next(25))));
        }

        _exchange.Trouble = Trouble;
        _exchange.Has = t => !In("missing", t) || IsTaken(t, 3);
        _exchange.CloseOf = t => In("revised", _exchange.Now) && _exchange.Now - t < 200_000_000 ? "1.9" : TrueClose(t);
        _exchange.Strangers = now => In("stranger", now) ? 5_000 : 0;
        _streams = new FakeStreams(_exchange, _time, TimeSpan.FromMinutes(1)) { Tells = Tells };
        _streams.Refuses = _ => In("cut", _exchange.Now) ? new StreamBrokenException("refused (Test)") : null;
    }

    public List<string> Log { get; } = [];

    public int Restarts { get; private set; }

    public FakeExchange Exchange => _exchange;

    public IReadOnlyList<CandleSeries> Series { get; } =
        [.. from symbol in (string[])["BTCUSDT", "ETHUSDT", "币安人生USDT"] from interval in (string[])["1m", "15m"] select new CandleSeries(Symbol.Parse(symbol), Interval.Parse(interval))];

    public UnixMicros Since(CandleSeries series) => series.Interval.Floor(_start - TimeSpan.FromHours(5));

    public static string TrueClose(UnixMicros t) => (1 + t.Value / 60_000_000 % 9 / 10.0).ToString(System.Globalization.CultureInfo.InvariantCulture);

    public bool IsTrulyThere(UnixMicros t) => !In("missing", t) || IsTaken(t, 3);

    public Task<LakeTables> OpenAsync() =>
        LakeTables.OpenOrCreateAsync(
            new LakeLocation("memory", "c", "s", path => _stores.TryGetValue(path, out MemoryObjectStore? store) ? store : _stores[path] = new MemoryObjectStore()),
            new DeltaTableOptions());

    /// <summary>Runs the day; a node lives a few hours, then another one starts from the tables.</summary>
    public async Task RunAsync()
    {
        UnixMicros end = _start + _length;
        while (_exchange.Now < end)
        {
            TimeSpan life = TimeSpan.FromHours(2 + _random.NextDouble() * 4);
            UnixMicros until = UnixMicros.Min(end, _exchange.Now + life);
            await _time.RunUntilAsync(Task.Run(() => LiveAsync(until)));
            Restarts++;
        }
    }

    public void Dispose() => _streams.Dispose();

    private async Task<bool> LiveAsync(UnixMicros until)
    {
        LakeTables lake = await _time.HoldAsync(OpenAsync);
        ServerClock clock = new(_time);
        using BinanceRest rest = new(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test"), RequestTimeout = TimeSpan.FromHours(1) }, new Unowned(_exchange), clock, _time);
        using WeightGate gate = new(new WeightBudgetSpec(6_000), clock, _time);
        using KlineFeed feed = new(rest, gate, new KlineFeedOptions { Seed = Restarts }, _time, $"run-{Restarts}");
        KlineStreams streams = new(
            new KlineStreamOptions { BaseUrl = new Uri("ws://exchange.test"), Seed = Restarts, StreamsPerConnectionMax = 4 }, _streams, clock, _time, KlineWireSchema.Binance, $"run-{Restarts}", _ => { });
        SeriesStart[] series = [.. Series.Select(s => new SeriesStart(s.Symbol, s.Interval, Since(s), s.Interval.Floor(_exchange.Now)))];
        ExchangeFeed exchange = new(feed, series, SeriesOrigin.Spot, "binance.spot.rest", $"run-{Restarts}", () => clock.Now, _ => { }, r => Log.Add(r.Text)) { Streams = streams };
        Bookmarks bookmarks = new(series, lake.Bronze.Table.Snapshot.TransactionVersion);
        GapBook gaps = await _time.HoldAsync(() => GapBook.LoadAsync(lake.Operations.Gaps, series, bookmarks, clock.Now, CancellationToken.None));
        CandleCommits commits = new(exchange, lake, bookmarks, gaps);
        using CancellationTokenSource kill = new();
        List<KlineFeedEvent> told = [];
        Lock gateOfTold = new();
        async Task GatherAsync(IAsyncEnumerable<KlineFeedEvent> events)
        {
            await foreach (KlineFeedEvent one in events.WithCancellation(kill.Token))
            {
                lock (gateOfTold)
                {
                    told.Add(one);
                }
            }
        }

        PollSeries[] live = [.. series.Select(s => new PollSeries(s.Symbol, s.Interval, UnixMicros.Max(s.LiveFrom, bookmarks.CompleteTo(s.Symbol, s.Interval))))];
        List<Task> running = [GatherAsync(feed.FollowAsync(live, streams))];
        running.AddRange(series.Select(s => GatherAsync(feed.BackfillAsync(new CandleSeries(s.Symbol, s.Interval), bookmarks.CompleteTo(s.Symbol, s.Interval), s.LiveFrom))));
        while (_exchange.Now < until)
        {
            await _time.PassAsync(TimeSpan.FromSeconds(25));
            Happen();
            List<KlineFeedEvent> batch;
            lock (gateOfTold)
            {
                (batch, told) = (told, []);
            }

            await _time.HoldAsync(() => commits.CommitAsync(batch));
            Assert.DoesNotContain(running, r => r.IsFaulted);
        }

        await kill.CancelAsync(); // what was told and not committed is lost with the node
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    private bool In(string kind, UnixMicros t) => _faults.Exists(f => f.Kind == kind && f.From <= t && t < f.To);

    private static bool IsTaken(UnixMicros t, int oneIn) => t.Value / 60_000_000 * 2_654_435_761 % oneIn == 0;

    private bool Tells(CandleSeries series, UnixMicros t) => !In("silence", _exchange.Now) || series.Symbol.Code != "ETHUSDT";

    private void Happen()
    {
        UnixMicros now = _exchange.Now;
        _exchange.Lag = In("late", now) ? TimeSpan.FromSeconds(70) : TimeSpan.Zero;
        _streams.Times = In("twice", now) ? 2 : 1;
        foreach ((string kind, UnixMicros from, UnixMicros to) in _faults.Where(f => f.From <= now && now < f.To))
        {
            if (kind == "junk")
            {
                _streams.Say("{\"e\":\"unheard\",\"x\":1}");
                _streams.Say("{\"e\":\"kline\",");
            }

            if (kind is "cut" or "shutdown" && _done.Add($"{kind}{from}"))
            {
                if (kind == "cut")
                {
                    _streams.End(isBroken: true);
                }
                else
                {
                    _streams.Say("{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",\"E\":1770123456789}}");
                }
            }
        }
    }

    private HttpResponseMessage? Trouble(HttpRequestMessage request)
    {
        UnixMicros now = _exchange.Now;
        if (now < _exchange.BannedUntil || (In("418", now) && _done.Add($"418{_faults.First(f => f.Kind == "418" && f.From <= now && now < f.To).From}")))
        {
            _exchange.BannedUntil = UnixMicros.Max(_exchange.BannedUntil, now + TimeSpan.FromMinutes(2));
            return FakeExchange.Answer(418, $"{{\"code\":-1003,\"msg\":\"Way too much request weight used; IP banned until {_exchange.BannedUntil.Milliseconds}.\"}}");
        }

        if (In("skew", now) && request.RequestUri!.AbsolutePath.EndsWith("/time", StringComparison.Ordinal))
        {
            return FakeExchange.Answer(200, $"{{\"serverTime\":{now.Milliseconds + 4_000}}}");
        }

        bool isHit = _random.Next(3) > 0;
        return !isHit ? null
            : In("429", now) ? FakeExchange.Answer(429, "{\"code\":-1003,\"msg\":\"Too many requests.\"}", "application/json", ("Retry-After", "20"))
            : In("502", now) ? FakeExchange.Answer(502, "{\"code\":-1000,\"msg\":\"unknown\"}")
            : In("html", now) ? FakeExchange.Answer(200, "<html>sign in</html>", "text/html")
            : In("half", now) ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
            : null;
    }

    /// <summary>The exchange outlives the nodes that talk to it.</summary>
    private sealed class Unowned(FakeExchange exchange) : DelegatingHandler(exchange)
    {
        protected override void Dispose(bool disposing) => base.Dispose(disposing: false);
    }
}
