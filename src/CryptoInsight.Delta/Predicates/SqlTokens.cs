using System.Globalization;
using System.Text;

namespace CryptoInsight.Delta.Predicates;

/// <summary>One word of a condition.</summary>
/// <param name="Text">The word, the name without its quotes, or the sign.</param>
/// <param name="Place">Where it begins.</param>
internal sealed record SqlToken(string Text, int Place)
{
    /// <summary>The value of a literal, else null.</summary>
    public object? Value { get; init; }

    public bool IsLiteral => Value is not null;

    public bool IsName { get; init; }

    public bool IsQuoted { get; init; }
}

/// <summary>Cuts SQL text into words.</summary>
internal static class SqlTokens
{
    public static IReadOnlyList<SqlToken> Of(string sql)
    {
        List<SqlToken> tokens = [];
        for (int at = 0; at < sql.Length;)
        {
            char c = sql[at];
            if (char.IsWhiteSpace(c))
            {
                at++;
                continue;
            }

            tokens.Add(Next(sql, ref at));
        }

        return tokens;
    }

    private static SqlToken Next(string sql, ref int at)
    {
        int start = at;
        char c = sql[at];
        switch (c)
        {
            case '\'':
                string text = Quoted(sql, ref at, '\'');
                return new SqlToken(text, start) { Value = text };
            case '`' or '"':
                return new SqlToken(Quoted(sql, ref at, c), start) { IsName = true, IsQuoted = true };
            case 'x' or 'X' when at + 1 < sql.Length && sql[at + 1] == '\'':
                at++;
                return new SqlToken("bytes", start) { Value = Bytes(Quoted(sql, ref at, '\''), start) };
            default:
                break;
        }

        if (char.IsAsciiDigit(c) || ((c is '-' or '+' or '.') && at + 1 < sql.Length && (char.IsAsciiDigit(sql[at + 1]) || sql[at + 1] == '.')))
        {
            return Number(sql, ref at);
        }

        if (char.IsLetter(c) || c == '_')
        {
            while (at < sql.Length && (char.IsLetterOrDigit(sql[at]) || sql[at] == '_'))
            {
                at++;
            }

            return new SqlToken(sql[start..at], start) { IsName = true };
        }

        string two = start + 1 < sql.Length ? sql.Substring(start, 2) : "";
        at += two is "<=" or ">=" or "<>" or "!=" or "==" ? 2 : 1;
        return "(),=<>!".Contains(c, StringComparison.Ordinal) ? new SqlToken(sql[start..at], start) : throw Fault(start, "a sign that has no meaning there");
    }

    private static SqlToken Number(string sql, ref int at)
    {
        int start = at;
        at++;
        while (at < sql.Length && (char.IsAsciiLetterOrDigit(sql[at]) || sql[at] == '.' || (sql[at] is '-' or '+' && sql[at - 1] is 'e' or 'E')))
        {
            at++;
        }

        string text = sql[start..at];
        CultureInfo c = CultureInfo.InvariantCulture;
        object? value = long.TryParse(text, NumberStyles.AllowLeadingSign, c, out long whole) ? whole
            : !text.AsSpan().ContainsAny('e', 'E') && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, c, out decimal exact) ? exact
            : double.TryParse(text, NumberStyles.Float, c, out double fraction) ? fraction
            : null;
        return new SqlToken(text, start) { Value = value ?? throw Fault(start, "something that begins like a number and is none") };
    }

    private static string Quoted(string sql, ref int at, char quote)
    {
        int start = at++;
        StringBuilder text = new();
        while (at < sql.Length)
        {
            if (sql[at] != quote)
            {
                text.Append(sql[at++]);
            }
            else if (at + 1 < sql.Length && sql[at + 1] == quote)
            {
                text.Append(quote);
                at += 2;
            }
            else
            {
                at++;
                return text.ToString();
            }
        }

        throw Fault(start, "a quote that is never closed");
    }

    private static byte[] Bytes(string hex, int place) =>
        hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : throw Fault(place, "bytes that are not hexadecimal");

    private static DeltaException Fault(int place, string what) => new($"The condition cannot be read: at character {place + 1} stands {what}.");
}
