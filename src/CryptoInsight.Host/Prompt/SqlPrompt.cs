using CryptoInsight.Delta;
using CryptoInsight.Host.Commands;
using CryptoInsight.Lake;
using CryptoInsight.Lake.Changes;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Prompt;

/// <summary>The prompt of <c>sql</c>: a statement ends with a semicolon, over as many lines as it takes; <c>\q</c> leaves, Ctrl-C stops what runs.</summary>
public sealed class SqlPrompt
{
    private static readonly TimeSpan s_keyEvery = TimeSpan.FromMilliseconds(50);

    private static readonly string[] s_words =
    [
        "SELECT", "FROM", "WHERE", "GROUP", "ORDER", "BY", "LIMIT", "HAVING", "WITH", "JOIN", "USING", "VERSION", "TIMESTAMP", "AS", "OF", "DESCRIBE", "DETAIL", "HISTORY", "SHOW", "TABLES",
        "INTERVAL", "DISTINCT", "COUNT", "MAX", "MIN", "AVG", "SUM", "OPTIMIZE", "ZORDER", "VACUUM", "RETAIN", "HOURS", "RESTORE", "TABLE", "CREATE", "REPLACE", "VIEW", "DROP",
    ];

    private readonly SqlSession _session;
    private readonly CommandContext _context;
    private readonly DropConsent _consent;
    private readonly LineHistory _history = new();
    private readonly LineEditor _editor;
    private IReadOnlyList<string> _names = s_words;

    public SqlPrompt(SqlSession session, CommandContext context, DropConsent consent)
    {
        _session = session;
        _context = context;
        _consent = consent;
        _editor = new LineEditor(_history, () => _names);
    }

    public async Task RunAsync(CancellationToken ct)
    {
        _names = [.. s_words, .. await _session.NamesAsync(ct), .. LakeTables.Definitions.Values.SelectMany(d => d.Schema.Fields).Select(f => f.Name)];
        await _context.Out.WriteLineAsync("SQL over the lake. A statement ends with ; — SHOW TABLES; lists tables, \\q leaves.");
        bool wasControlC = Console.TreatControlCAsInput;
        Console.TreatControlCAsInput = true;
        try
        {
            while (!ct.IsCancellationRequested && ReadStatement() is { } script)
            {
                AskBeforeDrops(script);
                await RunAsync(script, ct);
            }
        }
        finally
        {
            Console.TreatControlCAsInput = wasControlC;
        }
    }

    /// <summary>DROP TABLE needs the table's name typed once more.</summary>
    private void AskBeforeDrops(string script)
    {
        _consent.Table = null;
        foreach (string statement in SqlScript.Split(script).Where(s => s.StartsWith("DROP", StringComparison.OrdinalIgnoreCase)))
        {
            if (SqlSession.IsDropTable(statement))
            {
                _consent.Table = _editor.Read("DROP TABLE takes the table away with its whole history. Type its name to go on: ", out _)?.Trim();
            }
        }
    }

    private string? ReadStatement()
    {
        string typed = "";
        while (true)
        {
            string? line = _editor.Read(typed.Length == 0 ? "sql> " : "  -> ", out bool wasStopped);
            if (line is null || (typed.Length == 0 && line.Trim() is "\\q" or "exit" or "quit"))
            {
                return null;
            }

            _history.Add(line);
            typed = wasStopped ? "" : typed.Length == 0 ? line : $"{typed}\n{line}";
            if (string.IsNullOrWhiteSpace(typed))
            {
                typed = "";
            }
            else if (SqlScript.IsComplete(typed))
            {
                return typed;
            }
        }
    }

    private async Task RunAsync(string script, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Task running = PrintAllAsync(script, stop.Token);
        while (await Task.WhenAny(running, Task.Delay(s_keyEvery, CancellationToken.None)) != running)
        {
            if (Console.KeyAvailable && Console.ReadKey(intercept: true) is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control })
            {
                await stop.CancelAsync();
            }
        }

        try
        {
            await running;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            await _context.Error.WriteLineAsync("Stopped.");
        }
        catch (Exception wrong) when (wrong is SqlException or DeltaException or IOException or CommandFailedException or LossRefusedException or ConsentMissingException or HttpRequestException)
        {
            await _context.Error.WriteLineAsync(wrong.Message);
        }
    }

    private async Task PrintAllAsync(string script, CancellationToken ct)
    {
        foreach (string statement in SqlScript.Split(script))
        {
            await SqlCommand.PrintAsync(_session, _context, statement, ct);
        }
    }
}
