using System.IO.Compression;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Tests.Binance;

public class ExchangeInfoSpecs
{
    [SkippableFact]
    public async Task The_whole_list_of_2021_is_read_with_its_old_schema()
    {
        await using FileStream file = File.OpenRead(SharedData.MarketData("raw-rest/cryptofeed-BINANCE.0.txt.gz"));
        using StreamReader text = new(new GZipStream(file, CompressionMode.Decompress));
        string capture = await text.ReadToEndAsync();
        string body = capture[capture.IndexOf("{\"timezone\"", StringComparison.Ordinal)..];

        ExchangeInfo info = await AskAsync(body.Split('\n')[0]);

        Assert.Equal((1695, 1262), (info.Symbols.Count, info.Trading.Count()));
        Assert.Equal(1200, info.WeightPerMinute);
        Assert.Contains(new RateLimit("RAW_REQUESTS", TimeSpan.FromMinutes(5), 6100), info.RateLimits);
        Assert.Equal(1633998511098, info.ServerTime?.Milliseconds);
        Assert.Contains("SPOT", info.Symbols[Symbol.Parse("ETHBTC")].Permissions);
        Assert.Empty(info.Unknown);
    }

    [SkippableFact]
    public async Task A_pretty_printed_answer_is_read()
    {
        ExchangeInfo info = await AskAsync(await File.ReadAllTextAsync(SharedData.MarketData("raw-rest/nautilus-spot_exchange_info.json")));

        Assert.True(info.Symbols[Symbol.Parse("BTCUSDT")].IsTrading);
        Assert.Equal("USDT", info.Symbols[Symbol.Parse("BTCUSDT")].QuoteAsset);
    }

    [Fact]
    public async Task What_is_new_is_counted_and_what_is_missing_is_null()
    {
        ExchangeInfo info = await AskAsync(
            """
            {"brandNew":1,"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000},{"rateLimitType":"MOON","interval":"FORTNIGHT","intervalNum":1,"limit":1}],
             "symbols":[{"symbol":"AUSDT","status":"TRADING","permissions":[],"permissionSets":[["SPOT","MARGIN"],["TRD_GRP_1"]],"glitter":true},
                        {"symbol":"BUSDT","status":"DANCING","glitter":false},{"symbol":"CUSDT","status":"CANCEL_ONLY"},{"symbol":"../etc"},7]}
            """);

        Assert.Equal(["AUSDT"], info.Trading.Select(s => s.Code));
        Assert.Equal(["SPOT", "MARGIN", "TRD_GRP_1"], info.Symbols[Symbol.Parse("AUSDT")].Permissions);
        Assert.Equal((6000, null), (info.WeightPerMinute, info.ServerTime));
        Assert.Equal(
            [("field brandNew", 1), ("rate limit that cannot be read", 1), ("status DANCING", 1), ("symbol field glitter", 2), ("symbol that cannot be named here", 2)],
            info.Unknown.Select(u => (u.Key, u.Value)).Order());
    }

    [Fact]
    public async Task A_flood_of_new_names_is_bounded()
    {
        ExchangeInfo info = await AskAsync($"{{\"symbols\":[],{string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"n{i}\":1"))}}}");

        Assert.InRange(info.Unknown.Count, 1, 201);
        Assert.Equal(5000, info.Unknown.Values.Sum());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"symbols\":")]
    [InlineData("{\"symbols\":7}")]
    public async Task What_is_no_exchange_info_is_transient(string body)
    {
        ManualTime time = new();
        FakeExchange exchange = new(time);
        exchange.Instead.Enqueue(_ => FakeExchange.Answer(200, body));
        using BinanceRest rest = BinanceRestSpecs.Rest(exchange, time);

        Assert.IsType<RestOutcome<ExchangeInfo>.Transient>(await rest.GetExchangeInfoAsync(default));
    }

    private static async Task<ExchangeInfo> AskAsync(string body)
    {
        ManualTime time = new();
        FakeExchange exchange = new(time);
        exchange.Instead.Enqueue(_ => FakeExchange.Answer(200, body));
        using BinanceRest rest = BinanceRestSpecs.Rest(exchange, time);
        return Assert.IsType<RestOutcome<ExchangeInfo>.Answered>(await rest.GetExchangeInfoAsync(default)).Value;
    }
}
