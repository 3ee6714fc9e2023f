using System.CommandLine;
using CryptoInsight.Engine.Jobs;
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
            string? delay = await WatermarkCommand.DelaySetAsync(context, ct) is { } set ? WatermarkSetting.Text(set) : null;
            await RowPrinter.PrintAsync(
                context.Out, context.Output, ["key", "value", "source"],
                context.Settings.Effective()
                    .Select(e => e.Key == WatermarkCommand.DelayKey && delay is not null ? (e.Key, delay, WatermarkCommand.SetSource) : e)
                    .Concat(LeaderboardSecrets.Described(Environment.GetEnvironmentVariable))
                    .Select(e => (IReadOnlyList<object?>)[e.Item1, e.Item2, e.Item3]), ct);
            return ExitCode.Ok;
        }));
        return new Command("config", "Settings") { show };
    }
}
