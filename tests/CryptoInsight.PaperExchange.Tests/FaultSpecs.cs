using System.Text.Json;
using CryptoInsight.PaperExchange.Faults;

namespace CryptoInsight.PaperExchange.Tests;

public class FaultSpecs
{
    private const string Klines = "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=30";

    private static Task<ExchangeClient> Start(params Fault[] faults) =>
        ExchangeClient.StartAsync(o => o with { Outages = false, Faults = new FaultScript { Faults = faults } });

    private static Fault Now(FaultKind kind) => new() { Kind = kind, Until = TimeSpan.FromMinutes(5) };

    [Theory]
    [InlineData(FaultKind.TooManyRequests, 429, -1003)]
    [InlineData(FaultKind.Ban, 418, -1003)]
    [InlineData(FaultKind.RestrictedLocation, 451, 0)]
    public async Task A_fault_answers_in_place_of_the_exchange_and_passes(FaultKind kind, int status, int code)
    {
        await using ExchangeClient exchange = await Start(Now(kind));
        ExchangeClient.Answer answer = await exchange.Get(Klines);
        Assert.Equal((status, code), (answer.Status, answer.Code));
        exchange.Time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(200, (await exchange.Get(Klines)).Status);
    }

    [Fact]
    public async Task Server_errors_have_the_status_asked_for_and_a_body_of_the_exchange()
    {
        await using ExchangeClient exchange = await Start(Now(FaultKind.ServerError) with { Status = 504, From = TimeSpan.FromMinutes(1) });
        Assert.Equal(200, (await exchange.Get(Klines)).Status);
        exchange.Time.Advance(TimeSpan.FromMinutes(1));
        HashSet<int> codes = [];
        for (int i = 0; i < 8; i++)
        {
            ExchangeClient.Answer answer = await exchange.Get(Klines);
            Assert.Equal(504, answer.Status);
            codes.Add(answer.Code);
        }

        Assert.Equal([-1008, -1007, -1001, -1000], codes.Order());
    }

    [Fact]
    public async Task A_share_hits_some_requests_always_the_same_ones()
    {
        List<string> runs = [];
        for (int run = 0; run < 2; run++)
        {
            await using ExchangeClient exchange = await Start(Now(FaultKind.ServerError) with { Share = 0.5 });
            List<int> statuses = [];
            for (int i = 0; i < 60; i++)
            {
                statuses.Add((await exchange.Get("/api/v3/ping")).Status);
            }

            Assert.InRange(statuses.Count(s => s == 200), 15, 45);
            runs.Add(string.Join(',', statuses));
        }

        Assert.Equal(runs[0], runs[1]);
    }

    [Fact]
    public async Task A_fault_may_concern_one_symbol()
    {
        await using ExchangeClient exchange = await Start(Now(FaultKind.ServerError) with { Symbol = "ETHUSDT" });
        Assert.Equal(200, (await exchange.Get(Klines)).Status);
        Assert.Equal(503, (await exchange.Get(Klines.Replace("BTC", "ETH", StringComparison.Ordinal))).Status);
    }

    [Theory]
    [InlineData(FaultKind.Firewall, 403)]
    [InlineData(FaultKind.WrongContentType, 200)]
    public async Task Some_answers_are_no_json(FaultKind kind, int status)
    {
        await using ExchangeClient exchange = await Start(Now(kind));
        ExchangeClient.Answer answer = await exchange.Get(Klines);
        Assert.Equal(status, answer.Status);
        Assert.ThrowsAny<JsonException>(() => answer.Json);
        Assert.Contains("SIMULATED", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_a_body_breaks_off()
    {
        await using ExchangeClient exchange = await Start(Now(FaultKind.HalfBody));
        await Assert.ThrowsAsync<HttpRequestException>(() => exchange.Get(Klines));
    }

    [Fact]
    public async Task A_slow_body_trickles()
    {
        await using ExchangeClient exchange = await Start(Now(FaultKind.SlowBody) with { Delay = TimeSpan.FromSeconds(10) });
        Task<ExchangeClient.Answer> answer = exchange.Get(Klines);
        for (int i = 0; i < 100; i++)
        {
            await exchange.Time.Armed();
            Assert.False(answer.IsCompleted);
            exchange.Time.Advance(TimeSpan.FromSeconds(0.1));
        }

        Assert.Equal(30, (await answer).Json.GetArrayLength());
    }

    [Fact]
    public async Task Candles_come_twice_out_of_order_late_or_not_at_all()
    {
        await using ExchangeClient right = await Start();
        List<string> expected = [.. (await right.Klines("symbol=BTCUSDT&interval=1m&limit=30")).Select(r => r.Raw)];
        await using ExchangeClient twice = await Start(Now(FaultKind.DuplicateCandles));
        List<string> doubled = [.. (await twice.Klines("symbol=BTCUSDT&interval=1m&limit=30")).Select(r => r.Raw)];
        Assert.Equal(35, doubled.Count);
        Assert.Equal(expected, doubled.Distinct());

        await using ExchangeClient mixed = await Start(Now(FaultKind.OutOfOrder));
        List<string> shuffled = [.. (await mixed.Klines("symbol=BTCUSDT&interval=1m&limit=30")).Select(r => r.Raw)];
        Assert.NotEqual(expected, shuffled);
        Assert.Equal(expected.Order(), shuffled.Order());

        await using ExchangeClient late = await Start(Now(FaultKind.LateCandles) with { Delay = TimeSpan.FromSeconds(130) });
        Assert.Equal(expected[..^3], (await late.Klines("symbol=BTCUSDT&interval=1m&limit=30")).Select(r => r.Raw));
    }

    [Fact]
    public async Task Revised_candles_get_their_right_values_when_the_fault_is_over()
    {
        await using ExchangeClient exchange = await Start(Now(FaultKind.RevisedCandles));
        List<ExchangeClient.Row> before = await exchange.Klines("symbol=BTCUSDT&interval=1m&limit=30");
        exchange.Time.Advance(TimeSpan.FromMinutes(6));
        List<ExchangeClient.Row> after = await exchange.Klines($"symbol=BTCUSDT&interval=1m&limit=30&startTime={before[0].Open}");
        Assert.Equal(before[..26].Select(r => r.Raw), after[..26].Select(r => r.Raw));
        Assert.All(before.Zip(after).Skip(26), p => Assert.True(p.First.Volume < p.Second.Volume));
    }

    [Fact]
    public async Task Missing_candles_are_absent_until_they_are_found_again()
    {
        Fault hole = new()
        {
            Kind = FaultKind.MissingCandles,
            From = TimeSpan.FromMinutes(2),
            Until = TimeSpan.FromMinutes(7),
            Delay = TimeSpan.FromHours(1),
        };
        await using ExchangeClient exchange = await Start(hole);
        exchange.Time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(25, (await exchange.Klines("symbol=BTCUSDT&interval=1m&limit=30")).Count);
        exchange.Time.Advance(TimeSpan.FromMinutes(40));
        Assert.Equal(30, (await exchange.Klines($"symbol=BTCUSDT&interval=1m&limit=30&startTime={Markets.At("2026-11-22T12:30:00Z").Milliseconds}")).Count);
    }

    [Fact]
    public async Task The_clock_can_be_wrong_and_unknown_fields_can_appear()
    {
        await using ExchangeClient exchange = await Start(Now(FaultKind.ClockSkew) with { Delay = TimeSpan.FromSeconds(-7) }, Now(FaultKind.DriftFields));
        Assert.Equal(Markets.Now.Milliseconds - 7_000, (await exchange.Get("/api/v3/time")).Json.GetProperty("serverTime").GetInt64());
        JsonElement info = (await exchange.Get("/api/v3/exchangeInfo")).Json;
        Assert.Equal(Markets.Now.Milliseconds - 7_000, info.GetProperty("serverTime").GetInt64());
        Assert.Equal("drift", info.GetProperty("venueNote").GetString());
        Assert.All(await exchange.Klines("symbol=BTCUSDT&interval=1m&limit=3"), r => Assert.Equal(13, r.Element.GetArrayLength()));
    }

    [Fact]
    public void A_script_is_read_from_json()
    {
        FaultScript script = FaultScript.Parse("""
            { "seed": 9, "faults": [
              { "kind": "ServerError", "from": "00:05:00", "until": "00:06:00", "share": 0.5, "symbol": "BTCUSDT", "status": 502 }, // one comment
              { "kind": "SlowBody", "until": "1.00:00:00", "delay": "00:00:30" },
            ] }
            """);
        Assert.Equal(9, script.Seed);
        Assert.Equal(
            new Fault { Kind = FaultKind.ServerError, From = TimeSpan.FromMinutes(5), Until = TimeSpan.FromMinutes(6), Share = 0.5, Symbol = "BTCUSDT", Status = 502 },
            script.Faults[0]);
        Assert.Equal(TimeSpan.FromSeconds(30), script.Faults[1].Delay);
    }

    [Theory]
    [InlineData("null", "Not a fault script")]
    [InlineData("{\n\"faults\": [{\"kind\": \"Meteor\", \"until\": \"1\"}]}", "line 2")]
    [InlineData("""{"faults": [{"kind": "Ban", "until": "00:01:00", "colour": "red"}]}""", "Not a fault script")]
    [InlineData("""{"faults": [{"kind": "Ban"}]}""", "Not a fault script")]
    [InlineData("""{"faults": [{"kind": "Ban", "from": "00:02:00", "until": "00:01:00"}]}""", "Fault 1 of the script (Ban): until must be after from")]
    [InlineData("""{"faults": [{"kind": "Ban", "until": "00:01:00", "share": 2}]}""", "share is 0 to 1")]
    [InlineData("""{"faults": [{"kind": "ServerError", "until": "00:01:00", "status": 200}]}""", "status is 500 to 599")]
    public void A_wrong_script_is_refused_with_a_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => FaultScript.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_storm_brings_every_kind_once_within_its_length_and_is_the_same_for_the_same_seed()
    {
        FaultScript storm = FaultScript.Storm(5, TimeSpan.FromHours(2));
        storm.Validate();
        Assert.Equal(Enum.GetValues<FaultKind>().Order(), storm.Faults.Select(f => f.Kind).Order());
        Assert.All(storm.Faults, f => Assert.True(f.Until <= TimeSpan.FromHours(2)));
        Assert.Equal(storm.Faults, FaultScript.Storm(5, TimeSpan.FromHours(2)).Faults);
        Assert.NotEqual(storm.Faults, FaultScript.Storm(6, TimeSpan.FromHours(2)).Faults);
    }
}
