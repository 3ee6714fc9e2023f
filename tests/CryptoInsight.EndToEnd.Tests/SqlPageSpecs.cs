using Microsoft.Playwright;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The SQL console in a real browser, on a node of its own with real workers.</summary>
public sealed class SqlPageSpecs(PageSpecs.NodeAndBrowser fixture) : IClassFixture<PageSpecs.NodeAndBrowser>
{
    private const float AppearsMs = 60_000;

    [SkippableTheory]
    [InlineData(1440, 900, "en-US", "Run", "Market")]
    [InlineData(1440, 900, "ko-KR", "실행", "시장")]
    [InlineData(360, 740, "en-US", "Run", "Market")]
    [InlineData(360, 740, "ko-KR", "실행", "시장")]
    public async Task Statement_is_typed_run_and_answered_as_a_table(int width, int height, string locale, string run, string market)
    {
        Skip.If(fixture.WhyNot is not null, fixture.WhyNot);
        await using IBrowserContext context = await fixture.Browser!.NewContextAsync(new() { Locale = locale, ViewportSize = new() { Width = width, Height = height } });
        List<string> faults = [];
        IPage page = await OpenAsync(context, faults);

        await TypeAsync(page, "SELECT lpad(range::VARCHAR, 2, '0') AS no, 'a<b>' AS text, 42 AS n, TIMESTAMPTZ '2025-01-01 00:00:00Z' AS t, NULL AS nothing FROM range(12) WHERE (SELECT count(symbol) FROM silver_charts) > 0 ORDER BY no;");
        await page.GetByRole(AriaRole.Button, new() { Name = run, Exact = true }).ClickAsync();

        ILocator rows = page.Locator(".sql-rows tbody tr");
        await rows.First.WaitForAsync(new() { Timeout = AppearsMs });
        Assert.Equal(12, await rows.CountAsync());
        string time = locale == "ko-KR" ? "2025-01-01 09:00:00" : "2025-01-01 00:00:00";
        Assert.Equal(["00", "a<b>", "42", time, "NULL"], await rows.First.Locator("td").AllInnerTextsAsync());
        Assert.Contains("12", await page.Locator(".sql-status").InnerTextAsync(), StringComparison.Ordinal);
        Assert.Contains("SIMULATED", await page.Locator(".simulated").InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { Name = market, Exact = true }).WaitForAsync(new() { Timeout = AppearsMs });
        int overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(overflow <= 0, $"at {width} px the page is {overflow} px too wide");
        if (Environment.GetEnvironmentVariable("CRYPTOINSIGHT_TEST_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"sql-{locale}-{width}.png") });
        }

        Assert.Empty(faults);
    }

    [SkippableFact]
    public async Task Statement_without_end_is_stopped_by_its_button_and_the_next_one_runs()
    {
        Skip.If(fixture.WhyNot is not null, fixture.WhyNot);
        await using IBrowserContext context = await fixture.Browser!.NewContextAsync(new() { Locale = "en-US" });
        IPage page = await OpenAsync(context, []);
        await TypeAsync(page, "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range + b.range <> -1");
        await page.Keyboard.PressAsync("Control+Enter");

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop", Exact = true }).ClickAsync(new() { Timeout = AppearsMs });
        await page.Locator(".sql-fault").Filter(new() { HasTextString = "stopped" }).WaitForAsync(new() { Timeout = AppearsMs });
        await TypeAsync(page, "SELECT 6 * 7 AS answer");
        await page.Keyboard.PressAsync("Control+Enter");

        Assert.Equal("42", await page.Locator(".sql-rows tbody td").First.InnerTextAsync(new() { Timeout = AppearsMs }));
    }

    [SkippableTheory]
    [InlineData("SELECT nope FROM silver_charts", "nope")]
    [InlineData("COPY (SELECT 1) TO '/tmp/x.csv'", "COPY is refused")]
    [InlineData("DROP TABLE silver_charts", "command line can")]
    public async Task Refusal_is_shown_in_the_nodes_words(string statement, string says)
    {
        Skip.If(fixture.WhyNot is not null, fixture.WhyNot);
        await using IBrowserContext context = await fixture.Browser!.NewContextAsync(new() { Locale = "en-US" });
        IPage page = await OpenAsync(context, []);
        await TypeAsync(page, statement);
        await page.Keyboard.PressAsync("Control+Enter");

        await page.Locator(".sql-fault-text").Filter(new() { HasTextString = says }).WaitForAsync(new() { Timeout = AppearsMs });
    }

    private static async Task TypeAsync(IPage page, string statement)
    {
        await page.Locator(".cm-content").ClickAsync(new() { Timeout = AppearsMs });
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.PressAsync("Delete");
        await page.Keyboard.InsertTextAsync(statement);
        await page.Keyboard.PressAsync("Escape"); // closes what the editor proposes
    }

    private async Task<IPage> OpenAsync(IBrowserContext context, List<string> faults)
    {
        IPage page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                faults.Add($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => faults.Add(error);
        await page.GotoAsync(new Uri(fixture.Url!, "/#/sql").ToString());
        await page.Locator(".sql-editor[data-ready]").WaitForAsync(new() { Timeout = AppearsMs });
        return page;
    }
}
