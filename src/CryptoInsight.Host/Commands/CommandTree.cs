using System.CommandLine;
using CryptoInsight.Host.Output;

namespace CryptoInsight.Host.Commands;

/// <summary>All commands, and how a command line is run: 0 done, 1 failed, 2 wrong usage.</summary>
public static class CommandTree
{
    /// <summary>A node that is asked to stop ends its commit and leaves its cluster first; the library's two seconds would cut that short with exit code 143.</summary>
    private static readonly TimeSpan s_stopsWithin = TimeSpan.FromSeconds(30);

    /// <summary>Runs a command line.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="output">Where answers go; null: the console.</param>
    /// <param name="error">Where messages go; null: the console.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter? output = null, TextWriter? error = null)
    {
        ParseResult parsed = Create().Parse(args);
        bool isWrong = parsed.Errors.Count > 0;
        var invocation = new InvocationConfiguration { ProcessTerminationTimeout = s_stopsWithin };
        invocation.Output = output ?? invocation.Output;
        invocation.Error = error ?? invocation.Error;
        if (isWrong)
        {
            invocation.Error = new PrintableWriter(invocation.Error); // the parser repeats what it was given
        }

        int exitCode = await parsed.InvokeAsync(invocation);
        return isWrong ? ExitCode.Usage : exitCode;
    }

    private static RootCommand Create()
    {
        var global = new GlobalOptions();
        var root = new RootCommand("CryptoInsight: Binance candles to trading signals in open Delta Lake tables, live.");
        global.AddTo(root);
        root.Subcommands.Add(UpCommand.Create(global));
        root.Subcommands.Add(IngestCommand.Create(global));
        root.Subcommands.Add(ReplayCommand.Create(global));
        root.Subcommands.Add(GapsCommand.Create(global));
        root.Subcommands.Add(ExchangeCommand.Create(global));
        root.Subcommands.Add(ConfigCommand.Create(global));
        root.Subcommands.Add(WatermarkCommand.Create(global));
        root.Subcommands.Add(SqlCommand.Create(global));
        root.Subcommands.Add(TablesCommand.Create(global));
        root.Subcommands.Add(DumpCommand.Create(global));
        root.Subcommands.Add(VerifyCommand.Create(global));
        root.Subcommands.Add(JobsCommand.Create(global));
        root.Subcommands.Add(DlqCommand.Create(global));
        root.Subcommands.Add(RestoreCommand.Create(global));
        root.Subcommands.Add(OptimizeCommand.Create(global));
        root.Subcommands.Add(VacuumCommand.Create(global));
        root.Subcommands.Add(HistoryCommand.Create(global));
        return root;
    }
}
