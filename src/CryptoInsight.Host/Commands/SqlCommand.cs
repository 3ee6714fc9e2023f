using System.CommandLine;
using System.Globalization;
using CryptoInsight.Host.Output;
using CryptoInsight.Host.Prompt;
using CryptoInsight.Lake.Changes;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Commands;

/// <summary><c>sql "…"</c>, <c>sql -</c> and <c>sql</c>: statements from the command line, from standard input, or from a prompt.</summary>
public static class SqlCommand
{
    private const string FromInput = "-";

    public static Command Create(GlobalOptions global)
    {
        ArgumentNullException.ThrowIfNull(global);
        var statement = new Argument<string?>("STATEMENT")
        {
            Description = "One or more statements, separated by semicolons; - reads them from standard input; nothing opens a prompt",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var confirm = new Option<string?>("--confirm") { Description = "The name of the table that DROP TABLE may take away", HelpName = "TABLE" };
        var command = new Command("sql", "SQL over the lake: SELECT, VERSION AS OF, DESCRIBE, SHOW TABLES, OPTIMIZE, VACUUM, RESTORE TABLE, CREATE VIEW") { statement, confirm };
        command.SetAction(global.Run((parsed, context, ct) => RunAsync(context, parsed.GetValue(statement), parsed.GetValue(confirm), ct)));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, string? statement, string? dropConfirmed, CancellationToken ct)
    {
        try
        {
            var consent = new DropConsent { Table = dropConfirmed };
            await using SqlSession session = SqlSession.Open(context.Lake(), new SqlSessionOptions { OnChange = (change, stop) => ChangeAsync(context, change, consent, stop) });
            if (statement is null && !Console.IsInputRedirected)
            {
                await new SqlPrompt(session, context, consent).RunAsync(ct);
                return ExitCode.Ok;
            }

            string script = statement is null or FromInput ? await Console.In.ReadToEndAsync(ct) : statement;
            return await RunScriptAsync(session, context, script, ct);
        }
        catch (SqlException wrong)
        {
            throw new CommandFailedException(wrong.Message);
        }
    }

    private static async Task<ChangeAnswer> ChangeAsync(CommandContext context, LakeChange change, DropConsent consent, CancellationToken ct)
    {
        ChangeAnswer answer = await ChangeCommand.RunAsync(context, change, new ChangeConsent(DropConfirmed: consent.Table), ct);
        if (answer.Note is { } note)
        {
            await context.Error.WriteLineAsync(note);
        }

        return answer;
    }

    private static async Task<int> RunScriptAsync(SqlSession session, CommandContext context, string script, CancellationToken ct)
    {
        IReadOnlyList<string> statements = SqlScript.Split(script);
        if (statements.Count == 0)
        {
            throw new UsageException("There is no statement: write it after sql, or pipe it in.");
        }

        for (int i = 0; i < statements.Count; i++)
        {
            try
            {
                await PrintAsync(session, context, statements[i], ct);
            }
            catch (SqlException wrong) when (statements.Count > 1)
            {
                throw new CommandFailedException(string.Create(CultureInfo.InvariantCulture, $"Statement {i + 1} of {statements.Count}: {wrong.Message}"));
            }
        }

        return ExitCode.Ok;
    }

    /// <summary>Runs one statement and prints what it answers.</summary>
    internal static async Task PrintAsync(SqlSession session, CommandContext context, string statement, CancellationToken ct)
    {
        await using SqlResult result = await session.ExecuteAsync(statement, ct);
        await RowPrinter.PrintAsync(context.Out, context.Output, result.Columns, result.ReadAsync(ct), ct);
        await context.Out.FlushAsync(ct);
        foreach (string warning in session.Warnings())
        {
            await context.Error.WriteLineAsync($"Warning: {warning}");
        }
    }
}
