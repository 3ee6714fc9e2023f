using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace CryptoInsight.Host.Tests;

/// <summary>The page's own tests (TypeScript, Node's runner), run where the build installed its packages.</summary>
public sealed class WebPageSpecs
{
    [SkippableFact]
    public async Task The_tests_of_the_page_pass()
    {
        string web = Path.GetFullPath(Path.Combine(Here(), "..", "..", "src", "CryptoInsight.Host", "web"));
        Skip.IfNot(Directory.Exists(Path.Combine(web, "node_modules")), "the page was not built (-p:SkipWeb=true): its packages are not installed");
        using var npm = Process.Start(new ProcessStartInfo("npm", ["test"]) { WorkingDirectory = web, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = npm.StandardOutput.ReadToEndAsync();
        Task<string> error = npm.StandardError.ReadToEndAsync();
        await npm.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(5)).Token);
        Assert.True(npm.ExitCode == 0, await output + await error);
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
