using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace CryptoInsight.Delta.Data;

/// <summary>Arrays of one repeated value: nulls for missing columns, partition values for the rows of a file.</summary>
internal static class FilledArrays
{
    /// <summary>An array of nulls of any type.</summary>
    public static IArrowArray Nulls(IArrowType type, int length) => ArrowArrayFactory.BuildArray(NullData(type, length));

    /// <summary>The same fixed-width value in every row.</summary>
    public static IArrowArray Repeat<T>(IArrowType type, T value, int length)
        where T : unmanaged
    {
        byte[] bytes = new byte[length * Marshal.SizeOf<T>()];
        MemoryMarshal.Cast<byte, T>(bytes.AsSpan()).Fill(value);
        return ArrowArrayFactory.BuildArray(new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(bytes)]));
    }

    /// <summary>The same text or bytes in every row.</summary>
    public static IArrowArray Repeat(IArrowType type, ReadOnlySpan<byte> value, int length)
    {
        byte[] offsets = new byte[(length + 1) * sizeof(int)];
        Span<int> starts = MemoryMarshal.Cast<byte, int>(offsets.AsSpan());
        byte[] bytes = new byte[checked(length * value.Length)];
        for (int i = 0; i < length; i++)
        {
            starts[i + 1] = starts[i] + value.Length;
            value.CopyTo(bytes.AsSpan(starts[i]));
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(type, length, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(offsets), new ArrowBuffer(bytes)]));
    }

    /// <summary>The same flag in every row.</summary>
    public static IArrowArray Repeat(bool value, int length)
    {
        byte[] bits = new byte[BitUtility.ByteCount(length)];
        bits.AsSpan().Fill(value ? (byte)0xFF : (byte)0);
        return ArrowArrayFactory.BuildArray(new ArrayData(BooleanType.Default, length, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(bits)]));
    }

    private static ArrayData NullData(IArrowType type, int length)
    {
        ArrowBuffer none = new(new byte[BitUtility.ByteCount(length)]);
        return type switch
        {
            NullType => new ArrayData(type, length, length, 0, System.Array.Empty<ArrowBuffer>()),
            StringType or BinaryType => new ArrayData(type, length, length, 0, [none, Zeros(length + 1, sizeof(int)), ArrowBuffer.Empty]),
            MapType map => new ArrayData(type, length, length, 0, [none, Zeros(length + 1, sizeof(int))], [EmptyEntries(map)]),
            ListType list => new ArrayData(type, length, length, 0, [none, Zeros(length + 1, sizeof(int))], [NullData(list.ValueDataType, 0)]),
            Apache.Arrow.Types.StructType s => new ArrayData(type, length, length, 0, [none], [.. s.Fields.Select(f => NullData(f.DataType, length))]),
            BooleanType => new ArrayData(type, length, length, 0, [none, new ArrowBuffer(new byte[BitUtility.ByteCount(length)])]),
            FixedWidthType fixedWidth => new ArrayData(type, length, length, 0, [none, Zeros(length, fixedWidth.BitWidth / 8)]),
            _ => throw new InvalidOperationException($"No Delta type has the Arrow type {type.TypeId}."),
        };
    }

    private static ArrayData EmptyEntries(MapType map) =>
        new(map.KeyValueType, 0, 0, 0, [ArrowBuffer.Empty], [NullData(map.KeyField.DataType, 0), NullData(map.ValueField.DataType, 0)]);

    private static ArrowBuffer Zeros(int count, int width) => new(new byte[checked(count * width)]);

    /// <summary>A bitmap that begins at row 0, copied out of an array that may begin anywhere; empty where nothing is null.</summary>
    public static ArrowBuffer BitmapFromZero(IArrowArray array)
    {
        if (array.NullCount == 0)
        {
            return ArrowBuffer.Empty;
        }

        ReadOnlySpan<byte> source = array.Data.Buffers[0].Span;
        byte[] bits = new byte[BitUtility.ByteCount(array.Length)];
        CopyBits(source, array.Data.Offset, bits, array.Length);
        return new ArrowBuffer(bits);
    }

    /// <summary>Copies <paramref name="length"/> bits that begin at bit <paramref name="from"/> to the start of <paramref name="target"/>.</summary>
    public static void CopyBits(ReadOnlySpan<byte> source, int from, Span<byte> target, int length)
    {
        int shift = from & 7;
        ReadOnlySpan<byte> bytes = source[(from >> 3)..];
        int count = BitUtility.ByteCount(length);
        if (shift == 0)
        {
            bytes[..count].CopyTo(target);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            int low = bytes[i] >> shift;
            int high = i + 1 < bytes.Length ? bytes[i + 1] << (8 - shift) : 0;
            target[i] = (byte)(low | high);
        }
    }

    /// <summary>Fixed-width values made one by one, nulls kept.</summary>
    public static IArrowArray Map<TFrom, TTo>(IArrowArray source, IArrowType type, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        ReadOnlySpan<TFrom> from = Buffers.Values<TFrom>(source);
        byte[] bytes = new byte[source.Length * Marshal.SizeOf<TTo>()];
        Span<TTo> to = MemoryMarshal.Cast<byte, TTo>(bytes.AsSpan());
        Validity validity = Buffers.ValidityOf(source);
        for (int i = 0; i < from.Length; i++)
        {
            // The slot of a null holds anything: it must not be converted, it may not fit.
            if (validity[i])
            {
                to[i] = convert(from[i]);
            }
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(type, source.Length, source.NullCount, 0, [BitmapFromZero(source), new ArrowBuffer(bytes)]));
    }
}
