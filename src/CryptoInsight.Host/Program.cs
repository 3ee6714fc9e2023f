using System.CommandLine;
using CryptoInsight.Host.Commands;

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
ParseResult parsed = root.Parse(args);
// A node that is asked to stop ends its commit and leaves its cluster first; the default of two seconds would cut that short with exit code 143.
int exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
return parsed.Errors.Count > 0 ? ExitCode.Usage : exitCode;
