using System.CommandLine;
using System.Globalization;
using CryptoInsight.Lake.Changes;

namespace CryptoInsight.Host.Commands;

/// <summary><c>vacuum T [--retain HOURS] [--dry-run]</c>: files that no kept version needs are removed, or listed.</summary>
public static class VacuumCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var table = new Argument<string>("TABLE") { Description = "Table to clean" };
        var retain = new Option<int?>("--retain") { Description = "Hours that removed files stay for old versions (default and least: the table's own)", HelpName = "HOURS" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only list what would be removed" };
        var command = new Command("vacuum", "Remove files that no kept version of a table needs") { table, retain, dryRun };
        command.SetAction(global.Run((parsed, context, ct) =>
        {
            int? hours = parsed.GetValue(retain);
            if (hours < 0)
            {
                throw new UsageException("--retain takes a number of hours from 0.");
            }

            string kept = hours is { } h ? string.Create(CultureInfo.InvariantCulture, $" RETAIN {h} HOURS") : "";
            return ChangeCommand.PrintAsync(
                context, $"VACUUM {ChangeCommand.TableOf(parsed.GetRequiredValue(table))}{kept}{(parsed.GetValue(dryRun) ? " DRY RUN" : "")}", ChangeConsent.None, ct);
        }));
        return command;
    }
}
