using System.Globalization;
using System.Text;
using Apache.Arrow;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>Partition values between their text in the log, a comparable value, and a column of rows.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Partition Value Serialization". Empty text is null, for every type. An instant without a zone is read as UTC and written with Z.</remarks>
internal static class PartitionValues
{
    private const long MicrosPerSecond = 1_000_000;
    private const long TicksPerMicro = 10;

    private static readonly System.Buffers.SearchValues<char> DecimalCharacters = System.Buffers.SearchValues.Create("0123456789.");

    private static readonly string[] InstantFormats =
    [
        "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd HH:mm", "yyyy-MM-dd",
    ];

    /// <summary>The value of a partition column, or null.</summary>
    public static Value? Parse(string? text, StructField column)
    {
        if (string.IsNullOrEmpty(text) || ArrowTypes.IsVoid(column.Type))
        {
            return null;
        }

        return TryParse(text, column.Type, out Value value) ? value
            : throw new CorruptTableException($"An add action has a partition value for column '{column.Name}' that is no {column.Type}. The log is damaged, or another writer broke it: restore the table to an earlier version.");
    }

    public static bool TryParse(string text, DataType type, out Value value)
    {
        value = default;
        CultureInfo c = CultureInfo.InvariantCulture;
        switch (type)
        {
            case DecimalType d:
                return TryParseDecimal(text, d, out value);
            case PrimitiveType { Name: "long" or "integer" or "short" or "byte" } p:
                bool whole = long.TryParse(text, NumberStyles.Integer, c, out long n);
                value = Value.Of(n);
                return whole && InRange(n, p.Name);
            case PrimitiveType { Name: "double" }:
                bool isDouble = double.TryParse(text, NumberStyles.Float, c, out double fraction);
                value = Value.Of(fraction);
                return isDouble;
            case PrimitiveType { Name: "float" }:
                bool isFloat = float.TryParse(text, NumberStyles.Float, c, out float small);
                value = Value.Of((double)small);
                return isFloat;
            case PrimitiveType { Name: "boolean" }:
                bool isFlag = bool.TryParse(text, out bool flag);
                value = Value.Of(flag);
                return isFlag;
            case PrimitiveType { Name: "date" }:
                bool isDate = TryParseDate(text, out long days);
                value = Value.Of(days);
                return isDate;
            case PrimitiveType { Name: "timestamp" or "timestamp_ntz" }:
                bool isInstant = TryParseInstant(text, out long micros);
                value = Value.Of(micros);
                return isInstant;
            case PrimitiveType { Name: "string" }:
                value = Value.Of(text);
                return true;
            case PrimitiveType { Name: "binary" }:
                value = Value.Of(Encoding.UTF8.GetBytes(text));
                return true;
            default:
                return false;
        }
    }

    /// <summary>The text of row <paramref name="row"/> of a column, null for null; as the log writes it.</summary>
    public static string? Format(IArrowArray column, int row, DataType type)
    {
        if (column.IsNull(row))
        {
            return null;
        }

        CultureInfo c = CultureInfo.InvariantCulture;
        string text = type switch
        {
            DecimalType d => StatsText.Decimal(Buffers.Values<Int128>(column)[row], d.Scale),
            PrimitiveType { Name: "long" } => Buffers.Values<long>(column)[row].ToString(c),
            PrimitiveType { Name: "integer" } => Buffers.Values<int>(column)[row].ToString(c),
            PrimitiveType { Name: "short" } => Buffers.Values<short>(column)[row].ToString(c),
            PrimitiveType { Name: "byte" } => Buffers.Values<sbyte>(column)[row].ToString(c),
            PrimitiveType { Name: "double" } => Buffers.Values<double>(column)[row].ToString("R", c),
            PrimitiveType { Name: "float" } => Buffers.Values<float>(column)[row].ToString("R", c),
            PrimitiveType { Name: "boolean" } => ((BooleanArray)column).GetValue(row) == true ? "true" : "false",
            PrimitiveType { Name: "date" } => FormatDate(Buffers.Values<int>(column)[row]),
            PrimitiveType { Name: "timestamp" } => FormatInstant(Buffers.Values<long>(column)[row], zoned: true),
            PrimitiveType { Name: "timestamp_ntz" } => FormatInstant(Buffers.Values<long>(column)[row], zoned: false),
            PrimitiveType { Name: "string" } => Encoding.UTF8.GetString(BytesAt(column, row)),
            PrimitiveType { Name: "binary" } => TextFromBinary(BytesAt(column, row)),
            _ => throw new UnsupportedFeatureException($"A column of type {type} cannot be a partition column.", ["partition type"]),
        };

        // The protocol gives empty text the meaning null: what was written would not come back.
        return text.Length > 0 ? text : throw new ConstraintViolationException("A partition column holds an empty value, which the Delta protocol cannot tell from null. Write null instead, or do not partition by this column.");
    }

    /// <summary>A column that has the partition's value in every row.</summary>
    public static IArrowArray Column(string? text, StructField column, int length) => Parse(text, column) is Value value
        ? Column(value, column.Type, length)
        : FilledArrays.Nulls(ArrowTypes.ToArrow(column.Type), length);

    /// <summary>A column that has one value in every row.</summary>
    public static IArrowArray Column(Value value, DataType columnType, int length)
    {
        Apache.Arrow.Types.IArrowType type = ArrowTypes.ToArrow(columnType);
        return columnType switch
        {
            DecimalType => FilledArrays.Repeat(type, value.Whole, length),
            PrimitiveType { Name: "long" or "timestamp" or "timestamp_ntz" } => FilledArrays.Repeat(type, (long)value.Whole, length),
            PrimitiveType { Name: "integer" or "date" } => FilledArrays.Repeat(type, (int)value.Whole, length),
            PrimitiveType { Name: "short" } => FilledArrays.Repeat(type, (short)value.Whole, length),
            PrimitiveType { Name: "byte" } => FilledArrays.Repeat(type, (sbyte)value.Whole, length),
            PrimitiveType { Name: "double" } => FilledArrays.Repeat(type, value.Fraction, length),
            PrimitiveType { Name: "float" } => FilledArrays.Repeat(type, (float)value.Fraction, length),
            PrimitiveType { Name: "boolean" } => FilledArrays.Repeat(value.Whole != 0, length),
            _ => FilledArrays.Repeat(type, value.Bytes, length),
        };
    }

    public static string FormatDate(int days)
    {
        const int epochDayNumber = 719_162;
        long number = (long)days + epochDayNumber;
        return number is >= 0 and <= 3_652_058
            ? DateOnly.FromDayNumber((int)number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : throw new ConstraintViolationException("A partition column holds a date outside the years 1 to 9999; such a date has no text that all engines read.");
    }

    private static string FormatInstant(long micros, bool zoned)
    {
        if (micros < -62_135_596_800_000_000 || micros > 253_402_300_799_999_999)
        {
            throw new ConstraintViolationException("A partition column holds an instant outside the years 1 to 9999; such an instant has no text that all engines read.");
        }

        DateTime instant = DateTime.UnixEpoch.AddTicks(micros * TicksPerMicro);
        return instant.ToString(zoned ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : instant.Ticks % (MicrosPerSecond * TicksPerMicro) == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
    }

    private static bool TryParseDate(string text, out long days)
    {
        bool parsed = DateTime.TryParseExact(text, ["yyyy-MM-dd", "yyyy-M-d"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime date);
        days = parsed ? (long)(date - DateTime.UnixEpoch).TotalDays : 0;
        return parsed;
    }

    private static bool TryParseInstant(string text, out long micros)
    {
        bool parsed = DateTime.TryParseExact(text, InstantFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime instant);
        micros = parsed ? (long)Math.Floor((instant - DateTime.UnixEpoch).Ticks / (decimal)TicksPerMicro) : 0;
        return parsed;
    }

    private static bool TryParseDecimal(string text, DecimalType type, out Value value)
    {
        value = default;
        ReadOnlySpan<char> digits = text.AsSpan().Trim();
        bool negative = digits.StartsWith("-");
        digits = digits.TrimStart("+-");
        int point = digits.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? digits : digits[..point];
        ReadOnlySpan<char> fraction = point < 0 ? [] : digits[(point + 1)..].TrimEnd('0');
        if (fraction.Length > type.Scale || whole.Length + type.Scale > 48 || digits.ContainsAnyExcept(DecimalCharacters))
        {
            return false;
        }

        string unscaled = string.Concat(whole, fraction, new string('0', type.Scale - fraction.Length));
        if (!Int128.TryParse(unscaled.Length == 0 ? "0" : unscaled, NumberStyles.None, CultureInfo.InvariantCulture, out Int128 n) || n >= ArrayCast.Power(type.Precision))
        {
            return false;
        }

        value = Value.Of(negative ? -n : n);
        return true;
    }

    private static bool InRange(long n, string type) => type switch
    {
        "byte" => n is >= sbyte.MinValue and <= sbyte.MaxValue,
        "short" => n is >= short.MinValue and <= short.MaxValue,
        "integer" => n is >= int.MinValue and <= int.MaxValue,
        _ => true,
    };

    // Spark, whose habit is the rule here, turns bytes into text as UTF-8; other bytes would not come back.
    private static string TextFromBinary(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes)
        ? Encoding.UTF8.GetString(bytes)
        : throw new ConstraintViolationException("A binary partition column holds bytes that are not UTF-8; they have no text in the log that all engines read.");

    private static ReadOnlySpan<byte> BytesAt(IArrowArray column, int row)
    {
        ReadOnlySpan<int> offsets = Buffers.Offsets(column);
        return Buffers.Bytes(column)[offsets[row]..offsets[row + 1]];
    }
}
