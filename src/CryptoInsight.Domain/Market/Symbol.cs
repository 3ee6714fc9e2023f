using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CryptoInsight.Domain.Market;

/// <summary>A venue's instrument, for example <c>BTCUSDT</c>: 1 to 32 letters and decimal digits of any script.</summary>
/// <remarks>Hostile input until parsed: nothing outside <c>^[\p{L}\p{Nd}]{1,32}$</c> becomes a symbol, so no symbol can leave a folder, a URL or a log line.</remarks>
public readonly record struct Symbol : IComparable<Symbol>
{
    /// <summary>The greatest length in UTF-16 code units.</summary>
    public const int LengthMax = 32;

    private readonly string? _code;

    private Symbol(string code) => _code = code;

    /// <summary>The venue's own spelling.</summary>
    public string Code => _code ?? throw new InvalidOperationException("A default Symbol names nothing; make one with Parse or TryParse.");

    /// <summary>Reads a symbol, or throws <see cref="FormatException"/> with what is wrong (the text itself is not echoed: it may be hostile).</summary>
    public static Symbol Parse(string? text) =>
        TryParse(text, out Symbol symbol)
            ? symbol
            : throw new FormatException($"A symbol is 1 to {LengthMax} letters and digits, such as BTCUSDT; this text has {text?.Length ?? 0} characters or others among them.");

    /// <summary>Reads a symbol; false if the text is not one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Symbol symbol)
    {
        symbol = default;
        if (text is null || text.Length is 0 or > LengthMax)
        {
            return false;
        }

        for (int i = 0; i < text.Length; i++)
        {
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(text, i);
            bool admitted = category is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber;
            if (!admitted)
            {
                return false;
            }

            if (char.IsHighSurrogate(text[i]))
            {
                i++;
            }
        }

        symbol = new Symbol(text);
        return true;
    }

    /// <summary>By code point, which is the order of the UTF-8 bytes and so of every other engine that reads our tables.</summary>
    public int CompareTo(Symbol other)
    {
        ReadOnlySpan<char> a = _code, b = other._code;
        int same = a.CommonPrefixLength(b);
        return same == a.Length || same == b.Length ? a.Length.CompareTo(b.Length) : CodePointRank(a[same]) - CodePointRank(b[same]);
    }

    /// <inheritdoc/>
    public override string ToString() => _code ?? "";

    // UTF-16 puts surrogates (code points above U+FFFF) before U+E000..U+FFFF; moved past them, units order as code points do.
    private static int CodePointRank(char unit) => char.IsSurrogate(unit) ? unit + 0x1_0000 : unit;
}
