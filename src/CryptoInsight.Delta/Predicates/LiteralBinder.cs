using System.Globalization;
using System.Numerics;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Predicates;

/// <summary>Turns (column, operator, literal) into a comparison inside the column's own domain, without rounding the answer.</summary>
internal static class LiteralBinder
{
    public static BoundPredicate Bind(StructField column, Comparison op, object literal)
    {
        ArgumentNullException.ThrowIfNull(literal);
        return column.Type switch
        {
            DecimalType d => BindWhole(column, op, literal, d.Scale, -(ArrayCast.Power(d.Precision) - 1), ArrayCast.Power(d.Precision) - 1),
            PrimitiveType { Name: "long" } => BindWhole(column, op, literal, 0, long.MinValue, long.MaxValue),
            PrimitiveType { Name: "integer" } => BindWhole(column, op, literal, 0, int.MinValue, int.MaxValue),
            PrimitiveType { Name: "short" } => BindWhole(column, op, literal, 0, short.MinValue, short.MaxValue),
            PrimitiveType { Name: "byte" } => BindWhole(column, op, literal, 0, sbyte.MinValue, sbyte.MaxValue),
            PrimitiveType { Name: "date" } => BindWhole(column, op, ParsedTime(literal, isDate: true), 0, int.MinValue, int.MaxValue),
            PrimitiveType { Name: "timestamp" or "timestamp_ntz" } => BindWhole(column, op, ParsedTime(literal, isDate: false), 0, long.MinValue, long.MaxValue),
            PrimitiveType { Name: "double" or "float" } => new BoundPredicate.Compare(column, op, Value.Of(ToDouble(column, literal))),
            PrimitiveType { Name: "string" } when literal is string text => new BoundPredicate.Compare(column, op, Value.Of(text)),
            PrimitiveType { Name: "binary" } when literal is byte[] bytes => new BoundPredicate.Compare(column, op, Value.Of(bytes)),
            PrimitiveType { Name: "boolean" } when literal is bool flag => new BoundPredicate.Compare(column, op, Value.Of(flag)),
            _ => throw Incomparable(column, literal),
        };
    }

    private static BoundPredicate BindWhole(StructField column, Comparison op, object literal, int scale, Int128 low, Int128 high)
    {
        if (literal is double.NaN or float.NaN)
        {
            // NaN is greater than every number.
            return new BoundPredicate.Known(column, op is Comparison.Less or Comparison.LessOrEqual or Comparison.NotEqual);
        }

        (BigInteger floor, bool exact) = Scaled(column, literal, scale);
        if (!exact)
        {
            // Between two neighbours: "less" is "at most the lower", "at least" is "above the lower".
            switch (op)
            {
                case Comparison.Equal:
                    return new BoundPredicate.Known(column, false);
                case Comparison.NotEqual:
                    return new BoundPredicate.Known(column, true);
                case Comparison.Less:
                    op = Comparison.LessOrEqual;
                    break;
                case Comparison.GreaterOrEqual:
                    op = Comparison.Greater;
                    break;
                default:
                    break;
            }
        }

        if (floor > (BigInteger)high)
        {
            return new BoundPredicate.Known(column, op is Comparison.Less or Comparison.LessOrEqual or Comparison.NotEqual);
        }

        return floor < (BigInteger)low
            ? new BoundPredicate.Known(column, op is Comparison.Greater or Comparison.GreaterOrEqual or Comparison.NotEqual)
            : new BoundPredicate.Compare(column, op, Value.Of((Int128)floor));
    }

    /// <summary>The literal times 10^scale, rounded down, and whether nothing was lost.</summary>
    private static (BigInteger Floor, bool Exact) Scaled(StructField column, object literal, int scale)
    {
        BigInteger power = BigInteger.Pow(10, scale);
        switch (literal)
        {
            case long or int or short or sbyte or byte:
                return (System.Convert.ToInt64(literal, CultureInfo.InvariantCulture) * power, true);
            case decimal d:
                return Divided(Unscaled(d) * power, BigInteger.Pow(10, d.Scale));
            case double or float:
                double v = System.Convert.ToDouble(literal, CultureInfo.InvariantCulture);
                if (double.IsInfinity(v))
                {
                    return (v > 0 ? BigInteger.Pow(10, 60) : -BigInteger.Pow(10, 60), true);
                }

                (BigInteger mantissa, int exponent) = Split(v);
                return exponent >= 0 ? (mantissa * BigInteger.Pow(2, exponent) * power, true) : Divided(mantissa * power, BigInteger.Pow(2, -exponent));
            default:
                throw Incomparable(column, literal);
        }
    }

    private static (BigInteger Floor, bool Exact) Divided(BigInteger number, BigInteger divisor)
    {
        BigInteger quotient = BigInteger.DivRem(number, divisor, out BigInteger rest);
        return (rest.Sign < 0 ? quotient - 1 : quotient, rest.IsZero);
    }

    private static BigInteger Unscaled(decimal d)
    {
        int[] bits = decimal.GetBits(d);
        BigInteger magnitude = (uint)bits[0] + ((BigInteger)(uint)bits[1] << 32) + ((BigInteger)(uint)bits[2] << 64);
        return bits[3] < 0 ? -magnitude : magnitude;
    }

    private static (BigInteger Mantissa, int Exponent) Split(double v)
    {
        long bits = BitConverter.DoubleToInt64Bits(v);
        int exponent = (int)((bits >> 52) & 0x7FF);
        long mantissa = bits & 0xFFFFFFFFFFFFFL;
        mantissa = exponent == 0 ? mantissa : mantissa | 0x10000000000000L;
        return (bits < 0 ? -mantissa : mantissa, Math.Max(exponent, 1) - 1075);
    }

    private static double ToDouble(StructField column, object literal) => literal switch
    {
        long or int or short or sbyte or byte or double or float or decimal => System.Convert.ToDouble(literal, CultureInfo.InvariantCulture),
        _ => throw Incomparable(column, literal),
    };

    private static object ParsedTime(object literal, bool isDate)
    {
        if (literal is not string text)
        {
            return literal;
        }

        return PartitionValues.TryParse(text, isDate ? DataType.Date : DataType.Timestamp, out Value value) ? (long)value.Whole
            : throw new DeltaException($"The predicate compares a {(isDate ? "date" : "timestamp")} column with text that is no {(isDate ? "date (YYYY-MM-DD)" : "timestamp (YYYY-MM-DD HH:MM:SS[.ffffff])")}.");
    }

    private static DeltaException Incomparable(StructField column, object literal) =>
        new($"The predicate compares column '{column.Name}' of type {column.Type} with a literal of type {literal.GetType().Name}; give a literal of the column's own kind.");
}
