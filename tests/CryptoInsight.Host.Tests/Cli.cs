using System.CommandLine;
using CryptoInsight.Host.Commands;

namespace CryptoInsight.Host.Tests;

/// <summary>Runs the program's commands inside the test.</summary>
internal static class Cli
{
    public static async Task<(int ExitCode, string Out, string Error)> RunAsync(params string[] args)
    {
        var global = new GlobalOptions();
        var root = new RootCommand();
        global.AddTo(root);
        root.Subcommands.Add(ConfigCommand.Create(global));
        root.Subcommands.Add(SqlCommand.Create(global));
        root.Subcommands.Add(TablesCommand.Create(global));
        root.Subcommands.Add(DumpCommand.Create(global));
        root.Subcommands.Add(VerifyCommand.Create(global));
        root.Subcommands.Add(JobsCommand.Create(global));
        root.Subcommands.Add(DlqCommand.Create(global));
        root.Subcommands.Add(RestoreCommand.Create(global));
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = await root.Parse(args).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return (exitCode, output.ToString(), error.ToString());
    }
}
