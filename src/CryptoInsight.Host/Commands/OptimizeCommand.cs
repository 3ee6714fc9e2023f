using System.CommandLine;
using CryptoInsight.Lake.Changes;

namespace CryptoInsight.Host.Commands;

/// <summary><c>optimize T [--zorder c,d] [--where P]</c>: many small files become few, laid out by columns if asked.</summary>
public static class OptimizeCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var table = new Argument<string>("TABLE") { Description = "Table to compact" };
        var zOrder = new Option<string?>("--zorder") { Description = "Columns that rows are laid together by", HelpName = "c,d" };
        var where = new Option<string?>("--where") { Description = "Only these partitions, such as \"dt >= '2026-01-01'\"", HelpName = "P" };
        var command = new Command("optimize", "Merge a table's small files, drop deleted rows for good") { table, zOrder, where };
        command.SetAction(global.Run((parsed, context, ct) =>
            ChangeCommand.PrintAsync(context, Statement(ChangeCommand.TableOf(parsed.GetRequiredValue(table)), parsed.GetValue(where), parsed.GetValue(zOrder)), ChangeConsent.None, ct)));
        return command;
    }

    private static string Statement(string table, string? where, string? zOrder)
    {
        string[] columns = zOrder?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        if (columns.Any(c => c.Length == 0))
        {
            throw new UsageException("--zorder takes columns separated by commas, such as symbol,open_time.");
        }

        string order = columns.Length == 0 ? "" : $" ZORDER BY ({string.Join(", ", columns.Select(c => $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\""))})";
        return $"OPTIMIZE {table}{(where is null ? "" : $" WHERE {where}")}{order}";
    }
}
