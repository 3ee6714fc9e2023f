using System.CommandLine;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Commands;

/// <summary><c>tables</c>: what the lake holds, answered from the tables' logs alone.</summary>
public static class TablesCommand
{
    private static readonly string[] s_columns = ["table", "version", "rows", "files", "bytes", "newest_commit"];

    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var command = new Command("tables", "Every table with its version, rows, files, bytes and newest commit");
        command.SetAction(global.Run((_, context, ct) => RunAsync(context, ct)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken ct)
    {
        var catalog = new LakeCatalog(context.Lake());
        var rows = new List<IReadOnlyList<object?>>();
        var faults = new List<string>();
        foreach (string name in await catalog.TableNamesAsync(ct))
        {
            try
            {
                Snapshot s = (await catalog.OpenAsync(name, ct)).Snapshot;
                rows.Add([name, s.Version, s.RowCount, s.Files.Count, s.Files.Sum(f => f.Size), s.CommittedAt]);
            }
            catch (DeltaException unreadable)
            {
                rows.Add([name, null, null, null, null, null]);
                faults.Add($"{name}: {unreadable.Message}");
            }
        }

        if (rows.Count == 0)
        {
            throw new CommandFailedException(await catalog.KnownAsync(ct));
        }

        await RowPrinter.PrintAsync(context.Out, context.Output, s_columns, rows, ct);
        foreach (string fault in faults)
        {
            await context.Error.WriteLineAsync(fault);
        }

        return faults.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }
}
