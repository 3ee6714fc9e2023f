using System.Globalization;

namespace CryptoInsight.Sources.Binance;

/// <summary>The venue's decimals as the nearest doubles, and nothing else: no NaN, no infinity, no hex, no separators, no blanks.</summary>
internal static class DecimalText
{
    // Every power up to here is exact in a double, so one correctly rounded division is the correctly rounded value (Clinger's fast path).
    private static readonly double[] s_powers =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    private const ulong ExactBelow = 1UL << 53;
    private const int DigitsInUInt64 = 19;
    private const int LengthMax = 400;

    /// <summary>Reads <c>-?digits(.digits)?(e±digits)?</c>; false for anything else and for what no finite double is near.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        int at = 0;
        bool negative = text.Length > 0 && text[0] == (byte)'-';
        if (negative)
        {
            at = 1;
        }

        ulong mantissa = 0;
        int wholeStart = at;
        at = Digits(text, at, ref mantissa);
        int digits = at - wholeStart;
        if (digits == 0)
        {
            return false;
        }

        int fraction = 0;
        if (at < text.Length && text[at] == (byte)'.')
        {
            int fractionStart = at + 1;
            at = Digits(text, fractionStart, ref mantissa);
            fraction = at - fractionStart;
            if (fraction == 0)
            {
                return false;
            }
        }

        if (at == text.Length && digits + fraction <= DigitsInUInt64 && mantissa <= ExactBelow)
        {
            double exact = mantissa / s_powers[fraction];
            value = negative ? 0.0 - exact : exact; // never a negative zero
            return true;
        }

        return TryReadRest(text, at, out value);
    }

    private static int Digits(ReadOnlySpan<byte> text, int at, ref ulong mantissa)
    {
        ulong m = mantissa;
        while ((uint)at < (uint)text.Length)
        {
            uint digit = (uint)(text[at] - '0');
            if (digit > 9)
            {
                break;
            }

            m = m * 10 + digit; // wraps on long texts, which then take the other path
            at++;
        }

        mantissa = m;
        return at;
    }

    private static bool TryReadRest(ReadOnlySpan<byte> text, int at, out double value)
    {
        value = 0;
        if (at < text.Length)
        {
            if (text[at] is not ((byte)'e' or (byte)'E'))
            {
                return false;
            }

            at++;
            if (at < text.Length && text[at] is (byte)'+' or (byte)'-')
            {
                at++;
            }

            int exponentStart = at;
            while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9')
            {
                at++;
            }

            if (at == exponentStart || at != text.Length)
            {
                return false;
            }
        }

        const NumberStyles styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return text.Length <= LengthMax
            && double.TryParse(text, styles, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }
}
