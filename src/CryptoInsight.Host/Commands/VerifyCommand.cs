using System.CommandLine;
using CryptoInsight.Delta;
using CryptoInsight.Engine.Jobs;
using CryptoInsight.Host.Output;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Checks;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Commands;

/// <summary><c>verify [T…]</c>: everything that can be checked about a table without trusting who wrote it, one line a check.</summary>
public static class VerifyCommand
{
    private static readonly string[] s_columns = ["table", "check", "result", "evidence"];

    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var tables = new Argument<string[]>("TABLE") { Description = "Tables to check; nothing checks all", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("verify", "Check logs, files, deletion vectors, statistics and keys of tables; exit 1 if a check fails") { tables };
        command.SetAction(global.Run((parsed, context, ct) => RunAsync(context, parsed.GetValue(tables) ?? [], ct)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string[] tables, CancellationToken ct)
    {
        LakeLocation lake = context.Lake();
        var catalog = new LakeCatalog(lake);
        IReadOnlyList<string> names = tables.Length > 0 ? [.. tables.Select(NameOf)] : await catalog.TableNamesAsync(ct);
        if (names.Count == 0)
        {
            throw new CommandFailedException(await catalog.KnownAsync(ct));
        }

        bool anyFailed = false;
        async IAsyncEnumerable<CheckOutcome> OutcomesAsync()
        {
            foreach (string name in names)
            {
                await foreach (CheckOutcome outcome in CheckAsync(lake, catalog, name, ct))
                {
                    anyFailed |= outcome.State == CheckState.Failed;
                    yield return outcome;
                }
            }
        }

        if (context.Output == OutputForm.Table)
        {
            await foreach (CheckOutcome outcome in OutcomesAsync())
            {
                await context.Out.WriteLineAsync($"{Word(outcome.State),-7} {outcome.Table}: {outcome.Check}: {outcome.Evidence}");
            }
        }
        else
        {
            await RowPrinter.PrintAsync(context.Out, context.Output, s_columns, OutcomesAsync().Select(o => (IReadOnlyList<object?>)[o.Table, o.Check, Word(o.State), o.Evidence]), ct);
        }

        return anyFailed ? ExitCode.Failed : ExitCode.Ok;
    }

    private static async IAsyncEnumerable<CheckOutcome> CheckAsync(LakeLocation lake, LakeCatalog catalog, string name, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        DeltaTable? table = null;
        CheckOutcome? unreadable = null;
        try
        {
            table = await catalog.OpenAsync(name, ct);
        }
        catch (Exception damage) when (damage is DeltaException and not TableNotFoundException or IOException)
        {
            unreadable = CheckOutcome.Failed(name, "log", damage.Message);
        }

        if (table is null)
        {
            yield return unreadable!;
            yield break;
        }

        if (table.Damage is { } cutOff)
        {
            yield return CheckOutcome.Failed(name, "log", cutOff.Message);
        }

        await foreach (CheckOutcome outcome in TableChecks.RunAsync(name, table, ct))
        {
            yield return outcome;
        }

        await foreach (CheckOutcome outcome in KeyChecks.RunAsync(lake, name, SilverJob.Id, ct))
        {
            yield return outcome;
        }
    }

    private static string NameOf(string table)
    {
        string name = table.Split('.')[^1].ToLowerInvariant();
        return LakeLocation.IsName(name) ? name : throw new UsageException("A table's name is 1 to 64 of a-z, 0-9 and _, starting with a letter.");
    }

    private static string Word(CheckState state) => state switch { CheckState.Ok => "OK", CheckState.Failed => "FAILED", _ => "SKIPPED" };
}
