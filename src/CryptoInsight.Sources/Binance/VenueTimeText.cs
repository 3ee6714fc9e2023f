namespace CryptoInsight.Sources.Binance;

/// <summary>The venue's times: whole milliseconds or microseconds, or ISO 8601 text (UTC where it has no offset).</summary>
internal static class VenueTimeText
{
    /// <summary>Reads a whole number without sign trouble: <c>-?digits</c>, 64 bits, no leading zeros.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        bool negative = text.Length > 0 && text[0] == (byte)'-';
        int at = negative ? 1 : 0;
        int digits = text.Length - at;
        if (digits is 0 or > 18 || (text[at] == (byte)'0' && digits > 1))
        {
            return false;
        }

        long v = 0;
        for (; at < text.Length; at++)
        {
            uint digit = (uint)(text[at] - '0');
            if (digit > 9)
            {
                return false;
            }

            v = v * 10 + digit;
        }

        value = negative ? -v : v;
        return true;
    }

    /// <summary>Reads a time; false if the text is none or names an instant that no market has.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out UnixMicros time)
    {
        if (TryReadInteger(text, out long number))
        {
            time = number >= 0 ? UnixMicros.FromVenue(number) : default;
            return number >= 0 && time.IsPlausible;
        }

        return TryReadIso(text, out time) && time.IsPlausible;
    }

    // YYYY-MM-DD[(T| )HH:MM[:SS[.fraction]]][Z|(+|-)HH[[:]MM]]
    private static bool TryReadIso(ReadOnlySpan<byte> text, out UnixMicros time)
    {
        time = default;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-'
            || !TryDigits(text[..4], out int year) || !TryDigits(text[5..7], out int month) || !TryDigits(text[8..10], out int day)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        long micros = DaysFromCivil(year, month, day) * UnixMicros.PerDay;
        ReadOnlySpan<byte> rest = text[10..];
        if (rest.Length > 0 && (rest[0] is (byte)'T' or (byte)' '))
        {
            if (!TryTimeOfDay(ref rest, out long ofDay))
            {
                return false;
            }

            micros += ofDay;
        }

        if (!TryOffset(rest, out long offset))
        {
            return false;
        }

        time = new UnixMicros(micros - offset);
        return true;
    }

    private static bool TryTimeOfDay(ref ReadOnlySpan<byte> rest, out long micros)
    {
        micros = 0;
        if (rest.Length < 6 || rest[3] != ':' || !TryDigits(rest[1..3], out int hour) || !TryDigits(rest[4..6], out int minute) || hour > 23 || minute > 59)
        {
            return false;
        }

        micros = (hour * 3600L + minute * 60L) * UnixMicros.PerSecond;
        rest = rest[6..];
        if (rest.Length < 1 || rest[0] != ':')
        {
            return true;
        }

        if (rest.Length < 3 || !TryDigits(rest[1..3], out int second) || second > 59)
        {
            return false;
        }

        micros += second * UnixMicros.PerSecond;
        rest = rest[3..];
        if (rest.Length < 1 || rest[0] != '.')
        {
            return true;
        }

        int digits = 0;
        long unit = UnixMicros.PerSecond / 10;
        for (rest = rest[1..]; rest.Length > 0 && rest[0] is >= (byte)'0' and <= (byte)'9'; rest = rest[1..])
        {
            micros += (rest[0] - '0') * unit; // below a microsecond the unit is 0: cut off
            unit /= 10;
            digits++;
        }

        return digits is > 0 and <= 9;
    }

    private static bool TryOffset(ReadOnlySpan<byte> rest, out long micros)
    {
        micros = 0;
        if (rest.Length == 0 || rest is [(byte)'Z'])
        {
            return true;
        }

        if (rest[0] is not ((byte)'+' or (byte)'-') || rest.Length < 3 || !TryDigits(rest[1..3], out int hours) || hours > 14)
        {
            return false;
        }

        int sign = rest[0] == '-' ? -1 : 1;
        ReadOnlySpan<byte> tail = rest[3..];
        if (tail.Length > 0 && tail[0] == ':')
        {
            tail = tail[1..];
        }
        else if (tail.Length == 0)
        {
            micros = sign * hours * 3600L * UnixMicros.PerSecond;
            return true;
        }

        if (tail.Length != 2 || !TryDigits(tail, out int minutes) || minutes > 59)
        {
            return false;
        }

        micros = sign * (hours * 3600L + minutes * 60L) * UnixMicros.PerSecond;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (byte b in text)
        {
            uint digit = (uint)(b - '0');
            if (digit > 9)
            {
                return false;
            }

            value = value * 10 + (int)digit;
        }

        return true;
    }

    // Howard Hinnant's days_from_civil: exact for the proleptic Gregorian calendar, without a DateTime per row.
    private static long DaysFromCivil(int year, int month, int day)
    {
        int y = month <= 2 ? year - 1 : year;
        int era = y / 400;
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146097L + dayOfEra - 719468;
    }
}
