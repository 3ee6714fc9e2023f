using System.Globalization;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Lake.Sql;

/// <summary>Reads the statements that change the lake.</summary>
internal sealed class ChangeReader(LakeLocation lake)
{
    private const string OptimizeForm = "OPTIMIZE T [WHERE p] [ZORDER BY (a, b)]";
    private const string VacuumForm = "VACUUM T [RETAIN n HOURS] [DRY RUN]";
    private const string RestoreForm = "RESTORE TABLE T TO VERSION AS OF n, or TO TIMESTAMP AS OF 't'";
    private const string ViewForm = "CREATE [OR REPLACE] VIEW [IF NOT EXISTS] name [(columns)] AS SELECT …";
    private const double RetainHoursMax = 24 * 36_500;

    private readonly SqlNames _names = new(lake);

    /// <summary>The change, or null if the statement is none.</summary>
    public LakeChange? Read(SqlTokens tokens) => tokens.NameAt(0)?.ToUpperInvariant() switch
    {
        "OPTIMIZE" => Optimize(tokens),
        "VACUUM" => Vacuum(tokens),
        "RESTORE" => Restore(tokens),
        "CREATE" => CreateView(tokens),
        "DROP" when tokens.IsWord(1, "VIEW") => new LakeChange.DropView(IfExists(tokens)) { Statement = tokens.Text, Name = Dropped(tokens, "DROP VIEW [IF EXISTS] name") },
        "DROP" when tokens.IsWord(1, "TABLE") => new LakeChange.DropTable(IfExists(tokens)) { Statement = tokens.Text, Name = Dropped(tokens, "DROP TABLE [IF EXISTS] T") },
        _ => null,
    };

    private LakeChange.Optimize Optimize(SqlTokens tokens)
    {
        string table = Name(tokens, tokens.IsWord(1, "TABLE") && tokens.Count > 2 && tokens.NameAt(2) is not null ? 2 : 1, OptimizeForm, out int next);
        int zOrder = Enumerable.Range(next, tokens.Count - next).FirstOrDefault(i => tokens.IsWord(i, "ZORDER") && tokens.IsWord(i + 1, "BY"), tokens.Count);
        Predicate? where = null;
        if (tokens.IsWord(next, "WHERE"))
        {
            if (zOrder == next + 1)
            {
                throw Form(OptimizeForm);
            }

            where = Condition(tokens.Text[tokens[next + 1].Start..tokens[zOrder - 1].End]);
            next = zOrder;
        }

        IReadOnlyList<string> columns = [];
        if (next == zOrder && zOrder < tokens.Count)
        {
            columns = Columns(tokens, zOrder + 2, OptimizeForm, out next);
        }

        return next == tokens.Count ? new LakeChange.Optimize(where, columns) { Statement = tokens.Text, Name = table } : throw Form(OptimizeForm);
    }

    private LakeChange.Vacuum Vacuum(SqlTokens tokens)
    {
        string table = Name(tokens, tokens.IsWord(1, "TABLE") && tokens.Count > 2 && tokens.NameAt(2) is not null ? 2 : 1, VacuumForm, out int next);
        TimeSpan? retention = null;
        if (tokens.IsWord(next, "RETAIN"))
        {
            bool isNumber = tokens.IsKind(next + 1, SqlTokenKind.Number) && (tokens.IsWord(next + 2, "HOURS") || tokens.IsWord(next + 2, "HOUR"));
            retention = isNumber && double.TryParse(tokens.Span(next + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double hours) && hours <= RetainHoursMax
                ? TimeSpan.FromHours(hours)
                : throw Form(VacuumForm);
            next += 3;
        }

        bool dryRun = tokens.IsWord(next, "DRY") && tokens.IsWord(next + 1, "RUN");
        next += dryRun ? 2 : 0;
        return next == tokens.Count ? new LakeChange.Vacuum(retention, dryRun) { Statement = tokens.Text, Name = table } : throw Form(VacuumForm);
    }

    private LakeChange.Restore Restore(SqlTokens tokens)
    {
        string table = Name(tokens, tokens.IsWord(1, "TABLE") ? 2 : 1, RestoreForm, out int next);
        next += tokens.IsWord(next, "TO") ? 1 : 0;
        bool isClause = (tokens.IsWord(next, "VERSION") || tokens.IsWord(next, "TIMESTAMP")) && tokens.IsWord(next + 1, "AS") && tokens.IsWord(next + 2, "OF") && next + 4 == tokens.Count;
        if (!isClause)
        {
            throw Form(RestoreForm);
        }

        TimeTravel to = TimeTravelReader.Travel(tokens, next, table);
        return new LakeChange.Restore(to.Version, to.Instant) { Statement = tokens.Text, Name = table };
    }

    private LakeChange.CreateView? CreateView(SqlTokens tokens)
    {
        bool orReplace = tokens.IsWord(1, "OR") && tokens.IsWord(2, "REPLACE");
        int at = orReplace ? 3 : 1;
        if (tokens.IsWord(at + 1, "VIEW") && (tokens.IsWord(at, "TEMP") || tokens.IsWord(at, "TEMPORARY")))
        {
            throw new SqlException("Views are stored with the lake: leave TEMPORARY out, or write WITH name AS (…) in the query.");
        }

        if (!tokens.IsWord(at, "VIEW"))
        {
            return null;
        }

        at++;
        bool ifNotExists = tokens.IsWord(at, "IF") && tokens.IsWord(at + 1, "NOT") && tokens.IsWord(at + 2, "EXISTS");
        if (ifNotExists && orReplace)
        {
            throw new SqlException("OR REPLACE and IF NOT EXISTS contradict each other; write one of them.");
        }

        string name = Name(tokens, at + (ifNotExists ? 3 : 0), ViewForm, out int next);
        IReadOnlyList<string> columns = tokens.IsSymbol(next, '(') ? Columns(tokens, next, ViewForm, out next) : [];
        if (!tokens.IsWord(next, "AS") || next + 1 >= tokens.Count)
        {
            throw Form(ViewForm);
        }

        string query = tokens.Text[tokens[next + 1].Start..tokens[^1].End];
        return new LakeChange.CreateView(query, columns, orReplace, ifNotExists) { Statement = tokens.Text, Name = name };
    }

    private static bool IfExists(SqlTokens tokens) => tokens.IsWord(2, "IF") && tokens.IsWord(3, "EXISTS");

    private string Dropped(SqlTokens tokens, string form)
    {
        string name = Name(tokens, IfExists(tokens) ? 4 : 2, form, out int next);
        return next == tokens.Count ? name : throw Form(form);
    }

    private static List<string> Columns(SqlTokens tokens, int at, string form, out int next)
    {
        bool inParentheses = tokens.IsSymbol(at, '(');
        next = inParentheses ? at + 1 : at;
        var columns = new List<string>();
        while (tokens.NameAt(next) is { } column)
        {
            columns.Add(column);
            next++;
            if (!tokens.IsSymbol(next, ','))
            {
                break;
            }

            next++;
        }

        if (columns.Count == 0 || tokens.IsSymbol(next - 1, ',') || (inParentheses && !tokens.IsSymbol(next, ')')))
        {
            throw Form(form);
        }

        next += inParentheses ? 1 : 0;
        return columns;
    }

    private string Name(SqlTokens tokens, int at, string form, out int next)
    {
        IReadOnlyList<string> parts = tokens.NameFrom(at, out next);
        return parts.Count == 0 ? throw Form(form)
            : _names.TableOf(parts) ?? throw new SqlException(
                $"The name {SqlNames.Shown(parts)} cannot be one of this lake: names are lower-case letters, digits and _, in {lake.Catalog}.{lake.Schema}.");
    }

    private static Predicate Condition(string text)
    {
        try
        {
            return PredicateSql.Parse(text);
        }
        catch (DeltaException unreadable)
        {
            throw new SqlException($"{unreadable.Message} It takes columns against constants, such as dt >= '2026-01-01' AND dt < '2026-02-01'.", unreadable);
        }
    }

    private static SqlException Form(string form) => new($"The statement cannot be read; its form is {form}.");
}
