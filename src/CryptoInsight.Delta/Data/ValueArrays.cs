using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>Columns out of single values, for the small tables that the engine itself writes.</summary>
internal static class ValueArrays
{
    /// <summary>An array of a flat type; null is null.</summary>
    public static IArrowArray Build(DataType type, IReadOnlyList<Value?> values)
    {
        IArrowType arrow = ArrowTypes.ToArrow(type);
        return type switch
        {
            DecimalType => Fixed(arrow, values, static v => v.Whole),
            PrimitiveType { Name: "long" or "timestamp" or "timestamp_ntz" } => Fixed(arrow, values, static v => (long)v.Whole),
            PrimitiveType { Name: "integer" or "date" } => Fixed(arrow, values, static v => (int)v.Whole),
            PrimitiveType { Name: "short" } => Fixed(arrow, values, static v => (short)v.Whole),
            PrimitiveType { Name: "byte" } => Fixed(arrow, values, static v => (sbyte)v.Whole),
            PrimitiveType { Name: "double" } => Fixed(arrow, values, static v => v.Fraction),
            PrimitiveType { Name: "float" } => Fixed(arrow, values, static v => (float)v.Fraction),
            PrimitiveType { Name: "boolean" } => Flags(values),
            PrimitiveType { Name: "string" or "binary" } => Bytes(arrow, values),
            _ => throw new InvalidOperationException($"No single value has the type {type}."),
        };
    }

    /// <summary>The bitmap of what is there, and how many are not.</summary>
    public static (ArrowBuffer Bits, int Nulls) Validity(int length, Func<int, bool> isThere)
    {
        byte[] bits = new byte[BitUtility.ByteCount(length)];
        int nulls = 0;
        for (int i = 0; i < length; i++)
        {
            if (isThere(i))
            {
                BitUtility.SetBit(bits, i);
            }
            else
            {
                nulls++;
            }
        }

        return (new ArrowBuffer(bits), nulls);
    }

    private static IArrowArray Fixed<T>(IArrowType type, IReadOnlyList<Value?> values, Func<Value, T> convert)
        where T : unmanaged
    {
        T[] items = [.. values.Select(v => v is Value there ? convert(there) : default)];
        return Of(type, values, new ArrowBuffer(MemoryMarshal.AsBytes(items.AsSpan()).ToArray()));
    }

    private static IArrowArray Flags(IReadOnlyList<Value?> values)
    {
        byte[] bits = new byte[BitUtility.ByteCount(values.Count)];
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] is Value v && v.Whole != 0)
            {
                BitUtility.SetBit(bits, i);
            }
        }

        return Of(BooleanType.Default, values, new ArrowBuffer(bits));
    }

    private static IArrowArray Bytes(IArrowType type, IReadOnlyList<Value?> values)
    {
        int[] offsets = new int[values.Count + 1];
        using MemoryStream bytes = new();
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i] is Value v)
            {
                bytes.Write(v.Bytes);
            }

            offsets[i + 1] = checked((int)bytes.Length);
        }

        return Of(type, values, new ArrowBuffer(MemoryMarshal.AsBytes(offsets.AsSpan()).ToArray()), new ArrowBuffer(bytes.ToArray()));
    }

    private static IArrowArray Of(IArrowType type, IReadOnlyList<Value?> values, params ArrowBuffer[] buffers)
    {
        (ArrowBuffer bits, int nulls) = Validity(values.Count, i => values[i] is not null);
        return ArrowArrayFactory.BuildArray(new ArrayData(type, values.Count, nulls, 0, [bits, .. buffers]));
    }
}
