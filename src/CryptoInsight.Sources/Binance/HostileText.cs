using System.Text;

namespace CryptoInsight.Sources.Binance;

/// <summary>Text from outside, made fit for a message: short, printable, on one line.</summary>
public static class HostileText
{
    private const int ShownMax = 48;

    public static string Show(ReadOnlySpan<byte> utf8, int shownMax = ShownMax) =>
        Show(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * shownMax)]).AsSpan(), shownMax);

    public static string Show(ReadOnlySpan<char> text, int shownMax = ShownMax)
    {
        StringBuilder shown = new(Math.Min(text.Length, shownMax) + 3);
        foreach (char c in text[..Math.Min(text.Length, shownMax)])
        {
            // Only what cannot move a cursor, hide itself or end a line.
            shown.Append(char.IsLetterOrDigit(c) || c is ' ' || char.IsAsciiDigit(c) || (char.IsAscii(c) && !char.IsControl(c)) ? c : '?');
        }

        return text.Length > shownMax ? shown.Append("...").ToString() : shown.ToString();
    }
}
