using System.Text.Json;
using System.Text.RegularExpressions;

namespace CryptoInsight.PaperExchange.Tests;

public class KlinesEndpointSpecs
{
    private const long Minute = 60_000;

    private static long Ms(string text) => Markets.At(text).Milliseconds;

    [Fact]
    public async Task Without_bounds_the_newest_500_come_in_ascending_order_and_the_last_is_open()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        List<ExchangeClient.Row> rows = await exchange.Klines("symbol=BTCUSDT&interval=1m");
        Assert.Equal(500, rows.Count);
        Assert.Equal(Ms("2026-11-22T12:34:00Z"), rows[^1].Open);
        Assert.True(rows[^1].Close > Ms("2026-11-22T12:34:56.789Z"), "The newest candle closes in the future.");
        Assert.All(rows.Zip(rows.Skip(1)), p => Assert.Equal(p.First.Open + Minute, p.Second.Open));
        Assert.All(rows, r => Assert.Equal(r.Open + Minute - 1, r.Close));
    }

    [Fact]
    public async Task A_row_has_twelve_elements_with_decimals_of_eight_digits_as_strings()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        string row = (await exchange.Klines("symbol=BTCUSDT&interval=1h&limit=1")).Single().Raw;
        Assert.Matches(new Regex(@"\A\[\d{13},(""\d+\.\d{8}"",){5}\d{13},""\d+\.\d{8}"",\d+,""\d+\.\d{8}"",""\d+\.\d{8}"",""0""\]\z"), row);
    }

    [Theory]
    [InlineData("startTime=S", "oldest from the start", 0, 500)]
    [InlineData("startTime=S&limit=10", "oldest from the start", 0, 10)]
    [InlineData("startTime=S&limit=1000", "oldest from the start", 0, 1000)]
    [InlineData("startTime=S&limit=5000", "more than the most is the most", 0, 1000)]
    [InlineData("endTime=E&limit=10", "newest up to the end, which is included", 11, 10)]
    [InlineData("startTime=S&endTime=E", "both bounds are included", 0, 21)]
    [InlineData("startTime=S&endTime=E&limit=5", "with both bounds the oldest win", 0, 5)]
    [InlineData("startTime=S+1&endTime=E-1", "bounds filter open times", 1, 19)]
    [InlineData("startTime=E&endTime=E", "one instant is one candle", 20, 1)]
    public async Task Bounds_choose_candles_by_open_time(string bounds, string why, int first, int count)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with { Outages = false });
        long start = Ms("2026-11-20T00:00:00Z");
        long end = start + 20 * Minute;
        string query = bounds.Replace("S+1", $"{start + 1}").Replace("E-1", $"{end - 1}").Replace("=S", $"={start}").Replace("=E", $"={end}");
        List<ExchangeClient.Row> rows = await exchange.Klines("symbol=ETHUSDT&interval=1m&" + query);
        Assert.True(rows[0].Open == start + first * Minute, why);
        Assert.True(rows.Count == count, $"{why}: {rows.Count}");
    }

    [Theory]
    [InlineData("startTime=4000000000000", "the future")]
    [InlineData("endTime=1000000000000", "before there was a market")]
    [InlineData("endTime=0", "1970")]
    [InlineData("startTime=1763800000000&endTime=1763700000000", "an end before the start")]
    [InlineData("startTime=18446744073709551615", "a number as great as can be")]
    [InlineData("startTime=99999999999999999999", "a number greater than that")]
    public async Task A_window_without_candles_is_an_empty_array(string bounds, string why)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        foreach (string interval in (string[])["1s", "1m", "1w", "1M"])
        {
            ExchangeClient.Answer answer = await exchange.Get($"/api/v3/klines?symbol=BTCUSDT&interval={interval}&{bounds}");
            Assert.True(answer is { Status: 200, Body: "[]" }, $"{why}: {answer.Body}");
        }
    }

    [Fact]
    public async Task Before_the_listing_there_is_nothing_and_a_start_before_it_gives_the_first_candles()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        List<ExchangeClient.Row> rows = await exchange.Klines("symbol=SOLUSDT&interval=1d&startTime=0&limit=3");
        Assert.Equal([Ms("2020-08-11T00:00:00Z"), Ms("2020-08-12T00:00:00Z"), Ms("2020-08-13T00:00:00Z")], rows.Select(r => r.Open));
    }

    [Fact]
    public async Task Bounds_may_be_in_microseconds()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        long start = Ms("2026-11-20T00:00:00Z");
        List<ExchangeClient.Row> ms = await exchange.Klines($"symbol=ETHUSDT&interval=5m&startTime={start}&endTime={start + 3_600_000}");
        List<ExchangeClient.Row> us = await exchange.Klines($"symbol=ETHUSDT&interval=5m&startTime={start * 1000}&endTime={(start + 3_600_000) * 1000}");
        Assert.Equal(ms.Select(r => r.Raw), us.Select(r => r.Raw));
    }

    [Theory]
    [InlineData("MICROSECOND")]
    [InlineData("microsecond")]
    public async Task The_header_asks_for_microseconds(string unit)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        ExchangeClient.Row row = (await exchange.Klines("symbol=ETHUSDT&interval=1m&limit=1", unit)).Single();
        Assert.Equal(Ms("2026-11-22T12:34:00Z") * 1000, row.Open);
        Assert.Equal(row.Open + 59_999_999, row.Close);
        Assert.Equal("{\"serverTime\":1795350896789000}", (await exchange.Get("/api/v3/time", timeUnit: unit)).Body);
    }

    [Theory]
    [InlineData("8", "1d", "2026-11-21T16:00:00Z")]
    [InlineData("-1:00", "1d", "2026-11-22T01:00:00Z")]
    [InlineData("05:45", "1d", "2026-11-21T18:15:00Z")]
    [InlineData("9", "1w", "2026-11-15T15:00:00Z")]
    [InlineData("14:00", "1M", "2026-10-31T10:00:00Z")]
    [InlineData("0", "1w", "2026-11-16T00:00:00Z")]
    [InlineData("05:30", "1h", "2026-11-22T12:30:00Z")]
    public async Task A_time_zone_moves_the_grid(string zone, string interval, string open)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        List<ExchangeClient.Row> rows = await exchange.Klines($"symbol=BTCUSDT&interval={interval}&limit=2&timeZone={zone}");
        Assert.Equal(Ms(open), rows[^1].Open);
        List<ExchangeClient.Row> minutes = await exchange.Klines($"symbol=BTCUSDT&interval=1m&limit=1000&startTime={rows[0].Open}&endTime={rows[0].Close}");
        Assert.Equal(rows[0].Element[1].GetString(), minutes[0].Element[1].GetString());
    }

    [Fact]
    public async Task The_open_candle_grows_with_time_and_becomes_the_closed_one()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        Dictionary<string, List<ExchangeClient.Row>> seen = new() { ["1s"] = [], ["1m"] = [], ["4h"] = [], ["1d"] = [] };
        for (int i = 0; i < 12; i++)
        {
            foreach ((string interval, List<ExchangeClient.Row> rows) in seen)
            {
                rows.Add((await exchange.Klines($"symbol=DOGEUSDT&interval={interval}&limit=1")).Single());
            }

            exchange.Time.Advance(TimeSpan.FromSeconds(7));
        }

        foreach ((string interval, List<ExchangeClient.Row> rows) in seen)
        {
            foreach ((ExchangeClient.Row before, ExchangeClient.Row after) in rows.Zip(rows.Skip(1)).Where(p => p.First.Open == p.Second.Open))
            {
                Assert.True(after.Volume >= before.Volume, interval);
                Assert.Equal(before.Element[1].GetString(), after.Element[1].GetString());
            }

            Assert.True(rows.Select(r => r.Raw).Distinct().Count() > 8, $"{interval} moves.");
        }

        ExchangeClient.Row last = seen["1m"].Last(r => r.Open == Ms("2026-11-22T12:35:00Z"));
        exchange.Time.Advance(TimeSpan.FromMinutes(2));
        ExchangeClient.Row closed = (await exchange.Klines($"symbol=DOGEUSDT&interval=1m&startTime={last.Open}&limit=1")).Single();
        Assert.True(closed.Volume >= last.Volume);
        exchange.Time.Advance(TimeSpan.FromDays(400));
        Assert.Equal(closed.Raw, (await exchange.Klines($"symbol=DOGEUSDT&interval=1m&startTime={last.Open}&limit=1")).Single().Raw);
    }

    [Fact]
    public async Task Time_runs_as_fast_as_it_is_told()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with { Speed = 60, StartAt = DateTimeOffset.Parse("2024-02-29T23:00:00Z", null) });
        Assert.Equal("{\"serverTime\":1709247600000}", (await exchange.Get("/api/v3/time")).Body);
        exchange.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("{\"serverTime\":1709251200000}", (await exchange.Get("/api/v3/time")).Body);
        Assert.Equal(Ms("2024-03-01T00:00:00Z"), (await exchange.Klines("symbol=BTCUSDT&interval=1M&limit=1")).Single().Open);
    }

    [Theory]
    [InlineData("interval=1m", -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")]
    [InlineData("symbol=&interval=1m", -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.")]
    [InlineData("symbol=BTCUSDT", -1102, "Mandatory parameter 'interval' was not sent, was empty/null, or malformed.")]
    [InlineData("symbol=NOSUCH&interval=1m", -1121, "Invalid symbol.")]
    [InlineData("symbol=BTCUSDT&interval=1x", -1120, "Invalid interval.")]
    [InlineData("symbol=BTCUSDT&interval=1H", -1120, "Invalid interval.")]
    [InlineData("symbol=btcusdt&interval=1m", -1100, @"Illegal characters found in parameter 'symbol'; legal range is '^[\w\-._&&[^a-z]]{1,50}$'.")]
    [InlineData("symbol=BTC%2FUSDT&interval=1m", -1100, @"Illegal characters found in parameter 'symbol'; legal range is '^[\w\-._&&[^a-z]]{1,50}$'.")]
    [InlineData("symbol=BTCUSDT&interval=1m&startTime=2025-01-01", -1100, "Illegal characters found in parameter 'startTime'; legal range is '^[0-9]{1,20}$'.")]
    [InlineData("symbol=BTCUSDT&interval=1m&endTime=-5", -1100, "Illegal characters found in parameter 'endTime'; legal range is '^[0-9]{1,20}$'.")]
    [InlineData("symbol=BTCUSDT&interval=1m&startTime=", -1105, "Parameter 'startTime' was empty.")]
    [InlineData("symbol=BTCUSDT&interval=1m&limit=many", -1100, "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.")]
    [InlineData("symbol=BTCUSDT&interval=1m&limit=0", -1130, "Data sent for parameter 'limit' is not valid.")]
    [InlineData("symbol=BTCUSDT&interval=1m&timeZone=15", -1130, "Data sent for parameter 'timeZone' is not valid.")]
    [InlineData("symbol=BTCUSDT&interval=1m&timeZone=-12:30", -1130, "Data sent for parameter 'timeZone' is not valid.")]
    [InlineData("symbol=BTCUSDT&interval=1m&timeZone=KST", -1130, "Data sent for parameter 'timeZone' is not valid.")]
    [InlineData("symbol=BTCUSDT&interval=1m&from=5", -1104, "Not all sent parameters were read; read '2' parameter(s) but was sent '3'.")]
    [InlineData("symbol=BTCUSDT&interval=1m&symbol=ETHUSDT", -1101, "Duplicate values for a parameter detected.")]
    public async Task A_wrong_request_gets_the_exchanges_own_error(string query, int code, string text)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        ExchangeClient.Answer answer = await exchange.Get("/api/v3/klines?" + query);
        Assert.Equal((400, code, text), (answer.Status, answer.Code, answer.Text));
        Assert.Equal(2, answer.UsedWeight);
    }

    [Theory]
    [InlineData("/api/v1/klines?symbol=BTCUSDT&interval=1m")]
    [InlineData("/api/v3/account")]
    [InlineData("/wp-login.php")]
    public async Task What_is_not_there_is_404_and_says_so(string path)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        ExchangeClient.Answer answer = await exchange.Get(path);
        Assert.Equal(404, answer.Status);
        Assert.Contains("SIMULATED", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gaps_are_absent_rows_and_a_page_steps_over_them()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        Market.Outage outage = ((Synthetic.SyntheticSeries)Markets.Venue().Series[0]).Outages.Near(Markets.At("2025-06-01T00:00:00Z"))!.Value;
        long resume = outage.Resume.Milliseconds;
        List<ExchangeClient.Row> rows = await exchange.Klines($"symbol=BTCUSDT&interval=1m&startTime={resume - 6 * 3_600_000}&limit=1000");
        Assert.Equal(1_000, rows.Count);
        Assert.Contains(rows, r => r.Open == resume);
        Assert.DoesNotContain(rows, r => r.Open > outage.LastEvent.Milliseconds && r.Open < resume);
    }

    [Fact]
    public async Task A_thousand_long_candles_come_quickly()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        await exchange.Klines("symbol=ETHUSDT&interval=4h&limit=1000"); // warms the code, not the data of BTCUSDT
        foreach (string interval in (string[])["1m", "4h", "1d"])
        {
            long before = TimeProvider.System.GetTimestamp();
            Assert.Equal(1_000, (await exchange.Klines($"symbol=BTCUSDT&interval={interval}&limit=1000")).Count);
            TimeSpan took = TimeProvider.System.GetElapsedTime(before);
            Assert.True(took < TimeSpan.FromSeconds(2), $"{interval}: {took.TotalMilliseconds} ms, ten times and more the usual.");
        }
    }

    [Fact]
    public async Task ExchangeInfo_has_the_schema_of_today_and_says_simulated()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync(o => o with { WeightPerMinuteMax = 1_200 });
        ExchangeClient.Answer answer = await exchange.Get("/api/v3/exchangeInfo");
        JsonElement info = answer.Json;
        Assert.Equal(20, answer.UsedWeight);
        Assert.True(info.GetProperty("simulated").GetBoolean());
        Assert.Equal("UTC", info.GetProperty("timezone").GetString());
        Assert.Equal(Markets.Now.Milliseconds, info.GetProperty("serverTime").GetInt64());
        Assert.Equal(0, info.GetProperty("exchangeFilters").GetArrayLength());
        JsonElement weight = info.GetProperty("rateLimits").EnumerateArray().Single(l => l.GetProperty("rateLimitType").GetString() == "REQUEST_WEIGHT");
        Assert.Equal(("MINUTE", 1, 1_200), (weight.GetProperty("interval").GetString(), weight.GetProperty("intervalNum").GetInt32(), weight.GetProperty("limit").GetInt32()));
        JsonElement btc = info.GetProperty("symbols").EnumerateArray().First();
        Assert.Equal(12, info.GetProperty("symbols").GetArrayLength());
        Assert.Equal(("BTCUSDT", "TRADING", "BTC", "USDT"), (Text(btc, "symbol"), Text(btc, "status"), Text(btc, "baseAsset"), Text(btc, "quoteAsset")));
        Assert.Equal(0, btc.GetProperty("permissions").GetArrayLength());
        Assert.Equal("SPOT", btc.GetProperty("permissionSets")[0][0].GetString());
        Assert.Equal("0.01000000", btc.GetProperty("filters").EnumerateArray().Single(f => Text(f, "filterType") == "PRICE_FILTER").GetProperty("tickSize").GetString());
        Assert.Equal("0.00001000", btc.GetProperty("filters").EnumerateArray().Single(f => Text(f, "filterType") == "LOT_SIZE").GetProperty("stepSize").GetString());

        static string? Text(JsonElement e, string name) => e.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("symbol=ETHUSDT", "ETHUSDT")]
    [InlineData("symbols=%5B%22XRPUSDT%22,%22BTCUSDT%22%5D", "XRPUSDT,BTCUSDT")]
    [InlineData("symbolStatus=HALT", "")]
    [InlineData("symbol=ETHUSDT&showPermissionSets=false", "ETHUSDT")]
    public async Task ExchangeInfo_can_be_asked_for_some_symbols(string query, string expected)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        JsonElement symbols = (await exchange.Get("/api/v3/exchangeInfo?" + query)).Json.GetProperty("symbols");
        Assert.Equal(expected, string.Join(',', symbols.EnumerateArray().Select(s => s.GetProperty("symbol").GetString())));
        Assert.All(symbols.EnumerateArray(), s => Assert.Equal(query.Contains("=false", StringComparison.Ordinal) ? 0 : 1, s.GetProperty("permissionSets").GetArrayLength()));
    }

    [Theory]
    [InlineData("symbol=NOSUCH", -1121)]
    [InlineData("symbols=%5B%22BTCUSDT%22,%22NOSUCH%22%5D", -1121)]
    [InlineData("symbols=%5B%22BTCUSDT%22,%22BTCUSDT%22%5D", -1151)]
    [InlineData("symbols=BTCUSDT", -1100)]
    [InlineData("symbols=%5B%5D", -1100)]
    [InlineData("symbol=BTCUSDT&symbols=%5B%22BTCUSDT%22%5D", -1128)]
    [InlineData("symbol=BTCUSDT&symbolStatus=TRADING", -1128)]
    [InlineData("symbolStatus=CLOSED", -1122)]
    [InlineData("bogus=1", -1104)]
    public async Task ExchangeInfo_refuses_what_it_cannot_do(string query, int code)
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        ExchangeClient.Answer answer = await exchange.Get("/api/v3/exchangeInfo?" + query);
        Assert.Equal((400, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task The_date_header_is_the_exchanges_date()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        using HttpResponseMessage response = await exchange.Client("127.0.0.1").GetAsync(new Uri(exchange.Server.BaseAddress, "/api/v3/ping"));
        Assert.Equal(DateTimeOffset.Parse("2026-11-22T12:34:56Z", System.Globalization.CultureInfo.InvariantCulture), response.Headers.Date);
    }

    [Fact]
    public async Task The_front_page_says_simulated()
    {
        await using ExchangeClient exchange = await ExchangeClient.StartAsync();
        ExchangeClient.Answer page = await exchange.Get("/");
        Assert.Equal(200, page.Status);
        Assert.Contains("SIMULATED", page.Body, StringComparison.Ordinal);
        Assert.Equal("{}", (await exchange.Get("/api/v3/ping")).Body);
    }
}
