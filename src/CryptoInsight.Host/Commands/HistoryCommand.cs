using System.CommandLine;
using System.Globalization;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Commands;

/// <summary><c>history T [--limit N]</c>: the commits of a table, newest first.</summary>
public static class HistoryCommand
{
    private const int LimitByDefault = 50;

    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var table = new Argument<string>("TABLE") { Description = "Table whose commits are listed" };
        var limit = new Option<int>("--limit") { Description = "So many of the newest", DefaultValueFactory = _ => LimitByDefault, HelpName = "N" };
        var command = new Command("history", "The commits of a table, newest first: version, time, operation, metrics") { table, limit };
        command.SetAction(global.Run(async (parsed, context, ct) =>
        {
            int newest = parsed.GetValue(limit);
            if (newest < 1)
            {
                throw new UsageException("--limit takes a number from 1.");
            }

            await using SqlSession session = SqlSession.Open(await context.ExistingLakeAsync(ct));
            string statement = string.Create(CultureInfo.InvariantCulture, $"DESCRIBE HISTORY {ChangeCommand.TableOf(parsed.GetRequiredValue(table))} LIMIT {newest}");
            await SqlCommand.PrintAsync(session, context, statement, ct);
            return ExitCode.Ok;
        }));
        return command;
    }
}
