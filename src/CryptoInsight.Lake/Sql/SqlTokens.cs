using System.Globalization;

namespace CryptoInsight.Lake.Sql;

/// <summary>A text of SQL as tokens. Comments and white space are none, so nothing that is done with tokens can touch what is inside quotes or comments.</summary>
/// <remarks>The lexical rules are PostgreSQL's, which DuckDB follows: doubled quotes, <c>E'…'</c> with backslashes, <c>$tag$…$tag$</c>, nested comments.
/// Nothing here decides what is allowed: that is for <see cref="QueryGate"/>, which reads the text with DuckDB's own parser.</remarks>
internal sealed class SqlTokens
{
    private readonly List<SqlToken> _tokens = [];

    private SqlTokens(string text) => Text = text;

    public string Text { get; }

    public int Count => _tokens.Count;

    public SqlToken this[int i] => _tokens[i];

    public static SqlTokens Of(string text)
    {
        var tokens = new SqlTokens(text);
        tokens.Scan();
        return tokens;
    }

    /// <summary>True if the text ends inside quotes or a comment: more lines must follow.</summary>
    public static bool IsUnfinished(string text)
    {
        try
        {
            Of(text);
            return false;
        }
        catch (UnclosedException)
        {
            return true;
        }
    }

    /// <summary>True if token <paramref name="i"/> is there and is that word, in any case.</summary>
    public bool IsWord(int i, string word) =>
        i >= 0 && i < Count && _tokens[i].Kind == SqlTokenKind.Word && Span(i).Equals(word, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(int i, char symbol) => i >= 0 && i < Count && _tokens[i].Kind == SqlTokenKind.Symbol && Text[_tokens[i].Start] == symbol;

    public bool IsKind(int i, SqlTokenKind kind) => i >= 0 && i < Count && _tokens[i].Kind == kind;

    public ReadOnlySpan<char> Span(int i) => Text.AsSpan(_tokens[i].Start, _tokens[i].Length);

    /// <summary>The name that a word or a quoted name stands for, or null.</summary>
    public string? NameAt(int i)
    {
        if (IsKind(i, SqlTokenKind.Word))
        {
            return Span(i).ToString();
        }

        if (!IsKind(i, SqlTokenKind.QuotedName))
        {
            return null;
        }

        string quote = Span(i)[..1].ToString();
        return Span(i)[1..^1].ToString().Replace(quote + quote, quote, StringComparison.Ordinal);
    }

    /// <summary>The content of a plain literal text, or null if the token is none (or has escapes or a tag).</summary>
    public string? LiteralAt(int i) =>
        IsKind(i, SqlTokenKind.Text) && Span(i)[0] == '\'' ? Span(i)[1..^1].ToString().Replace("''", "'", StringComparison.Ordinal) : null;

    /// <summary>Reads a name of one to three parts; <paramref name="next"/> is the token after it.</summary>
    public IReadOnlyList<string> NameFrom(int i, out int next)
    {
        var parts = new List<string>();
        while (NameAt(i) is { } part)
        {
            parts.Add(part);
            i++;
            if (!IsSymbol(i, '.'))
            {
                break;
            }

            i++;
        }

        next = i;
        return parts;
    }

    private void Scan()
    {
        int at = 0;
        while (at < Text.Length)
        {
            char c = Text[at];
            int end;
            if (char.IsWhiteSpace(c) || c is '\u200B' or '\uFEFF')
            {
                at++;
                continue;
            }

            if (c == '-' && Next(at) == '-')
            {
                int line = Text.IndexOf('\n', at);
                at = line < 0 ? Text.Length : line + 1;
                continue;
            }

            if (c == '/' && Next(at) == '*')
            {
                at = AfterComment(at);
                continue;
            }

            SqlTokenKind kind = KindAt(at, out end);
            _tokens.Add(new SqlToken(kind, at, end - at));
            at = end;
        }
    }

    private SqlTokenKind KindAt(int at, out int end)
    {
        char c = Text[at];
        switch (c)
        {
            case '\'':
                end = AfterQuoted(at, at, '\'', backslash: false, "text");
                return SqlTokenKind.Text;
            case '"' or '`':
                end = AfterQuoted(at, at, c, backslash: false, "quoted name");
                return SqlTokenKind.QuotedName;
            case '$' when DollarTag(at) is { } tag:
                int close = Text.IndexOf(tag, at + tag.Length, StringComparison.Ordinal);
                end = close < 0 ? throw Unclosed(at, "text") : close + tag.Length;
                return SqlTokenKind.Text;
        }

        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(Next(at))))
        {
            end = AfterNumber(at);
            return SqlTokenKind.Number;
        }

        if (!IsNameStart(c))
        {
            end = at + 1;
            return SqlTokenKind.Symbol;
        }

        end = at + 1;
        while (end < Text.Length && (IsNameStart(Text[end]) || char.IsAsciiDigit(Text[end]) || Text[end] == '$'))
        {
            end++;
        }

        // E'…', X'…' and B'…' are one token with their letter.
        if (end == at + 1 && end < Text.Length && Text[end] == '\'' && char.ToUpperInvariant(c) is 'E' or 'X' or 'B' && end == at + 1 && Next(at) == '\'')
        {
            end = AfterQuoted(at, at + 1, '\'', backslash: char.ToUpperInvariant(c) == 'E', "text");
            return SqlTokenKind.Text;
        }

        return SqlTokenKind.Word;
    }

    private char Next(int at) => at + 1 < Text.Length ? Text[at + 1] : '\0';

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || (c >= 0x80 && !char.IsWhiteSpace(c) && c is not ('\u200B' or '\uFEFF'));

    private int AfterQuoted(int start, int open, char quote, bool backslash, string what)
    {
        for (int at = open + 1; at < Text.Length; at++)
        {
            if (backslash && Text[at] == '\\')
            {
                at++;
            }
            else if (Text[at] == quote)
            {
                if (Next(at) != quote)
                {
                    return at + 1;
                }

                at++;
            }
        }

        throw Unclosed(start, what);
    }

    private int AfterComment(int start)
    {
        int depth = 0;
        for (int at = start; at < Text.Length - 1; at++)
        {
            if (Text[at] == '/' && Text[at + 1] == '*')
            {
                depth++;
                at++;
            }
            else if (Text[at] == '*' && Text[at + 1] == '/')
            {
                at++;
                if (--depth == 0)
                {
                    return at + 1;
                }
            }
        }

        throw Unclosed(start, "comment");
    }

    private int AfterNumber(int at)
    {
        int end = at;
        while (end < Text.Length && (char.IsAsciiDigit(Text[end]) || Text[end] == '_'))
        {
            end++;
        }

        if (end < Text.Length && Text[end] == '.' && Next(end) != '.')
        {
            end++;
            while (end < Text.Length && (char.IsAsciiDigit(Text[end]) || Text[end] == '_'))
            {
                end++;
            }
        }

        if (end < Text.Length && Text[end] is 'e' or 'E' && (char.IsAsciiDigit(Next(end)) || (Next(end) is '+' or '-' && end + 2 < Text.Length && char.IsAsciiDigit(Text[end + 2]))))
        {
            end += 2;
            while (end < Text.Length && char.IsAsciiDigit(Text[end]))
            {
                end++;
            }
        }

        return end;
    }

    /// <summary>The opening <c>$tag$</c> at a place, or null: <c>$1</c> is a parameter.</summary>
    private string? DollarTag(int at)
    {
        int end = at + 1;
        while (end < Text.Length && (IsNameStart(Text[end]) || (end > at + 1 && char.IsAsciiDigit(Text[end]))))
        {
            end++;
        }

        return end < Text.Length && Text[end] == '$' ? Text[at..(end + 1)] : null;
    }

    private UnclosedException Unclosed(int start, string what)
    {
        int line = 1, column = 1;
        foreach (char c in Text.AsSpan(0, start))
        {
            (line, column) = c == '\n' ? (line + 1, 1) : (line, column + 1);
        }

        return new UnclosedException(string.Create(CultureInfo.InvariantCulture, $"The {what} that starts at line {line}, column {column} is not closed."));
    }

    /// <summary>Quotes or a comment are still open at the end.</summary>
    internal sealed class UnclosedException(string message) : FormatException(message);
}
