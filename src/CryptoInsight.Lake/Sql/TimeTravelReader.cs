using System.Globalization;
using System.Text;

namespace CryptoInsight.Lake.Sql;

/// <summary>Finds <c>T VERSION AS OF n</c> and <c>T TIMESTAMP AS OF 't'</c>, which DuckDB does not know, and puts a stand-in name there that the session defines as that snapshot.</summary>
/// <remarks>Works on tokens: what is inside quotes or comments is never looked at. A table without an alias of its own gets its name as alias, so that <c>T.column</c> still means it.</remarks>
internal static class TimeTravelReader
{
    private static readonly string[] s_instants =
    [
        "yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFFFFFF",
        "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Words that may follow a table and are no alias of it.</summary>
    private static readonly HashSet<string> s_followers = new(StringComparer.OrdinalIgnoreCase)
    {
        "WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "FETCH", "HAVING", "WINDOW", "QUALIFY", "UNION", "EXCEPT", "INTERSECT", "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "OUTER",
        "CROSS", "NATURAL", "ASOF", "POSITIONAL", "SEMI", "ANTI", "ON", "USING", "TABLESAMPLE", "SELECT", "FOR", "PIVOT", "UNPIVOT", "LATERAL", "WITH",
    };

    /// <summary>Words that end a clause before a table's name could stand: a column called <c>version</c> is not time travel.</summary>
    private static readonly HashSet<string> s_noNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "SELECT", "DISTINCT", "ALL", "FROM", "JOIN", "WHERE", "AND", "OR", "NOT", "ON", "BY", "HAVING", "CASE", "WHEN", "THEN", "ELSE", "IN", "IS", "AS", "LIKE", "BETWEEN", "LIMIT",
    };

    public static SqlStatement.Query Read(SqlTokens tokens, SqlNames names)
    {
        var standIns = new Dictionary<string, TimeTravel>(StringComparer.Ordinal);
        var text = new StringBuilder();
        int copied = 0;
        for (int i = 0; i < tokens.Count; i++)
        {
            if (!IsClause(tokens, i) || NameBefore(tokens, i) is not { } name)
            {
                continue;
            }

            string table = names.TableOf(name.Parts)
                ?? throw new SqlException($"There is no table {SqlNames.Shown(name.Parts)} that could be read as of a version; SHOW TABLES lists those of this lake.");
            TimeTravel travel = Travel(tokens, i, table);
            string standIn = StandInOf(travel);
            standIns[standIn] = travel;
            text.Append(tokens.Text, copied, tokens[name.First].Start - copied).Append('"').Append(standIn).Append('"');
            copied = tokens[i + 3].End;
            if (!HasAlias(tokens, i + 4))
            {
                text.Append(" AS \"").Append(travel.Table).Append('"');
            }
        }

        return new SqlStatement.Query(InDuckDbsQuotes(tokens, text, copied), standIns);
    }

    private static bool IsClause(SqlTokens tokens, int i) =>
        (tokens.IsWord(i, "VERSION") || tokens.IsWord(i, "TIMESTAMP")) && tokens.IsWord(i + 1, "AS") && tokens.IsWord(i + 2, "OF");

    private static (int First, IReadOnlyList<string> Parts)? NameBefore(SqlTokens tokens, int clause)
    {
        int last = tokens.IsWord(clause - 1, "FOR") ? clause - 2 : clause - 1;
        if (tokens.NameAt(last) is null || (tokens.IsKind(last, SqlTokenKind.Word) && s_noNames.Contains(tokens.NameAt(last)!)))
        {
            return null;
        }

        int first = last;
        while (tokens.IsSymbol(first - 1, '.') && tokens.NameAt(first - 2) is not null)
        {
            first -= 2;
        }

        return (first, tokens.NameFrom(first, out _));
    }

    /// <summary>The version or instant of a clause that begins at a token.</summary>
    public static TimeTravel Travel(SqlTokens tokens, int clause, string table)
    {
        int value = clause + 3;
        if (tokens.IsWord(clause, "VERSION"))
        {
            ReadOnlySpan<char> digits = tokens.IsKind(value, SqlTokenKind.Number) ? tokens.Span(value) : tokens.LiteralAt(value);
            return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long version)
                ? new TimeTravel(table, version, null)
                : throw new SqlException($"{table} VERSION AS OF takes a whole number, such as {table} VERSION AS OF 1 (DESCRIBE HISTORY {table} lists the versions).");
        }

        return DateTimeOffset.TryParseExact(
            tokens.LiteralAt(value), s_instants, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset instant)
            ? new TimeTravel(table, null, instant)
            : throw new SqlException($"{table} TIMESTAMP AS OF takes a time in quotes, such as {table} TIMESTAMP AS OF '2026-01-31 23:59:59' (UTC unless it says otherwise).");
    }

    private static string StandInOf(TimeTravel travel) => travel.Version is { } version
        ? string.Create(CultureInfo.InvariantCulture, $"{travel.Table} VERSION AS OF {version}")
        : string.Create(CultureInfo.InvariantCulture, $"{travel.Table} TIMESTAMP AS OF {travel.Instant:yyyy-MM-dd HH:mm:ss.FFFFFFF}");

    private static bool HasAlias(SqlTokens tokens, int i) =>
        tokens.IsWord(i, "AS") || tokens.IsKind(i, SqlTokenKind.QuotedName) || (tokens.IsKind(i, SqlTokenKind.Word) && !s_followers.Contains(tokens.NameAt(i)!));

    /// <summary>The rest of the text; names in back-ticks, as Spark writes them, become names in double quotes, and so does <c>at</c>: a column of <c>ops_events</c>, and a keyword of DuckDB.</summary>
    private static string InDuckDbsQuotes(SqlTokens tokens, StringBuilder text, int copied)
    {
        string rewritten = text.Append(tokens.Text, copied, tokens.Text.Length - copied).ToString();
        if (!rewritten.Contains('`', StringComparison.Ordinal) && !rewritten.Contains("at", StringComparison.OrdinalIgnoreCase))
        {
            return rewritten;
        }

        SqlTokens again = SqlTokens.Of(rewritten);
        var result = new StringBuilder();
        int done = 0;
        for (int i = 0; i < again.Count; i++)
        {
            if ((again.IsKind(i, SqlTokenKind.QuotedName) && again.Span(i)[0] == '`') || IsColumnAt(again, i))
            {
                result.Append(rewritten, done, again[i].Start - done).Append('"').Append(again.NameAt(i)!.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
                done = again[i].End;
            }
        }

        return result.Append(rewritten, done, rewritten.Length - done).ToString();
    }

    /// <summary>True for the word where it can only be a name: neither AT TIME ZONE nor AT (VERSION => n).</summary>
    private static bool IsColumnAt(SqlTokens tokens, int i) =>
        tokens.IsWord(i, "AT") && !tokens.IsSymbol(i + 1, '(') && !(tokens.IsWord(i + 1, "TIME") && tokens.IsWord(i + 2, "ZONE"));
}
