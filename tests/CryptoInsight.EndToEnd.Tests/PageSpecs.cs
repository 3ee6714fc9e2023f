using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The page in a real browser, on a node of its own.</summary>
public sealed partial class PageSpecs(PageSpecs.NodeAndBrowser fixture) : IClassFixture<PageSpecs.NodeAndBrowser>
{
    private const float AppearsMs = 60_000;

    [SkippableTheory]
    [InlineData(1440, 900, "en-US", "Last price", "Live")]
    [InlineData(1440, 900, "ko-KR", "현재가", "실시간")]
    [InlineData(360, 740, "en-US", "Last price", "Live")]
    [InlineData(360, 740, "ko-KR", "현재가", "실시간")]
    public async Task The_page_shows_chart_and_price_and_says_that_they_are_simulated(int width, int height, string locale, string priceLabel, string live)
    {
        Skip.If(fixture.WhyNot is not null, fixture.WhyNot);
        await using IBrowserContext context = await fixture.Browser!.NewContextAsync(new() { Locale = locale, ViewportSize = new() { Width = width, Height = height } });
        List<string> faults = [];
        IPage page = await OpenAsync(context, faults);

        ILocator badge = page.Locator(".simulated");
        await badge.WaitForAsync(new() { Timeout = AppearsMs });
        Assert.Contains("SIMULATED", await badge.InnerTextAsync(), StringComparison.Ordinal);
        await page.Locator(".tile-price .tile-value").Filter(new() { HasTextRegex = Digit() }).WaitForAsync(new() { Timeout = AppearsMs });
        Assert.Contains(priceLabel, await page.Locator(".tile-price").InnerTextAsync(), StringComparison.OrdinalIgnoreCase);
        await page.Locator(".live[data-state=live]").Filter(new() { HasTextString = live }).WaitForAsync(new() { Timeout = AppearsMs });
        await page.WaitForFunctionAsync(PaintedCanvas, null, new() { Timeout = AppearsMs });

        string language = locale[..2];
        Assert.Equal(language, await page.EvaluateAsync<string>("document.documentElement.lang"));
        int overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(overflow <= 0, $"at {width} px the page is {overflow} px too wide");
        Assert.Empty(faults);
    }

    [SkippableFact]
    public async Task The_page_moves_when_the_lake_does()
    {
        Skip.If(fixture.WhyNot is not null, fixture.WhyNot);
        await using IBrowserContext context = await fixture.Browser!.NewContextAsync(new() { Locale = "en-US" });
        List<string> faults = [];
        IPage page = await OpenAsync(context, faults);
        ILocator gold = page.Locator(".lake-card[data-layer=gold]").First;
        await gold.WaitForAsync(new() { Timeout = AppearsMs });
        await page.Locator(".live[data-state=live]").WaitForAsync(new() { Timeout = AppearsMs });
        string before = await gold.Locator(".lake-facts").InnerTextAsync();
        // A minute's candle closes within a minute; nobody reloads the page.
        await page.WaitForFunctionAsync(
            "before => { const facts = document.querySelector('.lake-card[data-layer=gold] .lake-facts'); return facts && facts.innerText !== before; }",
            before,
            new() { Timeout = 90_000 });
        Assert.Empty(faults);
    }

    [SkippableFact]
    public async Task The_page_says_loudly_when_its_node_is_gone()
    {
        Skip.If(fixture.WhyNot is not null, fixture.WhyNot);
        using var lake = new TemporaryLake();
        using RunningNode node = await RunningNode.ListeningAsync(lake, "--symbols", "BTCUSDT", "--intervals", "15m");
        await node.ReadyAsync();
        await using IBrowserContext context = await fixture.Browser!.NewContextAsync(new() { Locale = "en-US" });
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(node.Url.ToString());
        await page.Locator(".live[data-state=live]").WaitForAsync(new() { Timeout = AppearsMs });
        node.Run.Kill();
        await page.Locator(".lost").Filter(new() { HasTextString = "Connection lost" }).WaitForAsync(new() { Timeout = AppearsMs });
    }

    /// <summary>True once a canvas of the chart has pixels of more than one colour.</summary>
    private const string PaintedCanvas = """
        () => [...document.querySelectorAll('.chart-canvas canvas')].some(canvas => {
            if (canvas.width < 100 || canvas.height < 100) return false;
            const pixels = new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer);
            return new Set(pixels).size > 3;
        })
        """;

    private async Task<IPage> OpenAsync(IBrowserContext context, List<string> faults)
    {
        IPage page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                faults.Add($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => faults.Add(error);
        page.RequestFailed += (_, request) => faults.Add($"{request.Url}: {request.Failure}");
        page.Response += (_, response) =>
        {
            if (response.Status >= 400)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{response.Url}: HTTP {response.Status}"));
            }
        };
        await page.GotoAsync(fixture.Url!.ToString());
        return page;
    }

    [GeneratedRegex("[0-9]")]
    private static partial Regex Digit();

    /// <summary>One node and one browser for all tests here.</summary>
    public sealed class NodeAndBrowser : IAsyncLifetime, IDisposable
    {
        private TemporaryLake? _lake;
        private RunningNode? _node;
        private IPlaywright? _playwright;

        /// <summary>Why no page can be looked at here, if so.</summary>
        public string? WhyNot { get; private set; }

        public IBrowser? Browser { get; private set; }

        public Uri? Url => _node?.Url;

        public async Task InitializeAsync()
        {
            string? chromium = Chromium();
            WhyNot = chromium is null ? "no chromium on the PATH (chromium, chromium-browser, google-chrome; or CRYPTOINSIGHT_CHROMIUM names one)"
                : !File.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot", "index.html")) ? "the host was built without its page (SkipWeb)"
                : null;
            if (WhyNot is not null)
            {
                return;
            }

            _lake = new TemporaryLake();
            _node = await RunningNode.ListeningAsync(_lake);
            await _node.ReadyAsync();
            _playwright = await Playwright.CreateAsync();
            Browser = await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = chromium,
                Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
            });
        }

        public async Task DisposeAsync()
        {
            if (Browser is not null)
            {
                await Browser.DisposeAsync();
            }
        }

        /// <summary>Called after <see cref="DisposeAsync"/>: the browser goes before its driver and its node.</summary>
        public void Dispose()
        {
            _playwright?.Dispose();
            _node?.Dispose();
            _lake?.Dispose();
        }

        private static string? Chromium()
        {
            string[] names = Environment.GetEnvironmentVariable("CRYPTOINSIGHT_CHROMIUM") is { Length: > 0 } given
                ? [given]
                : ["chromium", "chromium-browser", "google-chrome"];
            return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
                .FirstOrDefault(File.Exists);
        }
    }
}
