using System.Globalization;
using System.Text.Json;
using CryptoInsight.PaperExchange.Faults;

namespace CryptoInsight.PaperExchange.Tests;

public class BesideSpecs
{
    [Fact]
    public async Task The_index_gives_the_newest_value_with_the_time_to_the_next()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        JsonElement root = (await exchange.Get("/fng/")).Json;
        Assert.Contains("SIMULATED", root.GetProperty("name").GetString(), StringComparison.Ordinal);
        JsonElement day = Assert.Single(root.GetProperty("data").EnumerateArray());
        Assert.Equal("1795305600", day.GetProperty("timestamp").GetString()); // 2026-11-22 00:00
        Assert.Equal("41104", day.GetProperty("time_until_update").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("metadata").GetProperty("error").ValueKind);
    }

    [Fact]
    public async Task The_index_has_a_history_with_every_mood_and_a_few_missing_days()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        List<JsonElement> days = [.. (await exchange.Get("/fng/?limit=0")).Json.GetProperty("data").EnumerateArray()];
        Assert.Equal("1517443200", days[^1].GetProperty("timestamp").GetString()); // 2018-02-01
        int all = new DateOnly(2026, 11, 22).DayNumber - new DateOnly(2018, 2, 1).DayNumber + 1;
        Assert.InRange(days.Count, all - 30, all - 1);
        Assert.All(days.Skip(1), d => Assert.False(d.TryGetProperty("time_until_update", out _)));
        List<int> values = [.. days.Select(d => int.Parse(d.GetProperty("value").GetString()!, CultureInfo.InvariantCulture))];
        Assert.All(values, v => Assert.InRange(v, 0, 100));
        Assert.Equal(5, days.Select(d => d.GetProperty("value_classification").GetString()).Distinct().Count());
        Assert.All(days.Zip(days.Skip(1)), p => Assert.True(long.Parse(p.First.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture)
            > long.Parse(p.Second.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture)));
        exchange.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(days[1].GetRawText(), (await exchange.Get("/fng/?limit=3")).Json.GetProperty("data")[2].GetRawText());
    }

    [Fact]
    public async Task The_index_as_csv_is_as_crooked_as_the_real_one()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        ExchangeClient.Answer answer = await exchange.Get("/fng/?limit=3&format=csv");
        Assert.ThrowsAny<JsonException>(() => answer.Json);
        string[] lines = answer.Body.Split('\n');
        Assert.Equal("fng_value,fng_classification,date", lines[3]);
        Assert.Matches(@"\A22-11-2026,\d+,(Extreme )?(Fear|Greed|Neutral)\z", lines[4]);
        Assert.Equal("22-11-2026", (await exchange.Get("/fng/?date_format=world")).Json.GetProperty("data")[0].GetProperty("timestamp").GetString());
    }

    [Fact]
    public async Task A_trader_holds_positions_that_add_up_and_change_over_time()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        HashSet<(string?, long)> updates = [];
        int sides = 0;
        for (int hour = 0; hour < 24 * 5; hour += 6)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri(exchange.Server.BaseAddress, "/v1/getOtherPosition?encryptedUid=ABC123"));
            foreach (string header in (string[])["x-app-id", "x-client-id", "x-api-key"])
            {
                request.Headers.Add(header, "any");
            }

            using HttpResponseMessage response = await exchange.Client("127.0.0.1").SendAsync(request);
            JsonElement root = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            Assert.Equal(("000000", "SIMULATED", true), (root.GetProperty("code").GetString(), root.GetProperty("messageDetail").GetString(), root.GetProperty("success").GetBoolean()));
            foreach (JsonElement p in root.GetProperty("data").GetProperty("otherPositionRetList").EnumerateArray())
            {
                double Number(string name) => p.GetProperty(name).GetDouble();
                Assert.Equal((Number("markPrice") - Number("entryPrice")) * Number("amount"), Number("pnl"), 0.01 * Number("markPrice"));
                Assert.Equal(Math.Sign(Number("pnl")), Math.Sign(Number("roe")));
                long updated = p.GetProperty("updateTimeStamp").GetInt64();
                Assert.True(updated <= exchange.Server.Now.ToUnixTimeMilliseconds());
                updates.Add((p.GetProperty("symbol").GetString(), updated));
                sides |= Number("amount") > 0 ? 1 : 2;
            }

            exchange.Time.Advance(TimeSpan.FromHours(6));
        }

        Assert.True(updates.Count > 10);
        Assert.Equal(3, sides);
    }

    [Fact]
    public async Task Positions_need_keys_and_a_proper_uid()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        Assert.Equal(401, (await exchange.Get("/v1/getOtherPosition?encryptedUid=ABC")).Status);
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(exchange.Server.BaseAddress, "/v1/getOtherPosition?encryptedUid=%3Cscript%3E"));
        foreach (string header in (string[])["x-app-id", "x-client-id", "x-api-key"])
        {
            request.Headers.Add(header, "any");
        }

        using HttpResponseMessage response = await exchange.Client("127.0.0.1").SendAsync(request);
        Assert.Equal(400, (int)response.StatusCode);
        Assert.DoesNotContain("script", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_of_the_exchange_spare_the_index_unless_they_name_it()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with
        {
            Faults = new FaultScript
            {
                Faults =
                [
                    new Fault { Kind = FaultKind.ServerError, Until = TimeSpan.FromMinutes(1) },
                    new Fault { Kind = FaultKind.ServerError, From = TimeSpan.FromMinutes(2), Until = TimeSpan.FromMinutes(3), Symbol = "fng" },
                ],
            },
        });
        Assert.Equal(503, (await exchange.Get("/api/v3/ping")).Status);
        Assert.Equal(200, (await exchange.Get("/fng/")).Status);
        exchange.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(200, (await exchange.Get("/api/v3/ping")).Status);
        Assert.Equal(503, (await exchange.Get("/fng/")).Status);
    }
}
