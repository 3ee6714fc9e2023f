using System.Text;
using System.Text.Json;
using CsCheck;

namespace CryptoInsight.PaperExchange.Tests;

public class HostileInputProperties
{
    private static readonly Gen<string> s_nasty = Gen.OneOf(
        Gen.String,
        Gen.String["0123456789-+:.eE"],
        Gen.Const("[\"\\ud800\"]"),
        Gen.Const("[null]"),
        Gen.Const("[\"BTCUSDT\""),
        Gen.Const("<script>alert(1)</script>"),
        Gen.Const("BTCUSDT"),
        Gen.Const("1M"),
        Gen.Const("9223372036854775807"),
        Gen.Const("-14:00"),
        Gen.Long.Select(l => l.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    private static readonly Gen<string> s_name = Gen.OneOf(
        Gen.OneOf(Gen.Const("symbol"), Gen.Const("interval"), Gen.Const("startTime"), Gen.Const("endTime"), Gen.Const("limit"), Gen.Const("timeZone")),
        Gen.OneOf(Gen.Const("symbols"), Gen.Const("permissions"), Gen.Const("symbolStatus"), Gen.Const("showPermissionSets"), Gen.Const("date_format"), Gen.Const("format"), Gen.Const("encryptedUid")));

    [Fact]
    public async Task No_query_makes_the_exchange_stumble_and_none_is_echoed()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with { WeightPerMinuteMax = int.MaxValue });
        Gen<string> query = Gen.Select(s_name, s_nasty).Array[0, 6].Select(p => string.Join('&', p.Select(x => $"{x.Item1}={Escape(x.Item2)}")));
        Gen<string> path = Gen.OneOf(Gen.Const("/api/v3/klines?"), Gen.Const("/api/v3/klines?symbol=BTCUSDT&interval=1M&"), Gen.Const("/api/v3/exchangeInfo?"), Gen.Const("/api/v3/time?"), Gen.Const("/fng/?"));
        foreach (string request in Gen.Select(path, query, (p, q) => p + q).Array[600].Single())
        {
            ExchangeClient.Answer answer = await exchange.Get(request);
            Assert.True(answer.Status is 200 or 400, $"{answer.Status} for {request}");
            Assert.DoesNotContain("script", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_message_makes_a_stream_stumble()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        await using StreamClient client = await StreamClient.ConnectAsync(exchange, "/ws");
        Gen<string> message = Gen.OneOf(
            s_nasty,
            Gen.Select(s_nasty, s_nasty).Select((m, p) => JsonSerializer.Serialize(new { method = m, @params = new[] { p }, id = p })),
            s_nasty.Select(p => JsonSerializer.Serialize(new { method = "SUBSCRIBE", @params = new[] { p + "@kline_1m" }, id = 1 })),
            s_nasty.Select(p => JsonSerializer.Serialize(new { method = "SET_PROPERTY", @params = p, id = 1 })));
        foreach (string text in message.Array[200].Single())
        {
            JsonElement reply = await client.Ask(text);
            Assert.True(reply.TryGetProperty("code", out _) || reply.TryGetProperty("result", out _), reply.GetRawText());
            exchange.Time.Advance(TimeSpan.FromSeconds(1)); // five messages a second are allowed
        }
    }

    private static string Escape(string text) => Uri.EscapeDataString(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
}
