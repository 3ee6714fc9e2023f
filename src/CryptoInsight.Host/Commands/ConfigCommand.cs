using System.CommandLine;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;

namespace CryptoInsight.Host.Commands;

/// <summary><c>config show</c>: every effective setting and where it comes from. No setting is a secret; of the secrets it says whether they are set, never what they are.</summary>
public static class ConfigCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var show = new Command("show", "Every setting in force, and which layer it comes from");
        show.SetAction(global.Run(async (_, context, ct) =>
        {
            await RowPrinter.PrintAsync(
                context.Out, context.Output, ["key", "value", "source"], context.Settings.Effective().Concat(LeaderboardSecrets.Described(Environment.GetEnvironmentVariable)).Select(e => (IReadOnlyList<object?>)[e.Key, e.Value, e.Source]), ct);
            return ExitCode.Ok;
        }));
        return new Command("config", "Settings") { show };
    }
}
