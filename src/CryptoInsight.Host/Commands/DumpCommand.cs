using System.CommandLine;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Commands;

/// <summary><c>dump T</c> and <c>dump --path DIR</c>: the rows of a table, or its changes, as canonical JSON lines in order, so that two dumps can be compared byte by byte.</summary>
public static class DumpCommand
{
    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var table = new Argument<string?>("TABLE") { Description = "A table of the lake", Arity = ArgumentArity.ZeroOrOne };
        var path = new Option<string?>("--path") { Description = "The folder of any Delta table, instead of a table of the lake", HelpName = "DIR" };
        var version = new Option<long?>("--version") { Description = "The rows as of this version", HelpName = "N" };
        var changes = new Option<long[]>("--cdf") { Description = "The changes that versions A to B made, both included", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true, HelpName = "A B" };
        var command = new Command("dump", "Rows of a table as canonical JSON lines, sorted") { table, path, version, changes };
        command.SetAction(global.Run(async (parsed, context, ct) =>
        {
            var what = new DumpRequest(parsed.GetValue(table), parsed.GetValue(path), parsed.GetValue(version), parsed.GetValue(changes) is [var from, var to] ? (from, to) : null);
            try
            {
                await RunAsync(context, what, ct);
                return ExitCode.Ok;
            }
            catch (DeltaException refused)
            {
                await context.Error.WriteLineAsync($"{KindOf(refused)}: {refused.Message}");
                return ExitCode.Failed;
            }
        }));
        return command;
    }

    private static async Task RunAsync(CommandContext context, DumpRequest what, CancellationToken ct)
    {
        DeltaTable table = await OpenAsync(context, what, ct);
        await using Stream output = ReferenceEquals(context.Out, Console.Out) ? Console.OpenStandardOutput() : new Utf8TextStream(context.Out);
        await using var buffered = new BufferedStream(output, 1 << 16);
        if (what.Changes is { } range)
        {
            await CanonicalRows.WriteChangesAsync(table, range.From - 1, range.To, buffered, ct);
        }
        else
        {
            if (what.Version is null && table.Damage is { } damage)
            {
                await context.Error.WriteLineAsync($"Warning: rows as of version {table.Snapshot.Version}, the newest whole one. {damage.Message}");
            }

            Snapshot snapshot = what.Version is { } version ? await table.SnapshotAtAsync(version, ct) : table.Snapshot;
            await CanonicalRows.WriteAsync(table, snapshot, buffered, ct);
        }

        await buffered.FlushAsync(ct);
    }

    private static async Task<DeltaTable> OpenAsync(CommandContext context, DumpRequest what, CancellationToken ct)
    {
        if ((what.Table is null) == (what.Path is null))
        {
            throw new UsageException("dump takes either a table of the lake or --path DIR.");
        }

        if (what.Changes is { } range && (what.Version is not null || range.From < 0 || range.To < range.From))
        {
            throw new UsageException("--cdf A B takes the first and the last version, and no --version beside it.");
        }

        if (what.Version < 0)
        {
            throw new UsageException("--version takes a number from 0.");
        }

        if (what.Path is { } folder)
        {
            return Directory.Exists(folder)
                ? await DeltaTable.OpenAsync(new LocalObjectStore(Path.GetFullPath(folder)), null, ct)
                : throw new CommandFailedException("There is no such folder; --path takes the folder that holds _delta_log.");
        }

        string name = what.Table!.Split('.')[^1].ToLowerInvariant();
        return Lake.LakeLocation.IsName(name)
            ? await new LakeCatalog(context.Lake()).OpenAsync(name, ct)
            : throw new UsageException("A table's name is 1 to 64 of a-z, 0-9 and _, starting with a letter.");
    }

    /// <summary>The kind of refusal by its type, for scripts.</summary>
    private static string KindOf(DeltaException refused) =>
        refused.GetType().Name is var name && name.EndsWith("Exception", StringComparison.Ordinal) ? name[..^"Exception".Length] : refused.GetType().Name;

    private sealed record DumpRequest(string? Table, string? Path, long? Version, (long From, long To)? Changes);
}
