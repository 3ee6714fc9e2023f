using System.Net.WebSockets;
using System.Text.Json;
using CryptoInsight.PaperExchange.Faults;

namespace CryptoInsight.PaperExchange.Tests;

public class StreamSpecs
{
    [Fact]
    public async Task A_candle_is_updated_every_two_seconds_and_told_once_when_it_closes()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(now: "2026-11-22T12:34:50.500Z");
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws/btcusdt@kline_1m");
        await client.Pass(20);
        List<JsonElement> heard = await client.HearAll();
        List<JsonElement> closed = [.. heard.Where(IsClosed)];
        JsonElement close = Assert.Single(closed);
        Assert.InRange(heard.Count - 1, 9, 11);
        Assert.All(heard, e => Assert.Equal(("kline", "BTCUSDT", "1m"), (Text(e, "e"), Text(e, "s"), Text(e.GetProperty("k"), "i"))));
        JsonElement k = close.GetProperty("k");
        Assert.Equal(Markets.At("2026-11-22T12:34:00Z").Milliseconds, k.GetProperty("t").GetInt64());
        Assert.True(close.GetProperty("E").GetInt64() > k.GetProperty("T").GetInt64(), "A close is told after it happened.");
        Assert.Equal(k.GetProperty("n").GetInt64(), k.GetProperty("L").GetInt64() - k.GetProperty("f").GetInt64() + 1);
        Assert.All(heard.Where(e => !IsClosed(e)), e => Assert.True(e.GetProperty("E").GetInt64() <= e.GetProperty("k").GetProperty("T").GetInt64() + 1));

        // REST tells the same candle.
        JsonElement rest = (await exchange.Klines($"symbol=BTCUSDT&interval=1m&startTime={k.GetProperty("t").GetInt64()}&limit=1")).Single().Element;
        Assert.Equal(
            string.Join('|', new[] { 1, 2, 3, 4, 5, 7, 9, 10 }.Select(i => rest[i].GetString())),
            string.Join('|', new[] { "o", "h", "l", "c", "v", "q", "V", "Q" }.Select(f => Text(k, f))));
        Assert.Equal(rest[8].GetInt64(), k.GetProperty("n").GetInt64());
    }

    [Fact]
    public async Task Trade_numbers_of_candles_that_follow_each_other_are_consecutive()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(now: "2026-11-22T12:34:50.500Z");
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws/ethusdt@kline_1m/ethusdt@kline_1s");
        await client.Pass(130);
        List<JsonElement> heard = [.. (await client.HearAll()).Where(IsClosed).Select(e => e.GetProperty("k"))];
        foreach (string interval in (string[])["1m", "1s"])
        {
            List<JsonElement> own = [.. heard.Where(k => Text(k, "i") == interval && k.GetProperty("n").GetInt64() > 0)];
            Assert.True(own.Count >= 2);
            Assert.All(own.Zip(own.Skip(1)), p => Assert.Equal(p.First.GetProperty("L").GetInt64() + 1, p.Second.GetProperty("f").GetInt64()));
        }
    }

    [Fact]
    public async Task A_combined_stream_wraps_its_events_and_a_raw_one_does_not()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(now: "2026-11-22T15:59:57Z");
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/stream?streams=btcusdt@kline_1d/solusdt@kline_1d@%2B08:00&timeUnit=MICROSECOND");
        await client.Pass(6);
        List<JsonElement> heard = await client.HearAll();
        Assert.Equal(["btcusdt@kline_1d", "solusdt@kline_1d@+08:00"], heard.Select(e => Text(e, "stream")).Distinct().Order());
        JsonElement closed = Assert.Single(heard.Select(e => e.GetProperty("data")), IsClosed); // midnight at +08:00 is 16:00 UTC
        Assert.Equal(Markets.At("2026-11-21T16:00:00Z").Value, closed.GetProperty("k").GetProperty("t").GetInt64());

        Assert.Equal("""{"result":true,"id":1}""", (await client.Ask("""{"method":"GET_PROPERTY","params":["combined"],"id":1}""")).GetRawText());
        Assert.Equal("""{"result":null,"id":2}""", (await client.Ask("""{"method":"SET_PROPERTY","params":["combined",false],"id":2}""")).GetRawText());
        await client.Pass(2);
        Assert.Equal("kline", Text(await client.Hear(), "e"));
    }

    [Fact]
    public async Task Streams_can_be_added_and_removed_while_connected()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws");
        Assert.Equal("""{"result":null,"id":1}""", (await client.Ask("""{"method":"SUBSCRIBE","params":["dotusdt@kline_5m","nosuch@trade"],"id":1}""")).GetRawText());
        await client.Pass(3);
        Assert.Equal("DOTUSDT", Text(await client.Hear(), "s"));
        Assert.Equal("""{"result":["dotusdt@kline_5m","nosuch@trade"],"id":null}""", (await client.Ask("""{"method":"LIST_SUBSCRIPTIONS","id":null}""")).GetRawText());
        Assert.Equal("""{"result":null,"id":"a1"}""", (await client.Ask("""{"method":"UNSUBSCRIBE","params":["dotusdt@kline_5m"],"id":"a1"}""")).GetRawText());
        await client.Pass(5);
        Assert.Empty(await client.HearAll());
    }

    [Theory]
    [InlineData("{oops", 3)]
    [InlineData("[1]", 3)]
    [InlineData("{\"method\":\"\\ud800\",\"id\":1}", 3)]
    [InlineData("", 3)]
    [InlineData("""{"method":"SUBSCRIBE","params":[]}""", 2)]
    [InlineData("""{"method":"SUBSCRIBE","params":[],"id":1.5}""", 2)]
    [InlineData("""{"method":"SUBSCRIBE","params":[],"id":"with spaces"}""", 2)]
    [InlineData("""{"params":[],"id":1}""", 2)]
    [InlineData("""{"method":"DANCE","id":1}""", 2)]
    [InlineData("""{"method":"SUBSCRIBE","params":"btcusdt@kline_1m","id":1}""", 2)]
    [InlineData("""{"method":"SET_PROPERTY","params":["combined","yes"],"id":1}""", 1)]
    [InlineData("""{"method":"SET_PROPERTY","params":["colour",true],"id":1}""", 0)]
    [InlineData("""{"method":"GET_PROPERTY","params":["colour"],"id":1}""", 0)]
    public async Task A_message_that_cannot_be_understood_gets_an_error_and_the_connection_stays(string message, int code)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws");
        Assert.Equal(code, (await client.Ask(message)).GetProperty("code").GetInt32());
        Assert.Equal("""{"result":[],"id":7}""", (await client.Ask("""{"method":"LIST_SUBSCRIPTIONS","id":7}""")).GetRawText());
    }

    [Fact]
    public async Task More_than_five_messages_in_a_second_end_the_connection()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws");
        for (int i = 0; i < 5; i++)
        {
            await client.Ask("""{"method":"LIST_SUBSCRIPTIONS","id":1}""");
        }

        await client.Say("""{"method":"LIST_SUBSCRIPTIONS","id":1}""");
        Assert.Null(await client.HearOrEnd());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
    }

    [Fact]
    public async Task A_connection_has_at_most_1024_streams()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws");
        string names = string.Join(',', Enumerable.Range(0, 1_024).Select(i => $"\"s{i}@trade\""));
        Assert.Equal("""{"result":null,"id":1}""", (await client.Ask($$"""{"method":"SUBSCRIBE","params":[{{names}}],"id":1}""")).GetRawText());
        Assert.Equal(2, (await client.Ask("""{"method":"SUBSCRIBE","params":["btcusdt@kline_1m"],"id":2}""")).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_connection_lives_a_day()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws");
        exchange.Time.Advance(TimeSpan.FromHours(23.9));
        await client.Pass(1);
        Assert.Empty(await client.HearAll());
        exchange.Time.Advance(TimeSpan.FromHours(0.2));
        await client.PassUntilEnd();
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
    }

    [Fact]
    public async Task Connection_attempts_are_limited()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        for (int i = 0; i < 300; i++)
        {
            await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws");
        }

        await Assert.ThrowsAsync<WebSocketException>(() => StreamClient.ConnectAsync(exchange, "/ws"));
    }

    [Fact]
    public async Task No_event_is_lost_when_the_clock_jumps()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with { Outages = false });
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws/linkusdt@kline_1m");
        exchange.Time.Advance(TimeSpan.FromMinutes(90));
        await client.Pass(1);
        List<JsonElement> closed = [.. (await client.HearAll()).Where(IsClosed)];
        Assert.Equal(90, closed.Select(e => e.GetProperty("k").GetProperty("t").GetInt64()).Distinct().Count());
    }

    [Fact]
    public async Task A_script_can_silence_double_withhold_and_drop()
    {
        Fault At(FaultKind kind, int minute) => new() { Kind = kind, From = TimeSpan.FromMinutes(minute), Until = TimeSpan.FromMinutes(minute + 1) };
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with
        {
            Faults = new FaultScript { Faults = [At(FaultKind.StreamSilence, 1), At(FaultKind.StreamDuplicates, 2), At(FaultKind.StreamNoClose, 3), At(FaultKind.StreamDrop, 4)] },
        }, "2026-11-22T12:34:30Z");
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws/btcusdt@kline_1m");
        await client.Pass(58);
        Assert.Single(await client.HearAll(), IsClosed);
        await client.Pass(2);
        await client.HearAll();
        await client.Pass(58);
        Assert.Empty(await client.HearAll());
        await client.Pass(62);
        Assert.Equal(2, (await client.HearAll()).Count(IsClosed));
        await client.Pass(55);
        Assert.DoesNotContain(await client.HearAll(), IsClosed);
        await client.PassUntilEnd();
        Assert.NotEqual(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
        await Assert.ThrowsAsync<WebSocketException>(() => StreamClient.ConnectAsync(exchange, "/ws"));
    }

    [Theory]
    [InlineData("/ws/btcusdt@kline_1m", false)]
    [InlineData("/stream?streams=btcusdt@kline_1m", true)]
    public async Task A_shutdown_is_announced_to_those_who_are_connected_and_then_carried_out(string path, bool isCombined)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with
        {
            Faults = new FaultScript { Faults = [new Fault { Kind = FaultKind.StreamShutdown, From = TimeSpan.FromSeconds(5), Until = TimeSpan.FromSeconds(60) }] },
        });
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, path);
        await client.Pass(7);
        JsonElement said = Assert.Single(await client.HearAll(), e => e.GetRawText().Contains("serverShutdown", StringComparison.Ordinal));
        Assert.Equal(isCombined ? "!serverShutdown" : null, isCombined ? Text(said, "stream") : null);
        Assert.Equal("serverShutdown", Text(isCombined ? said.GetProperty("data") : said, "e"));
        await using StreamClient later = await StreamClient.ConnectAsync(exchange, path);
        await client.PassUntilEnd();
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
        Assert.DoesNotContain(await later.HearAll(), e => e.GetRawText().Contains("serverShutdown", StringComparison.Ordinal));
    }

    private static string? Text(JsonElement e, string name) => e.GetProperty(name).GetString();

    private static bool IsClosed(JsonElement e) => e.GetProperty("k").GetProperty("x").GetBoolean();
}
