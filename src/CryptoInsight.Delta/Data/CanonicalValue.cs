using System.Buffers;
using System.Globalization;
using System.Text;
using Apache.Arrow;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>One value as canonical JSON text: the same bytes whichever engine read the row.</summary>
/// <remarks>Integers as integers; fractions with the shortest digits that round-trip, in ECMAScript's form; decimals as text with all digits of their scale; times as ISO text with microseconds;
/// binary as hex; a struct as an object, a list as an array, a map as pairs sorted by the key's text.</remarks>
internal static class CanonicalValue
{
    public static void Write(IBufferWriter<byte> output, IArrowArray column, int row, DataType type)
    {
        if (column.IsNull(row) || ArrowTypes.IsVoid(type))
        {
            output.Write("null"u8);
            return;
        }

        switch (type)
        {
            case StructType s:
                WriteStruct(output, column, row, s);
                break;
            case ArrayType a:
                WriteList(output, column, row, a);
                break;
            case MapType m:
                WriteMap(output, column, row, m);
                break;
            case DecimalType d:
                Ascii(output, $"\"{StatsText.Decimal(Buffers.Values<Int128>(column)[row], d.Scale)}\"");
                break;
            case PrimitiveType { Name: "string" }:
                WriteText(output, BytesAt(column, row));
                break;
            case PrimitiveType { Name: "binary" }:
                Ascii(output, $"\"{Convert.ToHexStringLower(BytesAt(column, row))}\"");
                break;
            case PrimitiveType { Name: "variant" }:
                Ascii(output, $"{{\"metadata\":\"{VariantPart(column, row, 0)}\",\"value\":\"{VariantPart(column, row, 1)}\"}}");
                break;
            default:
                Ascii(output, Flat(column, row, ((PrimitiveType)type).Name));
                break;
        }
    }

    /// <summary>Text as JSON.stringify writes it.</summary>
    public static void WriteText(IBufferWriter<byte> output, ReadOnlySpan<byte> utf8)
    {
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
        {
            utf8 = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(utf8));
        }

        output.Write("\""u8);
        int start = 0;
        for (int i = 0; i < utf8.Length; i++)
        {
            byte b = utf8[i];
            if (b >= 0x20 && b != '"' && b != '\\')
            {
                continue;
            }

            output.Write(utf8[start..i]);
            start = i + 1;
            Ascii(output, b switch
            {
                (byte)'"' => "\\\"",
                (byte)'\\' => "\\\\",
                (byte)'\b' => "\\b",
                (byte)'\f' => "\\f",
                (byte)'\n' => "\\n",
                (byte)'\r' => "\\r",
                (byte)'\t' => "\\t",
                _ => $"\\u{b:x4}",
            });
        }

        output.Write(utf8[start..]);
        output.Write("\""u8);
    }

    /// <summary>A fraction in ECMAScript's Number::toString form; not-numbers and infinities as text.</summary>
    public static string Fraction(string shortest)
    {
        switch (shortest)
        {
            case "NaN" or "Infinity" or "-Infinity":
                return $"\"{shortest}\"";
            case "-0":
                return "0";
            default:
                break;
        }

        int e = shortest.IndexOf('E');
        bool negative = shortest[0] == '-';
        string mantissa = shortest[(negative ? 1 : 0)..(e < 0 ? shortest.Length : e)];
        int point = mantissa.IndexOf('.');
        string digits = mantissa.Replace(".", "", StringComparison.Ordinal);
        int exponent = (e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) + (point < 0 ? mantissa.Length : point);
        int zeros = digits.Length - digits.TrimStart('0').Length;
        digits = digits.TrimStart('0').TrimEnd('0');
        exponent -= zeros;
        return digits.Length == 0 ? "0" : (negative ? "-" : "") + Layout(digits, exponent);
    }

    // digits d1..dk stand for 0.d1..dk * 10^n.
    private static string Layout(string digits, int n)
    {
        int k = digits.Length;
        if (k <= n && n <= 21)
        {
            return digits + new string('0', n - k);
        }

        if (n is > 0 and <= 21)
        {
            return $"{digits[..n]}.{digits[n..]}";
        }

        if (n is > -6 and <= 0)
        {
            return "0." + new string('0', -n) + digits;
        }

        string power = string.Create(CultureInfo.InvariantCulture, $"e{(n > 0 ? "+" : "-")}{Math.Abs(n - 1)}");
        return k == 1 ? digits + power : $"{digits[0]}.{digits[1..]}{power}";
    }

    public static string Date(long days)
    {
        (long year, int month, int day) = Civil(days);
        return $"{Year(year)}-{month:00}-{day:00}";
    }

    private static string Instant(long micros)
    {
        const long microsPerDay = 86_400_000_000;
        long days = Math.DivRem(micros, microsPerDay, out long rest);
        if (rest < 0)
        {
            days--;
            rest += microsPerDay;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Date(days)}T{rest / 3_600_000_000:00}:{rest / 60_000_000 % 60:00}:{rest / 1_000_000 % 60:00}.{rest % 1_000_000:000000}");
    }

    private static string Year(long year) => string.Create(CultureInfo.InvariantCulture, $"{(year < 0 ? "-" : year > 9999 ? "+" : "")}{Math.Abs(year):0000}");

    // Days since 1970-01-01 in the proleptic Gregorian calendar, by eras of 400 years.
    private static (long Year, int Month, int Day) Civil(long days)
    {
        days += 719_468;
        long era = (days >= 0 ? days : days - 146_096) / 146_097;
        long dayOfEra = days - (era * 146_097);
        long yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        long dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        long monthFromMarch = ((5 * dayOfYear) + 2) / 153;
        int day = (int)(dayOfYear - (((153 * monthFromMarch) + 2) / 5) + 1);
        int month = (int)(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9);
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, day);
    }

    private static string Flat(IArrowArray column, int row, string type) => type switch
    {
        "long" => Buffers.Values<long>(column)[row].ToString(CultureInfo.InvariantCulture),
        "integer" => Buffers.Values<int>(column)[row].ToString(CultureInfo.InvariantCulture),
        "short" => Buffers.Values<short>(column)[row].ToString(CultureInfo.InvariantCulture),
        "byte" => Buffers.Values<sbyte>(column)[row].ToString(CultureInfo.InvariantCulture),
        "double" => Fraction(Buffers.Values<double>(column)[row].ToString("R", CultureInfo.InvariantCulture)),
        "float" => Fraction(Buffers.Values<float>(column)[row].ToString("R", CultureInfo.InvariantCulture)),
        "boolean" => ((BooleanArray)column).GetValue(row) == true ? "true" : "false",
        "date" => $"\"{Date(Buffers.Values<int>(column)[row])}\"",
        "timestamp" => $"\"{Instant(Buffers.Values<long>(column)[row])}Z\"",
        "timestamp_ntz" => $"\"{Instant(Buffers.Values<long>(column)[row])}\"",
        _ => throw new UnsupportedFeatureException("A column has a type that has no canonical text.", ["unknown type"]),
    };

    private static void WriteStruct(IBufferWriter<byte> output, IArrowArray column, int row, StructType type)
    {
        output.Write("{"u8);
        for (int i = 0; i < type.Fields.Count; i++)
        {
            if (i > 0)
            {
                output.Write(","u8);
            }

            WriteText(output, Encoding.UTF8.GetBytes(type.Fields[i].Name));
            output.Write(":"u8);
            Write(output, ArrowArrayFactory.BuildArray(column.Data.Children[i]), column.Data.Offset + row, type.Fields[i].Type);
        }

        output.Write("}"u8);
    }

    private static void WriteList(IBufferWriter<byte> output, IArrowArray column, int row, ArrayType type)
    {
        ReadOnlySpan<int> offsets = Buffers.Offsets(column);
        IArrowArray values = ArrowArrayFactory.BuildArray(column.Data.Children[0]);
        output.Write("["u8);
        for (int i = offsets[row]; i < offsets[row + 1]; i++)
        {
            if (i > offsets[row])
            {
                output.Write(","u8);
            }

            Write(output, values, i, type.ElementType);
        }

        output.Write("]"u8);
    }

    private static void WriteMap(IBufferWriter<byte> output, IArrowArray column, int row, MapType type)
    {
        ReadOnlySpan<int> offsets = Buffers.Offsets(column);
        ArrayData entries = column.Data.Children[0];
        IArrowArray keys = ArrowArrayFactory.BuildArray(entries.Children[0]);
        IArrowArray values = ArrowArrayFactory.BuildArray(entries.Children[1]);
        List<(byte[] Key, byte[] Value)> pairs = [];
        for (int i = offsets[row]; i < offsets[row + 1]; i++)
        {
            pairs.Add((Text(keys, entries.Offset + i, type.KeyType), Text(values, entries.Offset + i, type.ValueType)));
        }

        pairs.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        output.Write("["u8);
        for (int i = 0; i < pairs.Count; i++)
        {
            output.Write(i > 0 ? ",["u8 : "["u8);
            output.Write(pairs[i].Key);
            output.Write(","u8);
            output.Write(pairs[i].Value);
            output.Write("]"u8);
        }

        output.Write("]"u8);
    }

    private static byte[] Text(IArrowArray column, int row, DataType type)
    {
        ArrayBufferWriter<byte> buffer = new();
        Write(buffer, column, row, type);
        return buffer.WrittenSpan.ToArray();
    }

    private static string VariantPart(IArrowArray column, int row, int part) =>
        Convert.ToHexStringLower(BytesAt(ArrowArrayFactory.BuildArray(column.Data.Children[part]), column.Data.Offset + row));

    private static ReadOnlySpan<byte> BytesAt(IArrowArray column, int row)
    {
        ReadOnlySpan<int> offsets = Buffers.Offsets(column);
        return Buffers.Bytes(column)[offsets[row]..offsets[row + 1]];
    }

    private static void Ascii(IBufferWriter<byte> output, string text) => Encoding.ASCII.GetBytes(text, output);
}
