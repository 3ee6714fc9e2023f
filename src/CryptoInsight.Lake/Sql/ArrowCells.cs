using System.Globalization;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Scalars;
using Apache.Arrow.Types;

namespace CryptoInsight.Lake.Sql;

/// <summary>The cells of Arrow columns as plain values; what .NET cannot hold (infinite times, years past 9999) becomes a text.</summary>
internal static class ArrowCells
{
    private const int DecimalDigitsMax = 28;
    private const int WholeDigits = 38; // DuckDB's HUGEINT comes as a decimal of 38 digits without a fraction

    /// <summary>Reads the cells of one column by row.</summary>
    public static Func<int, object?> Reader(IArrowArray column)
    {
        Func<int, object?> value = NotNull(column);
        return i => column.IsNull(i) ? null : value(i);
    }

    private static Func<int, object?> NotNull(IArrowArray column) => column switch
    {
        StringArray c => i => c.GetString(i),
        Int64Array c => i => c.GetValue(i),
        DoubleArray c => i => c.GetValue(i),
        Int32Array c => i => c.GetValue(i),
        BooleanArray c => i => c.GetValue(i),
        TimestampArray c => Instant(c, (TimestampType)c.Data.DataType),
        Date32Array c => i => Date(c.Values[i]),
        Int16Array c => i => c.GetValue(i),
        Int8Array c => i => c.GetValue(i),
        UInt8Array c => i => c.GetValue(i),
        UInt16Array c => i => c.GetValue(i),
        UInt32Array c => i => c.GetValue(i),
        UInt64Array c => i => c.GetValue(i),
        FloatArray c => i => c.GetValue(i),
        Decimal128Array c => Decimal(c, (Decimal128Type)c.Data.DataType),
        BinaryArray c => i => c.GetBytes(i).ToArray(),
        Time64Array c => i => Time(c.Values[i], ((Time64Type)c.Data.DataType).Unit),
        MonthDayNanosecondIntervalArray c => i => Interval(c.GetValue(i)!.Value),
        MapArray c => Map(c),
        ListArray c => List(c.Values, i => (c.ValueOffsets[i], c.ValueOffsets[i + 1])),
        FixedSizeListArray c => List(c.Values, i => (i * ((FixedSizeListType)c.Data.DataType).ListSize, (i + 1) * ((FixedSizeListType)c.Data.DataType).ListSize)),
        StructArray c => Struct(c),
        DictionaryArray c => Word(c),
        NullArray => _ => null,
        _ => throw new SqlException($"The answer has a column of the type {column.Data.DataType.Name}, which cannot be shown; CAST it to VARCHAR."),
    };

    private static Func<int, object?> List(IArrowArray values, Func<int, (int From, int To)> bounds)
    {
        Func<int, object?> value = Reader(values);
        return i =>
        {
            (int from, int to) = bounds(i);
            return Enumerable.Range(from, to - from).Select(value).ToList();
        };
    }

    private static Func<int, object?> Struct(StructArray column)
    {
        string[] names = [.. ((StructType)column.Data.DataType).Fields.Select(f => f.Name)];
        Func<int, object?>[] fields = [.. column.Fields.Select(Reader)];
        return i => names.Zip(fields).ToDictionary(f => f.First, f => f.Second(i), StringComparer.Ordinal);
    }

    /// <summary>A map's keys as texts: in JSON and on a screen nothing else can be a key.</summary>
    private static Func<int, object?> Map(MapArray column)
    {
        Func<int, object?> key = Reader(column.Keys), value = Reader(column.Values);
        return i =>
        {
            var map = new Dictionary<string, object?>(StringComparer.Ordinal);
            for (int at = column.ValueOffsets[i]; at < column.ValueOffsets[i + 1]; at++)
            {
                map[Convert.ToString(key(at), CultureInfo.InvariantCulture) ?? ""] = value(at);
            }

            return map;
        };
    }

    private static Func<int, object?> Word(DictionaryArray column)
    {
        Func<int, object?> at = Reader(column.Indices), word = Reader(column.Dictionary);
        return i => word(Convert.ToInt32(at(i), CultureInfo.InvariantCulture));
    }

    private static Func<int, object?> Decimal(Decimal128Array column, Decimal128Type type)
    {
        if (type.Scale == 0 && type.Precision == WholeDigits)
        {
            return i =>
            {
                BigInteger whole = BigInteger.Parse(column.GetString(i)!, CultureInfo.InvariantCulture);
                return whole >= long.MinValue && whole <= long.MaxValue ? (object)(long)whole : whole;
            };
        }

        return type.Precision <= DecimalDigitsMax
            ? i => column.GetValue(i)
            : i => decimal.TryParse(column.GetString(i), NumberStyles.Number, CultureInfo.InvariantCulture, out decimal d) && Digits(column.GetString(i)!) <= DecimalDigitsMax ? d : column.GetString(i);
    }

    private static int Digits(string number) => number.Count(char.IsAsciiDigit);

    private static Func<int, object?> Instant(TimestampArray column, TimestampType type)
    {
        bool isUtc = type.Timezone is { Length: > 0 };
        (long multiply, long divide) = type.Unit switch
        {
            TimeUnit.Second => (1_000_000L, 1L),
            TimeUnit.Millisecond => (1_000L, 1L),
            TimeUnit.Nanosecond => (1L, 1_000L),
            _ => (1L, 1L),
        };
        return i =>
        {
            long raw = column.Values[i];
            if (raw is long.MaxValue or -long.MaxValue)
            {
                return raw > 0 ? "infinity" : "-infinity";
            }

            Int128 micros = divide == 1 ? (Int128)raw * multiply : Math.DivRem(raw, divide).Quotient - (raw % divide < 0 ? 1 : 0);
            Int128 ticks = (micros * TimeSpan.TicksPerMicrosecond) + DateTime.UnixEpoch.Ticks;
            if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{micros} microseconds since 1970"); // beyond the years 1 to 9999
            }

            var at = new DateTime((long)ticks, isUtc ? DateTimeKind.Utc : DateTimeKind.Unspecified);
            return isUtc ? (object)new DateTimeOffset(at) : at;
        };
    }

    private static object Date(int day) =>
        day is int.MaxValue or -int.MaxValue ? (day > 0 ? "infinity" : "-infinity")
        : day + (long)DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber is >= 0 and <= 3_652_058 and var number ? DateOnly.FromDayNumber((int)number)
        : string.Create(CultureInfo.InvariantCulture, $"{day} days since 1970");

    private static string Time(long value, TimeUnit unit)
    {
        long micros = unit == TimeUnit.Nanosecond ? value / 1_000 : value;
        (long seconds, long fraction) = Math.DivRem(micros, 1_000_000);
        string text = string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
        return fraction == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}.{fraction:000000}");
    }

    private static string Interval(MonthDayNanosecondInterval v)
    {
        var parts = new List<string>();
        if (v.Months != 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{v.Months} months"));
        }

        if (v.Days != 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{v.Days} days"));
        }

        if (v.Nanoseconds != 0 || parts.Count == 0)
        {
            parts.Add(TimeSpan.FromTicks(v.Nanoseconds / 100).ToString("c", CultureInfo.InvariantCulture));
        }

        return string.Join(' ', parts);
    }
}
