using System.Globalization;
using System.Net;
using System.Text.Json;
using CryptoInsight.Domain.Budget;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

public sealed class BinanceRestSpecs : IDisposable
{
    private readonly ManualTime _time = new();
#pragma warning disable CA2213 // the client owns its handler
    private readonly FakeExchange _exchange;
#pragma warning restore CA2213
    private readonly BinanceRest _rest;

    public BinanceRestSpecs()
    {
        _exchange = new FakeExchange(_time);
        _rest = Rest(_exchange, _time);
    }

    public void Dispose() => _rest.Dispose(); // and the exchange with it

    [Fact]
    public async Task Closed_candles_come_as_raw_rows_and_the_open_one_is_left_out()
    {
        UnixMicros minute = _time.Micros;
        _time.Advance(TimeSpan.FromSeconds(1));
        await _rest.GetServerTimeAsync(default);
        KlineRequest request = Request(minute + -3 * 60_000_000, null);

        RestOutcome<KlinePage>.Answered answered = Assert.IsType<RestOutcome<KlinePage>.Answered>(await _rest.GetKlinesAsync(request, default));

        Assert.Equal((3, 1, false), (answered.Value.Rows.Count, answered.Value.OpenRowsDropped, answered.Value.IsFull));
        RawCandle row = answered.Value.Rows[0];
        Assert.Equal(("binance.spot.rest", "/api/v3/klines", "run", request.From), (row.Source, row.ApiEndpoint, row.IngestRunId, row.OpenTime));
        Assert.Equal(3, answered.UsedWeight);
        Assert.IsType<KlineReading.Parsed>(KlineParser.Read(row, KlineWireSchema.Binance));
    }

    [Fact]
    public async Task A_candle_whose_close_may_not_have_passed_yet_is_left_out()
    {
        _time.Advance(TimeSpan.FromSeconds(1)); // one second into the minute, but the clock has not been measured
        RestOutcome<KlinePage> outcome = await _rest.GetKlinesAsync(Request(_time.Micros + -181_000_000, null), default);

        Assert.Equal(2, Assert.IsType<RestOutcome<KlinePage>.Answered>(outcome).Value.Rows.Count);
    }

    [Fact]
    public async Task The_window_is_half_open_and_the_query_escaped()
    {
        Symbol symbol = Symbol.Parse("币安人生USDT");
        await _rest.GetKlinesAsync(new KlineRequest(symbol, Interval.Parse("1M"), UnixMicros.FromMilliseconds(1_700_000_000_000), UnixMicros.FromMilliseconds(1_700_000_060_000), "run") { Limit = 7 }, default);

        Assert.Equal(
            "/api/v3/klines?symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT&interval=1M&startTime=1700000000000&endTime=1700000059999&limit=7",
            Assert.Single(_exchange.Requests).PathAndQuery);
    }

    [Fact]
    public async Task The_ingest_time_is_the_exchanges_own()
    {
        FakeExchange ahead = new(_time, TimeSpan.FromSeconds(90)) { Latency = TimeSpan.FromMilliseconds(100) };
        using BinanceRest rest = Rest(ahead, _time);
        await rest.GetServerTimeAsync(default);

        RestOutcome<KlinePage> outcome = await rest.GetKlinesAsync(Request(_time.Micros + -600_000_000, _time.Micros + -300_000_000), default);

        KlinePage page = Assert.IsType<RestOutcome<KlinePage>.Answered>(outcome).Value;
        Assert.InRange(page.IngestTime - ahead.Now, -1_000, 1_000);
        Assert.All(page.Rows, r => Assert.Equal(page.IngestTime, r.IngestTime));
    }

    [Fact]
    public async Task A_row_with_more_elements_is_kept_with_the_rest_rescued_and_one_without_a_time_has_no_key()
    {
        _exchange.Instead.Enqueue(_ => FakeExchange.Answer(200, $"[{RawRows.Good[..^1]},\"x\"],[\"soon\",1]]"));

        RestOutcome<KlinePage> outcome = await _rest.GetKlinesAsync(Request(null, null), default);

        IReadOnlyList<RawCandle> rows = Assert.IsType<RestOutcome<KlinePage>.Answered>(outcome).Value.Rows;
        Assert.Equal("{\"12\":\"x\"}", rows[0].RescuedData);
        Assert.Null(rows[1].OpenTime);
    }

    [Theory]
    [InlineData("", "application/json")]
    [InlineData("{}", "application/json")]
    [InlineData("[[1735516800000,\"1\"", "application/json")]
    [InlineData("[[1735516800000,\"1\"],", "application/json")]
    [InlineData("[1,2]", "application/json")]
    [InlineData("[[1,2]]]", "application/json")]
    [InlineData("[]garbage", "application/json")]
    [InlineData("<html>login</html>", "text/html")]
    [InlineData("[]", "text/html")]
    public async Task A_broken_answer_is_transient(string body, string type)
    {
        _exchange.Instead.Enqueue(_ => FakeExchange.Answer(200, body, type));

        RestOutcome<KlinePage> outcome = await _rest.GetKlinesAsync(Request(null, null), default);

        Assert.NotEmpty(Assert.IsType<RestOutcome<KlinePage>.Transient>(outcome).Why);
    }

    [Fact]
    public async Task An_empty_array_is_an_answer()
    {
        _exchange.Instead.Enqueue(_ => FakeExchange.Answer(200, " [ ] "));

        Assert.Empty(Assert.IsType<RestOutcome<KlinePage>.Answered>(await _rest.GetKlinesAsync(Request(null, null), default)).Value.Rows);
    }

    [Theory]
    [InlineData(500, "{\"code\":-1000,\"msg\":\"unknown\"}")]
    [InlineData(502, "<html>bad gateway</html>")]
    [InlineData(503, "")]
    [InlineData(400, "{\"code\":-1001,\"msg\":\"Internal error; unable to process your request. Please try again.\"}")]
    [InlineData(408, "{\"code\":-1007,\"msg\":\"Timeout\"}")]
    public async Task A_fault_on_the_exchanges_side_is_transient(int status, string body)
    {
        _exchange.Instead.Enqueue(_ => FakeExchange.Answer(status, body));

        Assert.Contains($"HTTP {status}", Assert.IsType<RestOutcome<KlinePage>.Transient>(await _rest.GetKlinesAsync(Request(null, null), default)).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "{\"code\":-1121,\"msg\":\"Invalid symbol.\"}", -1121, false)]
    [InlineData(403, "<html>WAF</html>", null, true)]
    [InlineData(404, "", null, false)]
    [InlineData(401, "{}", null, true)]
    public async Task Other_client_errors_are_refused_for_good(int status, string body, int? code, bool stopsSource)
    {
        _exchange.Instead.Enqueue(_ => FakeExchange.Answer(status, body));

        RestOutcome<KlinePage>.Refused refused = Assert.IsType<RestOutcome<KlinePage>.Refused>(await _rest.GetKlinesAsync(Request(null, null), default));

        Assert.Equal((status, code, body, stopsSource), (refused.Status, refused.Code, refused.Payload, refused.StopsSource));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        _exchange.Instead.Enqueue(_ => FakeExchange.Answer(302, "", "text/html", ("Location", "http://evil.example/x")));

        RestOutcome<KlinePage>.Refused refused = Assert.IsType<RestOutcome<KlinePage>.Refused>(await _rest.GetKlinesAsync(Request(null, null), default));

        Assert.Contains("evil.example", refused.Text, StringComparison.Ordinal);
        Assert.Single(_exchange.Requests);
        Assert.False(((SocketsHttpHandler)BinanceRest.NewHandler()).AllowAutoRedirect);
    }

    [Theory]
    [InlineData("437", 437)]
    [InlineData(null, 60)]
    [InlineData("0", 1)]
    [InlineData("99999999", 7 * 86400)]
    public async Task Too_many_requests_says_how_long_to_wait(string? retryAfter, int seconds)
    {
        _exchange.Instead.Enqueue(_ => retryAfter is null
            ? FakeExchange.Answer(429, "{\"code\":-1003,\"msg\":\"Too many requests; current request has limited.\"}")
            : FakeExchange.Answer(429, "", "text/plain", ("Retry-After", retryAfter), ("X-MBX-USED-WEIGHT-1M", "6001")));

        RestOutcome<KlinePage>.Throttled throttled = Assert.IsType<RestOutcome<KlinePage>.Throttled>(await _rest.GetKlinesAsync(Request(null, null), default));

        Assert.Equal(TimeSpan.FromSeconds(seconds), throttled.RetryAfter);
        Assert.Equal(retryAfter is null ? null : 6001, throttled.UsedWeight);
    }

    [SkippableFact]
    public async Task Bodies_that_people_received_are_understood()
    {
        int seen = 0;
        foreach (string line in await File.ReadAllLinesAsync(SharedData.MarketData("raw-rest/errors/real-error-bodies.jsonl")))
        {
            using JsonDocument one = JsonDocument.Parse(line);
            int status = one.RootElement.GetProperty("http").ValueKind == JsonValueKind.Number ? one.RootElement.GetProperty("http").GetInt32() : 400;
            string body = one.RootElement.GetProperty("body").GetRawText();
            string text = one.RootElement.GetProperty("body").GetProperty("msg").GetString()!;
            UnixMicros? until = text.Contains("until ", StringComparison.Ordinal)
                ? UnixMicros.FromMilliseconds(long.Parse([.. text[(text.IndexOf("until ", StringComparison.Ordinal) + 6)..].TakeWhile(char.IsDigit)], CultureInfo.InvariantCulture))
                : null;
            ManualTime then = until is { } end ? new ManualTime((end + -120_000_000).ToString()) : new ManualTime();
            FakeExchange exchange = new(then);
            exchange.Instead.Enqueue(_ => FakeExchange.Answer(status, body));
            using BinanceRest rest = Rest(exchange, then);

            RestOutcome<KlinePage> outcome = await rest.GetKlinesAsync(Request(null, null), default);

            string kind = outcome.Match(_ => "answered", t => "throttled", b => "banned " + (b.Until == until), r => "refused " + r.Code, t => "transient");
            Assert.Equal(status switch { 418 => "banned True", 429 => "throttled", 451 => "refused 0", _ => "refused -1021" }, kind);
            seen++;
        }

        Assert.Equal(6, seen);
    }

    [Fact]
    public async Task A_ban_without_an_end_lasts_two_minutes_and_one_with_both_the_longer()
    {
        _exchange.Instead.Enqueue(_ => FakeExchange.Answer(418, "go away", "text/plain"));
        _exchange.Instead.Enqueue(_ => FakeExchange.Answer(418, $"{{\"code\":-1003,\"msg\":\"Way too many requests; IP banned until {_time.Micros.Milliseconds + 60_000}.\"}}", "application/json", ("Retry-After", "300")));

        RestOutcome<KlinePage>.Banned unsaid = Assert.IsType<RestOutcome<KlinePage>.Banned>(await _rest.GetKlinesAsync(Request(null, null), default));
        RestOutcome<KlinePage>.Banned both = Assert.IsType<RestOutcome<KlinePage>.Banned>(await _rest.GetKlinesAsync(Request(null, null), default));

        Assert.Equal(120_000_000, unsaid.Until - _time.Micros);
        Assert.Equal(300_000_000, both.Until - _time.Micros);
        Assert.Equal(both.Until + 5_000_000, Assert.IsType<WeightFeedback.Banned>(both.ToFeedback(TimeSpan.FromSeconds(5))).Until);
    }

    [Fact]
    public async Task No_answer_in_time_is_transient_and_a_cancelled_caller_is_cancelled()
    {
        using HangingHandler hanging = new();
        using BinanceRest rest = Rest(hanging, _time);

        Task<RestOutcome<KlinePage>> slow = rest.GetKlinesAsync(Request(null, null), default);
        _time.Advance(TimeSpan.FromSeconds(16));
        Assert.Contains("15 s", Assert.IsType<RestOutcome<KlinePage>.Transient>(await slow).Why, StringComparison.Ordinal);

        using CancellationTokenSource stop = new();
        Task<RestOutcome<KlinePage>> given = rest.GetKlinesAsync(Request(null, null), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
    }

    [Fact]
    public async Task A_refused_connection_and_an_endless_body_are_transient()
    {
        _exchange.Instead.Enqueue(_ => throw new HttpRequestException(HttpRequestError.ConnectionError));
        Assert.IsType<RestOutcome<KlinePage>.Transient>(await _rest.GetKlinesAsync(Request(null, null), default));

        _exchange.Instead.Enqueue(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream()) });
        Assert.Contains("longer than", Assert.IsType<RestOutcome<KlinePage>.Transient>(await _rest.GetKlinesAsync(Request(null, null), default)).Why, StringComparison.Ordinal);
    }

    internal static BinanceRest Rest(HttpMessageHandler handler, ManualTime time) =>
        new(new BinanceRestOptions { BaseUrl = new Uri("http://exchange.test") }, handler, new ServerClock(time), time);

    private static KlineRequest Request(UnixMicros? from, UnixMicros? to) => new(Symbol.Parse("BTCUSDT"), Interval.Parse("1m"), from, to, "run");

    private sealed class HangingHandler : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("never reached");
        }
    }

    private sealed class EndlessStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer)
        {
            buffer.Fill((byte)' ');
            return buffer.Length;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));
    }
}
