using System.CommandLine;
using System.Globalization;
using CryptoInsight.Lake.Changes;

namespace CryptoInsight.Host.Commands;

/// <summary><c>restore T --version N</c>: a table goes back to a version, its job's positions with it; what came since is processed again.</summary>
public static class RestoreCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var table = new Argument<string>("TABLE") { Description = "Table to restore" };
        var version = new Option<long>("--version") { Description = "Version to go back to (see: history TABLE)", Required = true, HelpName = "N" };
        var acceptLoss = new Option<bool>("--accept-loss") { Description = "Restore a bronze table although rows are lost" };
        var command = new Command("restore", "Make a table what it was at a version; jobs process again what came since") { table, version, acceptLoss };
        command.SetAction(global.Run((parsed, context, ct) => RunAsync(context, parsed.GetValue(table)!, parsed.GetValue(version), parsed.GetValue(acceptLoss), ct)));
        return command;
    }

    private static Task<int> RunAsync(CommandContext context, string table, long version, bool acceptLoss, CancellationToken ct) =>
        version < 0
            ? throw new UsageException("--version takes a number from 0.")
            : ChangeCommand.PrintAsync(
                context, string.Create(CultureInfo.InvariantCulture, $"RESTORE TABLE {ChangeCommand.TableOf(table)} TO VERSION AS OF {version}"), new ChangeConsent(acceptLoss), ct);
}
