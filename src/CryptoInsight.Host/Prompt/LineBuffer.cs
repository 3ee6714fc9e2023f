namespace CryptoInsight.Host.Prompt;

/// <summary>A line while it is typed: its text and where the cursor stands. A pure state.</summary>
public sealed record LineBuffer(string Text, int Cursor)
{
    public static LineBuffer Empty { get; } = new("", 0);

    public static LineBuffer Of(string text) => new(text, text.Length);

    public LineBuffer Insert(string typed) => new(Text.Insert(Cursor, typed), Cursor + typed.Length);

    public LineBuffer Backspace() => Cursor == 0 ? this : new(Text.Remove(Cursor - 1, 1), Cursor - 1);

    public LineBuffer Delete() => Cursor == Text.Length ? this : this with { Text = Text.Remove(Cursor, 1) };

    public LineBuffer Move(int by) => this with { Cursor = Math.Clamp(Cursor + by, 0, Text.Length) };

    public LineBuffer Home() => this with { Cursor = 0 };

    public LineBuffer End() => this with { Cursor = Text.Length };

    public LineBuffer CutToStart() => new(Text[Cursor..], 0);

    public LineBuffer CutToEnd() => this with { Text = Text[..Cursor] };

    /// <summary>Takes away the word before the cursor, and the blanks behind it.</summary>
    public LineBuffer CutWord()
    {
        int start = Cursor;
        while (start > 0 && Text[start - 1] == ' ')
        {
            start--;
        }

        while (start > 0 && Text[start - 1] != ' ')
        {
            start--;
        }

        return new LineBuffer(Text[..start] + Text[Cursor..], start);
    }

    /// <summary>Completes the word before the cursor as far as all names that begin with it agree; the names are those if there are several.</summary>
    public (LineBuffer Next, IReadOnlyList<string> Names) Complete(IReadOnlyList<string> known)
    {
        int start = Cursor;
        while (start > 0 && (char.IsAsciiLetterOrDigit(Text[start - 1]) || Text[start - 1] == '_'))
        {
            start--;
        }

        string word = Text[start..Cursor];
        string[] fitting = [.. known.Where(k => word.Length > 0 && k.StartsWith(word, StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
        if (fitting.Length == 0)
        {
            return (this, []);
        }

        string common = fitting.Aggregate((a, b) => a[..a.Zip(b).TakeWhile(p => char.ToUpperInvariant(p.First) == char.ToUpperInvariant(p.Second)).Count()]);
        string completed = fitting.Length == 1 ? fitting[0] + " " : common.Length > word.Length ? common : word;
        return (new LineBuffer(Text[..start] + completed + Text[Cursor..], start + completed.Length), fitting.Length == 1 ? [] : fitting);
    }
}
