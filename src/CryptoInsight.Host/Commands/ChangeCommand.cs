using CryptoInsight.Host.Api;
using CryptoInsight.Host.Node;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Changes;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Commands;

/// <summary>How a command changes the lake: the node that runs on it does it, if one answers; else this process does, under the lake's lock.</summary>
internal static class ChangeCommand
{
    public static async Task<ChangeAnswer> RunAsync(CommandContext context, LakeChange change, ChangeConsent consent, CancellationToken ct)
    {
        LakeLocation lake = await context.ExistingLakeAsync(ct);
        var here = new LakeChanges(lake, TimeProvider.System, NodeIdentity.NewRunId);
        if (change.OnlyLooks)
        {
            return await here.RunAsync(change, consent, ct);
        }

        using NodeClient? node = change is LakeChange.DropTable ? null : await NodeClient.FindAsync(context.Options.Lake.Path, ct);
        if (node is not null)
        {
            return (await node.PostAsync<ChangeDocument>("changes", new ChangeRequest(change.Statement, consent.AcceptLoss), ct)).ToAnswer();
        }

        using NodeLock held = NodeLock.Take(context.Options.Lake.Path);
        return await here.RunAsync(change, consent, ct);
    }

    /// <summary>Reads a statement that a command made of its arguments, runs it and prints the answer.</summary>
    public static async Task<int> PrintAsync(CommandContext context, string statement, ChangeConsent consent, CancellationToken ct)
    {
        try
        {
            ChangeAnswer answer = await RunAsync(context, LakeChange.Parse(context.Lake(), statement), consent, ct);
            await RowPrinter.PrintAsync(context.Out, context.Output, answer.Columns, answer.Rows, ct);
            if (answer.Note is { } note)
            {
                await context.Error.WriteLineAsync(note);
            }

            return ExitCode.Ok;
        }
        catch (SqlException refused)
        {
            throw new CommandFailedException(refused.Message);
        }
    }

    /// <summary>The name of a table as an argument gives it, with catalog and schema or without.</summary>
    public static string TableOf(string argument)
    {
        string name = argument.Split('.')[^1].ToLowerInvariant();
        return LakeLocation.IsName(name) ? name : throw new UsageException("A table's name is 1 to 64 of a-z, 0-9 and _, starting with a letter.");
    }
}
