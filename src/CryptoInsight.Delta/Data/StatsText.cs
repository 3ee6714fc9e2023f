using System.Buffers;
using System.Globalization;
using System.Text;

namespace CryptoInsight.Delta.Data;

/// <summary>Bounds as the log writes them: cut strings and rounded instants that never exclude a row.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Per-file Statistics". Strings are cut at 32 characters; a cut maximum is raised to the next string in UTF-8 order, or left out where there is none.
/// Instants have milliseconds; the minimum is rounded down and the maximum up, because not every reader adds the lost part back.</remarks>
internal static class StatsText
{
    public const int StringCharactersMax = 32;

    private const long MicrosPerMilli = 1000;
    private const long MicrosPerDay = 86_400_000_000;
    private const long FirstMicros = -62_135_596_800_000_000; // 0001-01-01
    private const long LastMicros = 253_402_300_799_999_000; // 9999-12-31T23:59:59.999
    private const int LastDay = 2_932_896; // 9999-12-31
    private const int FirstDay = -719_162; // 0001-01-01

    public static string MinText(ReadOnlySpan<byte> utf8)
    {
        int cut = CutAfter(utf8, StringCharactersMax);
        return Encoding.UTF8.GetString(utf8[..cut]);
    }

    /// <summary>A string not below <paramref name="utf8"/> in UTF-8 order; null if there is none of that length.</summary>
    public static string? MaxText(ReadOnlySpan<byte> utf8)
    {
        int cut = CutAfter(utf8, StringCharactersMax);
        if (cut == utf8.Length)
        {
            return Encoding.UTF8.GetString(utf8);
        }

        Rune[] runes = [.. Encoding.UTF8.GetString(utf8[..cut]).EnumerateRunes()];
        for (int i = runes.Length - 1; i >= 0; i--)
        {
            int next = runes[i].Value + 1;
            if (next is >= 0xD800 and <= 0xDFFF)
            {
                next = 0xE000;
            }

            if (next <= 0x10FFFF)
            {
                StringBuilder text = new();
                foreach (Rune r in runes.AsSpan(0, i))
                {
                    text.Append(r.ToString());
                }

                return text.Append(new Rune(next).ToString()).ToString();
            }
        }

        return null;
    }

    /// <summary>Whether the bytes are text at all: a bound over broken text would be compared as something else by every reader.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8) => System.Text.Unicode.Utf8.IsValid(utf8);

    public static string? Date(long days) =>
        days is >= FirstDay and <= LastDay ? DateOnly.FromDayNumber((int)(days - FirstDay)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

    public static string? MinInstant(long micros, bool zoned) => Instant(FloorToMillis(micros), zoned);

    public static string? MaxInstant(long micros, bool zoned) =>
        micros > LastMicros ? null : Instant(FloorToMillis(micros + MicrosPerMilli - 1), zoned);

    /// <summary>The unscaled value as a plain number.</summary>
    public static string Decimal(Int128 unscaled, int scale)
    {
        bool negative = Int128.IsNegative(unscaled);
        UInt128 magnitude = negative ? (UInt128)(-(unscaled + 1)) + 1 : (UInt128)unscaled;
        string digits = magnitude.ToString(CultureInfo.InvariantCulture);
        if (scale > 0)
        {
            digits = digits.PadLeft(scale + 1, '0');
            digits = $"{digits[..^scale]}.{digits[^scale..]}";
        }

        return negative ? "-" + digits : digits;
    }

    private static long FloorToMillis(long micros)
    {
        long rest = micros % MicrosPerMilli;
        return rest == 0 ? micros : rest > 0 ? micros - rest : micros - rest - MicrosPerMilli;
    }

    private static string? Instant(long micros, bool zoned)
    {
        if (micros is < FirstMicros or > LastMicros)
        {
            return null;
        }

        DateTime instant = new((micros - FirstMicros) * 10, DateTimeKind.Unspecified);
        return instant.ToString(zoned ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);
    }

    private static int CutAfter(ReadOnlySpan<byte> utf8, int characters)
    {
        if (utf8.Length <= characters)
        {
            return utf8.Length;
        }

        int at = 0;
        for (int n = 0; n < characters && at < utf8.Length; n++)
        {
            OperationStatus status = Rune.DecodeFromUtf8(utf8[at..], out _, out int used);
            at += status == OperationStatus.Done ? used : Math.Max(1, used);
        }

        return at;
    }
}
