using System.Net;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Binance.Streams;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>Symbols are hostile input, whichever way they come: command line, API, and an exchange's own REST and streams. Files: <see cref="HostileFileSpecs"/>.</summary>
public sealed class HostileSymbolSpecs
{
    private static readonly string[] s_hostile =
        ["../../../etc/passwd", "..\\..\\x", "BTC\r\nX-Injected: 1", "BTC\u001b[2JUSDT", "BTC\u202eTDSU", "%2e%2e%2f", "BTC USDT", "BTC'--", "\ud800", new string('A', 300), "币/安"];

    [Theory]
    [InlineData("up")]
    [InlineData("ingest")]
    public async Task The_command_line_refuses_them_before_anything_is_made(string command)
    {
        using var lake = new TemporaryLake();
        foreach (string hostile in (string[])["../../../etc/passwd", "BTC\r\nX\u001b[2J\u202e", new string('A', 300)])
        {
            ProgramRun run = (await lake.RunAsync(command, "--symbols", hostile)).MustEndWith(2);
            AssertPrintable(run.Out + run.Error);
            Assert.True(run.Error.Length < 2_000, "what was refused is told, not repeated");
        }

        Assert.True(lake.IsUntouched);
    }

    [Fact]
    public async Task The_api_refuses_them_with_a_reason_and_goes_on()
    {
        using var lake = new TemporaryLake();
        using RunningNode node = await RunningNode.ListeningAsync(lake, "--symbols", "BTCUSDT", "--intervals", "4h");
        string[] before = Outside(lake);
        using HttpClient http = new() { BaseAddress = node.Url };
        foreach (string hostile in s_hostile)
        {
            string symbol = hostile == "\ud800" ? "%ED%A0%80" : Uri.EscapeDataString(hostile);
            foreach (string path in (string[])["signals?timeframe=4h&symbol=", "candles?interval=4h&symbol=", "gaps?symbol=", "positions?symbol=", "stream?timeframe=4h&symbol="])
            {
                using HttpResponseMessage answer = await http.GetAsync($"/api/v1/{path}{symbol}");
                string text = await answer.Content.ReadAsStringAsync();
                Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{path}{symbol}: {(int)answer.StatusCode} {text}");
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
                Assert.False(answer.Headers.Contains("X-Injected"));
                AssertPrintable(text);
                Assert.DoesNotContain(new string('A', 33), text, StringComparison.Ordinal);
            }
        }

        Assert.Equal("BTCUSDT", (await node.GetAsync("/api/v1/symbols")).GetProperty("symbols")[0].GetProperty("symbol").GetString());
        Assert.Equal(before, Outside(lake));
        await node.Run.SignalAsync("TERM");
        await node.Run.EndAsync(TimeSpan.FromSeconds(60));
        AssertPrintable(node.Run.Out + node.Run.Error);
    }

    [Fact]
    public async Task A_symbol_of_another_script_comes_by_rest_and_by_stream_like_any_other()
    {
        Symbol symbol = Symbol.Parse("币安人生USDT");
        Interval minute = Interval.Parse("1m");
        await using PaperExchangeServer exchange = await PaperExchangeServer.StartAsync(new PaperExchangeOptions { Symbols = [symbol.Code], Outages = false, Speed = 60 }, CancellationToken.None);
        using BinanceRest rest = new(new BinanceRestOptions { BaseUrl = exchange.BaseAddress }, BinanceRest.NewHandler(), new ServerClock(TimeProvider.System), TimeProvider.System);
        Assert.IsType<RestOutcome<UnixMicros>.Answered>(await rest.GetServerTimeAsync(default));
        var listed = Assert.IsType<RestOutcome<ExchangeInfo>.Answered>(await rest.GetExchangeInfoAsync(symbol, default));
        Assert.Equal([symbol], listed.Value.Symbols.Keys);

        var options = new KlineStreamOptions { BaseUrl = new UriBuilder(exchange.BaseAddress) { Scheme = "ws" }.Uri };
        var told = new TaskCompletionSource<RawCandle>(TaskCreationOptions.RunContinuationsAsynchronously);
        var streams = new KlineStreams(options, new WebSocketDialer(options, TimeProvider.System), rest.Clock, TimeProvider.System, KlineWireSchema.Binance, "run", _ => { });
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        Task running = streams.RunAsync([new CandleSeries(symbol, minute)], row => told.TrySetResult(row), stop.Token);
        RawCandle candle = await told.Task.WaitAsync(stop.Token);
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal(symbol, candle.Symbol);
        Assert.IsType<RestOutcome<UnixMicros>.Answered>(await rest.GetServerTimeAsync(default)); // this exchange's clock runs sixty times as fast as ours
        var page = Assert.IsType<RestOutcome<KlinePage>.Answered>(await rest.GetKlinesAsync(new KlineRequest(symbol, minute, candle.OpenTime, minute.Next(candle.OpenTime!.Value), "run"), default));
        Assert.Equal(candle.Key, Assert.Single(page.Value.Rows).Key);
    }

    private static string[] Outside(TemporaryLake lake) =>
        [.. Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(lake.Path)!).Order(StringComparer.Ordinal)];

    private static void AssertPrintable(string text) =>
        Assert.DoesNotContain(text, c => (char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || c == '\u202e');
}
