using System.Globalization;
using System.Text.RegularExpressions;
using CryptoInsight.PaperExchange.Limits;

namespace CryptoInsight.PaperExchange.Tests;

public class WeightAndBanSpecs
{
    private const string Klines = "/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1";

    [Fact]
    public async Task Every_answer_tells_the_weight_used_in_the_exchanges_minute()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        Assert.Equal(1, (await exchange.Get("/api/v3/ping")).UsedWeight);
        Assert.Equal(2, (await exchange.Get("/api/v3/time")).UsedWeight);
        Assert.Equal(22, (await exchange.Get("/api/v3/exchangeInfo")).UsedWeight);
        Assert.Equal(24, (await exchange.Get(Klines)).UsedWeight);
        Assert.Equal(26, (await exchange.Get(Klines + "000")).UsedWeight);
        exchange.Time.Advance(TimeSpan.FromSeconds(3.2)); // 12:34:59.989
        Assert.Equal(28, (await exchange.Get(Klines)).UsedWeight);
        exchange.Time.Advance(TimeSpan.FromSeconds(0.011)); // 12:35:00
        Assert.Equal(2, (await exchange.Get(Klines)).UsedWeight);
    }

    [Fact]
    public async Task Addresses_have_budgets_of_their_own()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        await exchange.Get(Klines);
        Assert.Equal(4, (await exchange.Get(Klines)).UsedWeight);
        Assert.Equal(2, (await exchange.Get(Klines, from: "127.0.0.2")).UsedWeight);
    }

    [Fact]
    public async Task Over_the_limit_is_429_until_the_minute_ends_and_going_on_is_a_ban_that_ends()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with { WeightPerMinuteMax = 10, RefusalsBeforeBan = 3 }, "2026-11-22T12:34:20Z");
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await exchange.Get(Klines)).Status);
        }

        for (int i = 0; i < 3; i++)
        {
            ExchangeClient.Answer refused = await exchange.Get(Klines);
            Assert.Equal((429, -1003, TimeSpan.FromSeconds(40)), (refused.Status, refused.Code, refused.RetryAfter!.Value));
            Assert.Equal("Too much request weight used; current limit is 10 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.", refused.Text);
            Assert.True(refused.UsedWeight > 10);
        }

        ExchangeClient.Answer banned = await exchange.Get(Klines);
        Assert.Equal((418, -1003, TimeSpan.FromMinutes(2)), (banned.Status, banned.Code, banned.RetryAfter!.Value));
        long until = Markets.At("2026-11-22T12:36:20Z").Milliseconds;
        Assert.Equal($"Way too much request weight used; IP banned until {until}. Please use WebSocket Streams for live updates to avoid bans.", banned.Text);

        exchange.Time.Advance(TimeSpan.FromSeconds(100)); // a new minute has begun; the ban goes on
        Assert.Equal((418, TimeSpan.FromSeconds(20)), ((await exchange.Get("/api/v3/ping")) is var a ? (a.Status, a.RetryAfter!.Value) : default));
        Assert.Equal(200, (await exchange.Get(Klines, from: "127.0.0.3")).Status);
        exchange.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(200, (await exchange.Get(Klines)).Status);
    }

    [Fact]
    public async Task A_client_that_waits_as_told_is_never_banned()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with { WeightPerMinuteMax = 10, RefusalsBeforeBan = 0 });
        for (int i = 0; i < 40; i++)
        {
            ExchangeClient.Answer answer = await exchange.Get(Klines);
            if (answer.UsedWeight >= 10)
            {
                exchange.Time.Advance(TimeSpan.FromSeconds(60 - exchange.Time.GetUtcNow().Second));
            }

            Assert.Equal(200, answer.Status);
        }
    }

    [Fact]
    public async Task Bans_grow_longer_and_the_memory_of_them_fades()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with { WeightPerMinuteMax = 1, RefusalsBeforeBan = 0 });
        List<double> minutes = [];
        for (int i = 0; i < 8; i++)
        {
            ExchangeClient.Answer banned = await exchange.Get(Klines);
            long until = long.Parse(Regex.Match(banned.Text, @"banned until (\d+)\.").Groups[1].Value, CultureInfo.InvariantCulture);
            TimeSpan length = DateTimeOffset.FromUnixTimeMilliseconds(until) - exchange.Time.GetUtcNow();
            minutes.Add(Math.Round(length.TotalMinutes, 3));
            exchange.Time.Advance(length + TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([2, 10, 60, 360, 1440, 4320, 4320, 4320], minutes);
        exchange.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(TimeSpan.FromMinutes(2), (await exchange.Get(Klines)).RetryAfter);
    }

    [Fact]
    public async Task Retry_after_is_in_the_clients_seconds_when_time_is_sped_up()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(
            o => o with { WeightPerMinuteMax = 1, Speed = 10, StartAt = DateTimeOffset.Parse("2026-01-01T00:00:00Z", CultureInfo.InvariantCulture) });
        ExchangeClient.Answer refused = await exchange.Get(Klines);
        Assert.Equal((429, TimeSpan.FromSeconds(6)), (refused.Status, refused.RetryAfter!.Value));
        exchange.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(200, (await exchange.Get("/api/v3/ping")).Status);
    }

    [Fact]
    public async Task The_number_of_requests_is_limited_too()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with { RequestsPerFiveMinutesMax = 4 }, "2026-11-22T12:34:20Z");
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(200, (await exchange.Get("/api/v3/ping")).Status);
        }

        ExchangeClient.Answer refused = await exchange.Get("/api/v3/ping");
        Assert.Equal((429, -1003, TimeSpan.FromSeconds(40)), (refused.Status, refused.Code, refused.RetryAfter!.Value));
    }

    [Fact]
    public void Many_addresses_do_not_fill_the_memory_and_a_banned_one_is_not_forgotten_for_them()
    {
        Doorkeeper door = new(new LimitRules(10, 1_000, 0));
        System.Net.IPAddress bad = System.Net.IPAddress.Parse("10.255.255.255");
        Assert.Equal(AdmissionKind.Banned, door.Charge(bad, Markets.Now, 11).Kind);
        for (int i = 0; i < 30_000; i++)
        {
            door.Charge(new System.Net.IPAddress(i + 1), Markets.Now, 1);
        }

        Assert.Equal(AdmissionKind.Banned, door.Charge(bad, Markets.Now, 1).Kind);
    }
}
