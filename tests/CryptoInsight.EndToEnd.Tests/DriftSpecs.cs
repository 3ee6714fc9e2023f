using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange;
using CryptoInsight.PaperExchange.Faults;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>What the exchange changed in recent years, played by the paper exchange over real HTTP and WebSocket, and met by the product's own client: tolerated, counted, never a crash.</summary>
public sealed class DriftSpecs
{
    private static readonly Symbol s_btc = Symbol.Parse("BTCUSDT");
    private static readonly Interval s_minute = Interval.Parse("1m");

    [Fact]
    public void Every_kind_of_drift_of_the_fault_script_is_met_here()
    {
        FaultKind[] met = [FaultKind.DriftFields, FaultKind.DriftStates, FaultKind.DriftForm, FaultKind.DriftRemovals, FaultKind.DriftMicroseconds, FaultKind.DriftLimits, FaultKind.DriftWeights, FaultKind.DriftErrors, FaultKind.DriftRetirement];
        Assert.Equal(Enum.GetValues<FaultKind>().Where(k => k.ToString().StartsWith("Drift", StringComparison.Ordinal)), met);
    }

    [Fact]
    public async Task A_state_of_a_symbol_that_nobody_knows_is_counted_and_not_traded()
    {
        await using PaperExchangeServer exchange = await StartAsync(FaultKind.DriftStates);
        using BinanceRest rest = Rest(exchange);
        ExchangeInfo info = Answered(await rest.GetExchangeInfoAsync(default));
        Assert.False(info.Symbols[s_btc].IsTrading);
        Assert.Contains(info.Unknown.Keys, k => k.Contains("SLEEPING", StringComparison.Ordinal));
    }

    [Fact]
    public async Task New_fields_are_rescued_and_counted()
    {
        await using PaperExchangeServer exchange = await StartAsync(FaultKind.DriftFields);
        using BinanceRest rest = Rest(exchange);
        Assert.Contains("field venueNote", Answered(await rest.GetExchangeInfoAsync(default)).Unknown.Keys);
        Assert.All(Answered(await KlinesAsync(rest)).Rows, r => Assert.Contains("drift", r.RescuedData, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FaultKind.DriftForm)]
    [InlineData(FaultKind.DriftRemovals)]
    [InlineData(FaultKind.DriftMicroseconds)]
    [InlineData(FaultKind.DriftStates)]
    public async Task Another_form_of_the_same_candles_is_the_same_candles(FaultKind kind)
    {
        await using PaperExchangeServer usual = await StartAsync(null);
        await using PaperExchangeServer other = await StartAsync(kind);
        using BinanceRest before = Rest(usual), after = Rest(other);
        Assert.True(Answered(await after.GetExchangeInfoAsync(default)).Symbols.ContainsKey(s_btc));
        Assert.Equal(Candles(Answered(await KlinesAsync(before))), Candles(Answered(await KlinesAsync(after))));
        Answered(await after.GetServerTimeAsync(default));
        Assert.InRange(after.Clock.Now.ToDateTimeOffset(), s_start.AddMinutes(-1), s_start.AddHours(1));
    }

    [Fact]
    public async Task A_lower_limit_and_dearer_requests_are_announced_by_the_exchange_and_heard()
    {
        await using PaperExchangeServer exchange = await StartAsync(FaultKind.DriftLimits);
        using BinanceRest rest = Rest(exchange);
        Assert.Equal(3_000, Answered(await rest.GetExchangeInfoAsync(s_btc, default)).WeightPerMinute);

        await using PaperExchangeServer dearer = await StartAsync(FaultKind.DriftWeights);
        using BinanceRest paying = Rest(dearer);
        Assert.Equal(4, (await KlinesAsync(paying)).UsedWeight); // two by the documentation: the header has the last word
    }

    [Theory]
    [InlineData(FaultKind.DriftErrors, 400, -1999)]
    [InlineData(FaultKind.DriftRetirement, 404, null)]
    public async Task What_the_exchange_will_not_answer_any_more_is_refused_with_its_evidence(FaultKind kind, int status, int? code)
    {
        await using PaperExchangeServer exchange = await StartAsync(kind);
        using BinanceRest rest = Rest(exchange);
        RestOutcome<KlinePage>.Refused refused = Assert.IsType<RestOutcome<KlinePage>.Refused>(await KlinesAsync(rest));
        Assert.Equal((status, code, false), (refused.Status, refused.Code, refused.StopsSource));
        Assert.NotEmpty(refused.Payload);
    }

    [Theory]
    [InlineData(FaultKind.DriftFields)]
    [InlineData(FaultKind.DriftRemovals)]
    [InlineData(FaultKind.DriftMicroseconds)]
    public async Task A_drifting_stream_tells_the_same_candles(FaultKind kind)
    {
        await using PaperExchangeServer exchange = await StartAsync(kind, speed: 60);
        var clock = new ServerClock(TimeProvider.System);
        var options = new KlineStreamOptions { BaseUrl = new UriBuilder(exchange.BaseAddress) { Scheme = "ws" }.Uri };
        var told = new TaskCompletionSource<RawCandle>(TaskCreationOptions.RunContinuationsAsynchronously);
        var streams = new KlineStreams(options, new WebSocketDialer(options, TimeProvider.System), clock, TimeProvider.System, KlineWireSchema.Binance, "run", _ => { });
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Task running = streams.RunAsync([new CandleSeries(s_btc, s_minute)], row => told.TrySetResult(row), stop.Token);
        RawCandle candle = await told.Task.WaitAsync(stop.Token);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        // The closed candle is what REST has of it.
        using BinanceRest rest = Rest(exchange);
        Answered(await rest.GetServerTimeAsync(default));
        KlinePage page = Answered(await rest.GetKlinesAsync(new KlineRequest(s_btc, s_minute, candle.OpenTime, s_minute.Next(candle.OpenTime!.Value), "run"), default));
        Assert.Equal(Assert.Single(Candles(page)), Candle(candle));
        Assert.Equal(0, streams.Facts.Broken);
    }

    private static readonly DateTimeOffset s_start = new(2026, 3, 4, 12, 0, 30, TimeSpan.Zero);

    private static Task<PaperExchangeServer> StartAsync(FaultKind? kind, double speed = 1) => PaperExchangeServer.StartAsync(
        new PaperExchangeOptions
        {
            StartAt = s_start,
            Speed = speed,
            Outages = false,
            Symbols = ["BTCUSDT"],
            Faults = new FaultScript { Faults = kind is { } k ? [new Fault { Kind = k, Until = TimeSpan.FromDays(1) }] : [] },
        }, CancellationToken.None);

    private static BinanceRest Rest(PaperExchangeServer exchange) =>
        new(new BinanceRestOptions { BaseUrl = exchange.BaseAddress }, BinanceRest.NewHandler(), new ServerClock(TimeProvider.System), TimeProvider.System);

    private static Task<RestOutcome<KlinePage>> KlinesAsync(BinanceRest rest)
    {
        UnixMicros noon = UnixMicros.From(s_start.AddSeconds(-30));
        return rest.GetKlinesAsync(new KlineRequest(s_btc, s_minute, noon + -30 * 60_000_000L, noon, "run"), default);
    }

    private static T Answered<T>(RestOutcome<T> outcome) => Assert.IsType<RestOutcome<T>.Answered>(outcome).Value;

    private static List<Candle> Candles(KlinePage page) => [.. page.Rows.Select(Candle)];

    // In microseconds a candle closes 999 of them later.
    private static Candle Candle(RawCandle row)
    {
        Candle candle = Assert.IsType<KlineReading.Parsed>(KlineParser.Read(row, KlineWireSchema.Binance)).Candle.Candle;
        return candle with { CloseTime = UnixMicros.FromMilliseconds(candle.CloseTime.Milliseconds) };
    }
}
