using CryptoInsight.Host.Commands;

namespace CryptoInsight.Host.Tests;

/// <summary>Runs the program's commands inside the test.</summary>
internal static class Cli
{
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await CommandTree.RunAsync(args, output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}
