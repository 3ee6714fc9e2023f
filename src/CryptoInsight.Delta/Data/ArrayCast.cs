using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>Lossless casts of flat columns: every encoding that foreign writers use, and the protocol's type widening.</summary>
internal static class ArrayCast
{
    private const long MicrosPerDay = 86_400_000_000;
    private const long MillisPerDay = 86_400_000;

    public static IArrowArray Cast(IArrowArray source, DataType target)
    {
        IArrowType wanted = ArrowTypes.ToArrow(target);
        try
        {
            return target switch
            {
                DecimalType d => ToDecimal(source, d, wanted),
                PrimitiveType { Name: "long" } => ToInteger<long>(source, target, wanted),
                PrimitiveType { Name: "integer" } => ToInteger<int>(source, target, wanted),
                PrimitiveType { Name: "short" } => ToInteger<short>(source, target, wanted),
                PrimitiveType { Name: "byte" } => ToInteger<sbyte>(source, target, wanted),
                PrimitiveType { Name: "double" } => ToDouble(source, target),
                PrimitiveType { Name: "float" } => source is FloatArray ? source : throw ArrayShaper.Mismatch(source.Data.DataType, target),
                PrimitiveType { Name: "boolean" } => source is BooleanArray ? source : throw ArrayShaper.Mismatch(source.Data.DataType, target),
                PrimitiveType { Name: "date" } => ToDate(source, target),
                PrimitiveType { Name: "timestamp" } or PrimitiveType { Name: "timestamp_ntz" } => ToInstant(source, target, wanted),
                PrimitiveType { Name: "string" } or PrimitiveType { Name: "binary" } => ToBytes(source, target, wanted),
                PrimitiveType { Name: "variant" } => ToVariant(source, target),
                PrimitiveType { Name: "void" } => FilledArrays.Nulls(wanted, source.Length),
                _ => throw ArrayShaper.Mismatch(source.Data.DataType, target),
            };
        }
        catch (OverflowException e)
        {
            throw new CorruptTableException($"A data file holds a value that does not fit into {target}, the type of its column in the table's schema.", e);
        }
    }

    private static IArrowArray ToInteger<T>(IArrowArray source, DataType target, IArrowType wanted)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (source.Data.DataType.TypeId == wanted.TypeId)
        {
            return source;
        }

        return source switch
        {
            Int8Array => FilledArrays.Map<sbyte, T>(source, wanted, T.CreateChecked),
            Int16Array => FilledArrays.Map<short, T>(source, wanted, T.CreateChecked),
            Int32Array => FilledArrays.Map<int, T>(source, wanted, T.CreateChecked),
            Int64Array => FilledArrays.Map<long, T>(source, wanted, T.CreateChecked),
            UInt8Array => FilledArrays.Map<byte, T>(source, wanted, T.CreateChecked),
            UInt16Array => FilledArrays.Map<ushort, T>(source, wanted, T.CreateChecked),
            UInt32Array => FilledArrays.Map<uint, T>(source, wanted, T.CreateChecked),
            UInt64Array => FilledArrays.Map<ulong, T>(source, wanted, T.CreateChecked),
            _ => throw ArrayShaper.Mismatch(source.Data.DataType, target),
        };
    }

    private static IArrowArray ToDouble(IArrowArray source, DataType target) => source switch
    {
        DoubleArray => source,
        FloatArray => FilledArrays.Map<float, double>(source, DoubleType.Default, static v => v),
        Int8Array => FilledArrays.Map<sbyte, double>(source, DoubleType.Default, static v => v),
        Int16Array => FilledArrays.Map<short, double>(source, DoubleType.Default, static v => v),
        Int32Array => FilledArrays.Map<int, double>(source, DoubleType.Default, static v => v),
        _ => throw ArrayShaper.Mismatch(source.Data.DataType, target),
    };

    private static IArrowArray ToDate(IArrowArray source, DataType target) => source switch
    {
        Date32Array => source,
        Date64Array => FilledArrays.Map<long, int>(source, Date32Type.Default, static v => checked((int)Math.DivRem(v, MillisPerDay).Quotient)),
        _ => throw ArrayShaper.Mismatch(source.Data.DataType, target),
    };

    private static IArrowArray ToInstant(IArrowArray source, DataType target, IArrowType wanted)
    {
        switch (source)
        {
            case Date32Array when target is PrimitiveType { Name: "timestamp_ntz" }:
                return FilledArrays.Map<int, long>(source, wanted, static days => days * MicrosPerDay);
            case TimestampArray:
                TimestampType type = (TimestampType)source.Data.DataType;
                return type.Unit switch
                {
                    TimeUnit.Microsecond when type.Timezone == ((TimestampType)wanted).Timezone => source,
                    TimeUnit.Microsecond => Relabel(source, wanted),
                    TimeUnit.Second => FilledArrays.Map<long, long>(source, wanted, static v => checked(v * 1_000_000)),
                    TimeUnit.Millisecond => FilledArrays.Map<long, long>(source, wanted, static v => checked(v * 1000)),
                    _ => FilledArrays.Map<long, long>(source, wanted, static v => v >= 0 ? v / 1000 : ((v + 1) / 1000) - 1),
                };
            default:
                throw ArrayShaper.Mismatch(source.Data.DataType, target);
        }
    }

    private static IArrowArray ToBytes(IArrowArray source, DataType target, IArrowType wanted)
    {
        switch (source.Data.DataType.TypeId)
        {
            case ArrowTypeId.String or ArrowTypeId.Binary:
                return source.Data.DataType.TypeId == wanted.TypeId ? source : Relabel(source, wanted);
            case ArrowTypeId.LargeString or ArrowTypeId.LargeBinary:
                LargeBinaryArray large = (LargeBinaryArray)source;
                return Copy(source, wanted, large, static (a, i) => a.GetBytes(i));
            case ArrowTypeId.StringView or ArrowTypeId.BinaryView:
                return Copy(source, wanted, (BinaryViewArray)source, static (a, i) => a.GetBytes(i));
            case ArrowTypeId.FixedSizedBinary:
                return Copy(source, wanted, (Apache.Arrow.Arrays.FixedSizeBinaryArray)source, static (a, i) => a.GetBytes(i));
            default:
                throw ArrayShaper.Mismatch(source.Data.DataType, target);
        }
    }

    private delegate ReadOnlySpan<byte> BytesAt<in TArray>(TArray array, int row);

    private static IArrowArray Copy<TArray>(IArrowArray source, IArrowType wanted, TArray array, BytesAt<TArray> at)
    {
        byte[] offsetBytes = new byte[(source.Length + 1) * sizeof(int)];
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(offsetBytes.AsSpan());
        for (int i = 0; i < source.Length; i++)
        {
            offsets[i + 1] = checked(offsets[i] + (source.IsNull(i) ? 0 : at(array, i).Length));
        }

        byte[] bytes = new byte[offsets[source.Length]];
        for (int i = 0; i < source.Length; i++)
        {
            if (!source.IsNull(i))
            {
                at(array, i).CopyTo(bytes.AsSpan(offsets[i]));
            }
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(wanted, source.Length, source.NullCount, 0, [FilledArrays.BitmapFromZero(source), new ArrowBuffer(offsetBytes), new ArrowBuffer(bytes)]));
    }

    private static IArrowArray ToDecimal(IArrowArray source, DecimalType target, IArrowType wanted)
    {
        Int128 limit = Power(target.Precision);
        Func<Int128, Int128> scaled = v => Bounded(checked(v * Power(target.Scale)), limit);
        switch (source)
        {
            case Decimal128Array d when d.Scale == target.Scale && d.Precision == target.Precision:
                return source;
            case Decimal128Array d:
                return FilledArrays.Map<Int128, Int128>(source, wanted, v => Rescaled(v, d.Scale, target.Scale, limit));
            case Decimal32Array d:
                return FilledArrays.Map<int, Int128>(source, wanted, v => Rescaled(v, d.Scale, target.Scale, limit));
            case Decimal64Array d:
                return FilledArrays.Map<long, Int128>(source, wanted, v => Rescaled(v, d.Scale, target.Scale, limit));
            case Decimal256Array d:
                return FilledArrays.Map<Wide, Int128>(source, wanted, v => Rescaled(v.Narrow(), d.Scale, target.Scale, limit));
            case Int8Array:
                return FilledArrays.Map<sbyte, Int128>(source, wanted, v => scaled(v));
            case Int16Array:
                return FilledArrays.Map<short, Int128>(source, wanted, v => scaled(v));
            case Int32Array:
                return FilledArrays.Map<int, Int128>(source, wanted, v => scaled(v));
            case Int64Array:
                return FilledArrays.Map<long, Int128>(source, wanted, v => scaled(v));
            default:
                throw ArrayShaper.Mismatch(source.Data.DataType, target);
        }
    }

    private static IArrowArray ToVariant(IArrowArray source, DataType target)
    {
        StructField[] parts = [new StructField("metadata", DataType.Binary), new StructField("value", DataType.Binary)];
        if (source.Data.DataType is not Apache.Arrow.Types.StructType s || s.Fields.Count != 2 || parts.Any(p => ArrayShaper.IndexOf(s.Fields, p, ColumnMappingMode.None) < 0))
        {
            throw new UnsupportedFeatureException("A data file holds a shredded variant column; this engine reads unshredded ones only. Leave the column out, or rewrite the table unshredded.", ["variantShredding"]);
        }

        return Relabel(ArrayShaper.Shape(source, new Schema.StructType(parts), ColumnMappingMode.None), ArrowTypes.ToArrow(target));
    }

    /// <summary>The same buffers under another type of the same layout.</summary>
    private static IArrowArray Relabel(IArrowArray source, IArrowType type)
    {
        ArrayData d = source.Data;
        return ArrowArrayFactory.BuildArray(new ArrayData(type, d.Length, d.NullCount, d.Offset, d.Buffers, d.Children));
    }

    private static Int128 Rescaled(Int128 unscaled, int from, int to, Int128 limit)
    {
        if (to >= from)
        {
            return Bounded(checked(unscaled * Power(to - from)), limit);
        }

        (Int128 quotient, Int128 rest) = Int128.DivRem(unscaled, Power(from - to));
        return rest == 0 ? Bounded(quotient, limit) : throw new OverflowException("Digits after the point would be lost.");
    }

    private static Int128 Bounded(Int128 value, Int128 limit) => Int128.Abs(value) < limit ? value : throw new OverflowException("More digits than the decimal type has.");

    internal static Int128 Power(int exponent)
    {
        Int128 power = 1;
        for (int i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }

    /// <summary>A 256-bit integer as Arrow lays it out.</summary>
    private readonly struct Wide(Int128 low, Int128 high)
    {
        public Int128 Narrow() => high == (Int128.IsNegative(low) ? -1 : 0) ? low : throw new OverflowException("More than 38 digits.");
    }
}
