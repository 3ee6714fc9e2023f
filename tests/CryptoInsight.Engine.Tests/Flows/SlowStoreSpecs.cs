using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Domain.Market;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Engine.Options;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.Silver;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;
using CryptoInsight.Sources.Tests;
using CryptoInsight.Sources.Tests.Binance;
using CryptoInsight.Sources.Tests.Binance.Streams;
using Xunit.Abstractions;

namespace CryptoInsight.Engine.Tests.Flows;

/// <summary>Back-pressure end to end: real actors and streams over stores whose commits take ten seconds of the exchange's time, or as long as a test wants. Nothing grows but lag.</summary>
[Collection(nameof(VirtualTime))]
public sealed class SlowStoreSpecs : IDisposable
{
    private const int PageRows = 200;
    private const int BatchRowsMax = 400;
    private const int Parallelism = 4;
    private const int StreamBufferCandles = 50;

    private static readonly TimeSpan s_commitTakes = TimeSpan.FromSeconds(10);
    private static readonly Interval s_minute = Interval.Parse("1m");

    private readonly ITestOutputHelper _output;
    private readonly ManualTime _time = new("2025-06-01T12:00:30Z");
    private readonly Dictionary<string, SlowStore> _stores = [];
    private readonly Dictionary<string, int> _waiting = [];
    private readonly Dictionary<string, long> _ended = [];
    private readonly UnixMicros _began;
    private readonly FakeExchange _exchange;
    private readonly FakeStreams _streams;
    private readonly CountingHandler _served;
    private EngineOptions _options;
    private Func<string, Task> _beforeCommit = _ => Task.CompletedTask;

    public SlowStoreSpecs(ITestOutputHelper output)
    {
        _output = output;
        EngineOptions options = EngineOptions.FromConfig(ShippedConfig.Reference);
        _options = options with
        {
            JobPollEvery = TimeSpan.FromMilliseconds(20),
            Ingest = options.Ingest with { BatchRowsMax = BatchRowsMax, BatchDelayMax = TimeSpan.FromMilliseconds(5), Parallelism = Parallelism },
        };
        _exchange = new FakeExchange(_time) { WeightLimit = int.MaxValue, CloseOf = _ => "1.5" };
        _began = s_minute.Floor(_exchange.Now);
        _streams = new FakeStreams(_exchange, _time, TimeSpan.FromMinutes(1));
        _served = new CountingHandler(_exchange);
    }

    [Fact]
    public async Task With_ten_seconds_a_commit_the_backfill_slows_down_and_nothing_grows_but_lag()
    {
        const int Symbols = 20, Rounds = 15;
        using Feed feed = NewFeed(Symbols, history: TimeSpan.FromDays(1), isStreamed: false);
        long all = feed.Start.Series.Sum(s => (s.LiveFrom - s.Since) / 60_000_000);
        await using MedallionPipeline pipeline = await StartAsync(await OpenAsync());
        _beforeCommit = _ => _time.PassAsync(s_commitTakes);
        pipeline.Ingest(feed.Start);

        // Pages of the backfill on their way: asked for and merged; gathered for the next commit, and in the commit under way. And the polls' buffer: answers of a few candles.
        const int PagesHeldMax = (2 * Parallelism) + (2 * (BatchRowsMax / PageRows));
        long rowsHeldMax = (PagesHeldMax * PageRows) + (Symbols * 20);
        List<long> held = [], lag = [];
        while (held.Count < Rounds)
        {
            // Ten seconds pass for Bronze's commit, or because another's must end first; never while others are still at work: virtual days would go by, and every poll become a page.
            Func<bool> isStill = Stillness();
            await SoonAsync("a commit of Bronze is under way, or nothing moves without time", () => IsWaiting(BronzeChartsTable.Name) || (isStill() && IsWaiting(null)));
            if (IsWaiting(BronzeChartsTable.Name))
            {
                held.Add(_served.Rows - (Bronze(pipeline).RowCount ?? 0));
                lag.Add(all + (Symbols * Elapsed()) - (Bronze(pipeline).RowCount ?? 0));
            }

            long ended = Ended(BronzeChartsTable.Name);
            bool isBronze = IsWaiting(BronzeChartsTable.Name);
            _time.Advance(s_commitTakes);
            await SoonAsync("it ended", () => !isBronze || Ended(BronzeChartsTable.Name) > ended);
        }

        await StillAsync(); // whoever could still ask has asked
        held.Add(_served.Rows - (Bronze(pipeline).RowCount ?? 0));
        _output.WriteLine($"{all} rows to fetch; served {_served.Rows} in {_exchange.Requests.Count} requests; held at each commit {string.Join(", ", held)} (at most {rowsHeldMax} may be)");
        Assert.InRange(held.Max(), 1, rowsHeldMax);
        Assert.True(_served.Rows < all / 2, $"{_served.Rows} of {all} rows were fetched while {Rounds} commits of {BatchRowsMax} rows were written: the requests did not slow down");
        Assert.Equal(JobState.Running, pipeline.Jobs.Find(IngestJob.Id)!.State);
        Assert.True(lag[^1] > 0);

        _beforeCommit = _ => Task.CompletedTask;
        await MoveUntilAsync("everything is in Gold", () => IsCaughtUp(pipeline, feed, _exchange.Now - TimeSpan.FromMinutes(3)));
        await AssertWholeAsync(pipeline, feed);
    }

    [Fact]
    public async Task Candles_of_streams_that_nobody_can_take_are_dropped_at_the_bound_and_come_by_REST()
    {
        const int Symbols = 10, Minutes = 40, BatchCandlesMax = 20;
        _options = _options with { Ingest = _options.Ingest with { BatchRowsMax = 2 * BatchCandlesMax } }; // a candle that a stream told weighs two: itself and its row
        using Feed feed = NewFeed(Symbols, history: TimeSpan.Zero, isStreamed: true);
        await using MedallionPipeline pipeline = await StartAsync(await OpenAsync());
        pipeline.Ingest(feed.Start);
        await SoonAsync("the streams stand", () => feed.Streams.Facts is { Connections: > 0 } facts && facts.Up == facts.Connections);
        var store = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        UnixMicros heldFrom = s_minute.Floor(_exchange.Now);
        _beforeCommit = _ => store.Task;
        for (int minute = 1; minute <= Minutes; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await SoonAsync($"the candles of minute {minute} were told", () => feed.Streams.Facts.Closed >= Symbols * minute);
        }

        await StillAsync();
        long requests = _exchange.Requests.Count;
        UnixMicros heldTo = s_minute.Floor(_exchange.Now);
        _beforeCommit = _ => Task.CompletedTask;
        store.SetResult();
        await MoveUntilAsync("everything is in Gold", () => IsCaughtUp(pipeline, feed, heldTo - TimeSpan.FromMinutes(1)));

        RawCandle[] streamed = [.. (await RowsAsync(pipeline)).Where(r => r.Source.EndsWith(".ws", StringComparison.Ordinal) && r.OpenTime >= heldFrom && r.OpenTime < heldTo)];
        _output.WriteLine($"{Symbols * Minutes} candles told while nothing could be written: {streamed.Length} were kept; {requests} requests meanwhile");
        Assert.InRange(streamed.Length, 1, StreamBufferCandles + (3 * BatchCandlesMax)); // buffered, gathered, and in the commit under way
        Assert.True(streamed.Length < Symbols * Minutes, "nothing was dropped: the test shows nothing");
        Assert.InRange(requests, 1, Symbols * 12); // the polls' buffer, those under way, and no more
        await AssertWholeAsync(pipeline, feed);
    }

    [Theory]
    [InlineData(SilverChartsTable.Name)]
    [InlineData("gold_signals")]
    public async Task A_job_whose_table_was_slow_takes_what_waited_in_steps_of_bounded_size(string slow)
    {
        const int Commits = 40, RowsEach = 100;
        await using MedallionPipeline pipeline = await MedallionPipeline.StartAsync(
            await OpenAsync(), _options with { SilverStepBytesMax = 16 << 10, GoldStepBytesMax = 32 << 10 }, TimeProvider.System, "slow");
        var store = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _beforeCommit = table => table == slow ? store.Task : Task.CompletedTask;
        for (int n = 0; n < Commits; n++)
        {
            await pipeline.Lake.Bronze.AppendAsync([.. Enumerable.Range(n * RowsEach, RowsEach).Select(m => Sample.Raw(Sample.Btc, m, 100 + (m % 13)))], []);
            if (slow != SilverChartsTable.Name)
            {
                await pipeline.CaughtUpAsync(SilverJob.Id, Deadline());
            }
        }

        store.SetResult();
        await pipeline.CaughtUpAsync(Deadline());
        long steps = (slow == SilverChartsTable.Name ? pipeline.Lake.Silver.Table : pipeline.Lake.Gold.Table).Snapshot.Version;
        _output.WriteLine($"{slow}: {steps} commits for {Commits} of its source");
        Assert.InRange(steps, Commits / 8, Commits + 2);
        Assert.Equal(Commits * RowsEach, pipeline.Lake.Silver.Table.Snapshot.RowCount);
    }

    public void Dispose()
    {
        _streams.Dispose();
        _served.Dispose();
    }

    private static Snapshot Bronze(MedallionPipeline pipeline) => pipeline.Lake.Bronze.Table.Snapshot;

    /// <summary>Minutes that closed since the feed was made.</summary>
    private long Elapsed() => (s_minute.Floor(_exchange.Now) - _began) / 60_000_000;

    /// <summary>Whether a table's commit, or any, waits for the store.</summary>
    private bool IsWaiting(string? table)
    {
        lock (_waiting)
        {
            return table is null ? _waiting.Values.Any(n => n > 0) : _waiting.GetValueOrDefault(table) > 0;
        }
    }

    private long Ended(string table)
    {
        lock (_waiting)
        {
            return _ended.GetValueOrDefault(table);
        }
    }

    private long EndedOfAll()
    {
        lock (_waiting)
        {
            return _ended.Values.Sum();
        }
    }

    private static bool IsCaughtUp(MedallionPipeline pipeline, Feed feed, UnixMicros to) =>
        feed.Start.Series.All(s => Bronze(pipeline).TransactionVersion(IngestPositions.Bookmark(s.Symbol, s.Interval)) >= s.Interval.Floor(to).Milliseconds)
        && pipeline.Jobs.Find(SilverJob.Id)?.Position >= Bronze(pipeline).Version && pipeline.Jobs.Find(GoldJob.Id)?.Position >= pipeline.Lake.Silver.Table.Snapshot.Version;

    private static async Task AssertWholeAsync(MedallionPipeline pipeline, Feed feed)
    {
        HashSet<CandleKey> keys = [];
        await foreach (IReadOnlyList<CandleKey> some in pipeline.Lake.Silver.KeysAsync(pipeline.Lake.Silver.Table.Snapshot))
        {
            foreach (CandleKey key in some)
            {
                Assert.True(keys.Add(key), $"{key.UniqueKey} is twice in Silver");
            }
        }

        foreach (SeriesStart s in feed.Start.Series)
        {
            UnixMicros[] times = [.. keys.Where(k => k.Symbol == s.Symbol).Select(k => k.OpenTime).Order()];
            Assert.True(times[0] <= s.Since); // a start reads a little again of what was before it
            Assert.Equal((times[^1] - times[0]) / 60_000_000 + 1, times.Length); // no hole
        }
    }

    private static async Task<List<RawCandle>> RowsAsync(MedallionPipeline pipeline)
    {
        List<RawCandle> rows = [];
        await foreach (IReadOnlyList<BronzeEntry> some in pipeline.Lake.Bronze.ReadAsync(Bronze(pipeline).Files))
        {
            rows.AddRange(some.Select(e => e.Match(c => c, f => throw new InvalidDataException(f.RawJson))));
        }

        return rows;
    }

    private Task<MedallionPipeline> StartAsync(LakeTables lake) => MedallionPipeline.StartAsync(lake, _options, TimeProvider.System, "slow");

    private Task<LakeTables> OpenAsync() => LakeTables.OpenOrCreateAsync(new LakeLocation("memory", "c", "s", StoreOf), new DeltaTableOptions());

    private SlowStore StoreOf(string path)
    {
        string table = path[(path.LastIndexOf('/') + 1)..];
        return _stores.TryGetValue(path, out SlowStore? store) ? store : _stores[path] = new SlowStore(new MemoryObjectStore(), async () =>
        {
            lock (_waiting)
            {
                _waiting[table] = _waiting.GetValueOrDefault(table) + 1;
            }

            await _beforeCommit(table);
            lock (_waiting)
            {
                _waiting[table]--;
                _ended[table] = _ended.GetValueOrDefault(table) + 1;
            }
        });
    }

    private Feed NewFeed(int symbols, TimeSpan history, bool isStreamed)
    {
        SeriesStart[] series = [.. Enumerable.Range(0, symbols).Select(n => new SeriesStart(Symbol.Parse($"S{n}USDT"), s_minute, s_minute.Floor(_began - history), _began))];
        return new Feed(_served, _streams, _time, series, isStreamed);
    }

    /// <summary>Moves the exchange's time on, second by second, until something is so.</summary>
    private Task MoveUntilAsync(string what, Func<bool> isSo) => SoonAsync(what, () =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return isSo();
    });

    /// <summary>A bounded wait for what other threads do; an early look only makes the caller wait longer.</summary>
    private static async Task SoonAsync(string what, Func<bool> isSo)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        CancellationToken deadline = Deadline();
        while (!isSo())
        {
            Assert.True(await look.WaitForNextTickAsync(CancellationToken.None));
            Assert.False(deadline.IsCancellationRequested, $"within 60 s it did not come to this: {what}");
        }
    }

    /// <summary>Waits until nobody has asked the exchange for a while: looking too early can only miss a fault, never make one.</summary>
    private Task StillAsync() => SoonAsync("nobody asks any more", Stillness());

    /// <summary>True once nobody has asked the exchange, and no commit has ended, for forty looks.</summary>
    private Func<bool> Stillness()
    {
        int looks = 0;
        long seen = -1;
        return () =>
        {
            long now = _served.Rows + _exchange.Requests.Count + EndedOfAll();
            looks = seen == now ? looks + 1 : 0;
            seen = now;
            return looks >= 40;
        };
    }

    private static CancellationToken Deadline() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    /// <summary>What a node has of the exchange.</summary>
    private sealed class Feed : IDisposable
    {
        private readonly BinanceRest _rest;
        private readonly WeightGate _gate;
        private readonly KlineFeed _feed;

        public Feed(HttpMessageHandler exchange, FakeStreams dialer, ManualTime time, SeriesStart[] series, bool isStreamed)
        {
            ServerClock clock = new(time);
            _rest = new BinanceRest(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test"), RequestTimeout = TimeSpan.FromHours(1) }, exchange, clock, time);
            _gate = new WeightGate(new WeightBudgetSpec(1_000_000), clock, time);
            _feed = new KlineFeed(_rest, _gate, new KlineFeedOptions { PageRows = PageRows, StreamBufferCandles = StreamBufferCandles }, time, "slow");
            Streams = new KlineStreams(new KlineStreamOptions { BaseUrl = new Uri("ws://exchange.test") }, dialer, clock, time, KlineWireSchema.Binance, "slow", _ => { });
            Start = new ExchangeFeed(_feed, series, SeriesOrigin.Spot, "binance.spot.rest", "slow", () => clock.Now, _ => { }, r => throw new InvalidOperationException(r.Text))
            {
                Streams = isStreamed ? Streams : null,
            };
        }

        public KlineStreams Streams { get; }

        public ExchangeFeed Start { get; }

        public void Dispose()
        {
            _feed.Dispose();
            _gate.Dispose();
            _rest.Dispose();
        }
    }

    /// <summary>Counts the candles that the exchange gave.</summary>
    private sealed class CountingHandler(FakeExchange exchange) : DelegatingHandler(exchange)
    {
        private long _rows;

        public long Rows => Interlocked.Read(ref _rows);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage answer = await base.SendAsync(request, cancellationToken);
            string body = await answer.Content.ReadAsStringAsync(cancellationToken);
            Interlocked.Add(ref _rows, body.StartsWith("[[", StringComparison.Ordinal) ? body.Count(c => c == '[') - 1 : 0);
            return answer;
        }
    }
}
