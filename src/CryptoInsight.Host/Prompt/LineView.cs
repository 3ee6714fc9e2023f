using System.Globalization;
using System.Text;

namespace CryptoInsight.Host.Prompt;

/// <summary>The part of a line that a terminal shows, and where its cursor stands. Pure: Korean and Chinese letters are two columns wide, marks none.</summary>
/// <param name="Text">What is shown.</param>
/// <param name="BeforeCursor">What of it stands before the cursor.</param>
/// <param name="Columns">The width of the text.</param>
public sealed record LineView(string Text, string BeforeCursor, int Columns)
{
    /// <summary>Shows a line in so many columns, so that the cursor is in view.</summary>
    public static LineView Of(LineBuffer line, int columns)
    {
        ArgumentNullException.ThrowIfNull(line);
        int first = 0;
        while (WidthOf(line.Text.AsSpan(first, line.Cursor - first)) > columns - 1)
        {
            first += LengthAt(line.Text, first);
        }

        int end = first, width = 0;
        while (end < line.Text.Length && width + WidthOf(line.Text.AsSpan(end, LengthAt(line.Text, end))) is var next && next <= columns)
        {
            width = next;
            end += LengthAt(line.Text, end);
        }

        return new LineView(line.Text[first..end], line.Text[first..line.Cursor], width);
    }

    private static int LengthAt(string text, int at) => char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    private static int WidthOf(ReadOnlySpan<char> text)
    {
        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0 : IsWide(rune.Value) ? 2 : 1;
        }

        return width;
    }

    /// <summary>The blocks of East Asian letters that terminals draw over two columns (Unicode Standard Annex 11).</summary>
    private static bool IsWide(int letter) => letter is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0x303E) or (>= 0x3041 and <= 0xA4CF) or (>= 0xA960 and <= 0xA97F)
        or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1F64F)
        or (>= 0x1F900 and <= 0x1F9FF) or (>= 0x20000 and <= 0x3FFFD);
}
