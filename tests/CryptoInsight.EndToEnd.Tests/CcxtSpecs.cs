using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CryptoInsight.PaperExchange;

namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The paper exchange as ccxt sees it, the library that thousands of programs talk to Binance with: markets, candles paged back, and its own errors.</summary>
public sealed class CcxtSpecs
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly string s_sources = Path.Combine(Root(), "tests", "CryptoInsight.EndToEnd.Tests", "ccxt");

    [SkippableFact]
    public async Task It_loads_the_markets_and_pages_candles_back_exactly()
    {
        string modules = await InstallAsync();
        await using PaperExchangeServer exchange = await PaperExchangeServer.StartAsync(new PaperExchangeOptions());
        using JsonDocument answer = await AskAsync(exchange, modules, "read");
        JsonElement root = answer.RootElement;
        Assert.Contains("BTCUSDT", root.GetProperty("markets").EnumerateArray().Select(m => m.GetString()));
        Assert.Contains("BadSymbol", root.GetProperty("badSymbol").GetProperty("names").EnumerateArray().Select(n => n.GetString()));

        long until = root.GetProperty("until").GetInt64();
        using HttpClient http = new() { BaseAddress = exchange.BaseAddress };
        List<double[]> expected = [];
        foreach (long from in (long[])[until - 1_500 * 60_000L, until - 500 * 60_000L])
        {
            string page = await http.GetStringAsync($"/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime={from}&endTime={Math.Min(until, from + 1_000 * 60_000L) - 1}&limit=1000");
            using JsonDocument rows = JsonDocument.Parse(page);
            expected.AddRange(rows.RootElement.EnumerateArray().Select(r => (double[])[r[0].GetDouble(), .. Enumerable.Range(1, 5).Select(i => double.Parse(r[i].GetString()!, CultureInfo.InvariantCulture))]));
        }

        Assert.True(expected.Count > 1_000, $"{expected.Count} candles");
        Assert.Equal(expected, root.GetProperty("rows").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray()));
    }

    [SkippableFact]
    public async Task It_raises_its_own_errors_when_it_is_throttled_and_when_it_is_banned()
    {
        string modules = await InstallAsync();
        await using PaperExchangeServer exchange = await PaperExchangeServer.StartAsync(new PaperExchangeOptions { WeightPerMinuteMax = 30, RefusalsBeforeBan = 5 });
        using JsonDocument answer = await AskAsync(exchange, modules, "hammer");
        (string[] Names, string Text)[] errors =
            [.. answer.RootElement.GetProperty("errors").EnumerateArray().Select(e => (e.GetProperty("names").EnumerateArray().Select(n => n.GetString()!).ToArray(), e.GetProperty("text").GetString()!))];
        Assert.InRange(errors.Length, 30, 45);
        Assert.All(errors, e => Assert.True(e.Names.Contains("RateLimitExceeded") || e.Names.Contains("DDoSProtection"), string.Join(", ", e.Names)));
        Assert.Contains(errors, e => e.Text.Contains("429", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.Text.Contains("418", StringComparison.Ordinal) && e.Text.Contains("banned until", StringComparison.Ordinal));
    }

    private static async Task<JsonDocument> AskAsync(PaperExchangeServer exchange, string modules, string mode)
    {
        (int exitCode, string said, string error) = await RunAsync("node", s_sources, Path.Combine(s_sources, "check.mjs"), exchange.BaseAddress.ToString().TrimEnd('/'), modules, mode);
        Assert.True(exitCode == 0, $"ccxt failed ({exitCode}): {error}");
        return JsonDocument.Parse(said);
    }

    /// <summary>Installs by lock file, once per version, into the temporary folder; skips where the registry cannot be reached, but not in CI.</summary>
    private static async Task<string> InstallAsync()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"cryptoinsight-ccxt-{JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(s_sources, "package.json"))).RootElement.GetProperty("dependencies").GetProperty("ccxt").GetString()}");
        Directory.CreateDirectory(folder);
        if (!File.Exists(Path.Combine(folder, "installed")))
        {
            foreach (string file in (string[])["package.json", "package-lock.json"])
            {
                File.Copy(Path.Combine(s_sources, file), Path.Combine(folder, file), overwrite: true);
            }

            (int exitCode, _, string error) = await RunAsync("npm", folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
            bool isCi = Environment.GetEnvironmentVariable("CI") is { Length: > 0 };
            Skip.If(exitCode != 0 && !isCi, $"ccxt could not be installed from the npm registry: {error[..Math.Min(error.Length, 300)]}");
            Assert.True(exitCode == 0, $"npm ci failed: {error}");
            await File.WriteAllTextAsync(Path.Combine(folder, "installed"), "");
        }

        return folder;
    }

    private static async Task<(int ExitCode, string Out, string Error)> RunAsync(string program, string folder, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        using CancellationTokenSource patience = new(s_patience);
        Task<string> said = process.StandardOutput.ReadToEndAsync(patience.Token), error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await said, await error);
    }

    private static string Root()
    {
        DirectoryInfo? at = new(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "CryptoInsight.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }
}
