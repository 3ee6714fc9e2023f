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

    /// <summary>Ordinal order, the same in every engine that sorts by bytes for ASCII symbols.</summary>
    public int CompareTo(Symbol other) => string.CompareOrdinal(_code, other._code);

    /// <inheritdoc/>
    public override string ToString() => _code ?? "";
}
