using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace CryptoInsight.Delta.Data;

/// <summary>Picks rows of arrays by number, of every type a table can have.</summary>
/// <remarks>A span over native memory does not keep that memory: each loop ends by keeping its array alive.</remarks>
internal static class ArrayTake
{
    /// <summary>The rows of the batch in the order asked for.</summary>
    public static RecordBatch Take(RecordBatch batch, ReadOnlySpan<int> rows)
    {
        IArrowArray[] columns = new IArrowArray[batch.ColumnCount];
        for (int c = 0; c < columns.Length; c++)
        {
            columns[c] = Take(batch.Column(c), rows);
        }

        return new RecordBatch(batch.Schema, columns, rows.Length);
    }

    /// <summary>The rows of the array in the order asked for; -1 gives a null.</summary>
    public static IArrowArray Take(IArrowArray array, ReadOnlySpan<int> rows) => ArrowArrayFactory.BuildArray(TakeData(array, rows));

    private static ArrayData TakeData(IArrowArray array, ReadOnlySpan<int> rows)
    {
        ArrayData data = array.Data;
        if (data.DataType.TypeId == ArrowTypeId.Null)
        {
            return new NullArray(rows.Length).Data;
        }

        ArrowBuffer bitmap = TakeValidity(array, rows, out int nulls);
        switch (data.DataType)
        {
            case StringType or BinaryType:
                return TakeBytes(array, rows, bitmap, nulls);
            case Apache.Arrow.Types.MapType or ListType:
                return TakeLists(array, rows, bitmap, nulls);
            case Apache.Arrow.Types.StructType:
                int[] shifted = new int[rows.Length];
                for (int i = 0; i < rows.Length; i++)
                {
                    shifted[i] = rows[i] < 0 ? -1 : rows[i] + data.Offset;
                }

                return new ArrayData(data.DataType, rows.Length, nulls, 0, [bitmap], [.. data.Children.Select(c => TakeData(ArrowArrayFactory.BuildArray(c), shifted))]);
            case BooleanType:
                return TakeFlags(array, rows, bitmap, nulls);
            case FixedWidthType fixedWidth:
                return new ArrayData(data.DataType, rows.Length, nulls, 0, [bitmap, TakeFixed(array, rows, fixedWidth.BitWidth / 8)]);
            default:
                throw new InvalidOperationException($"No Delta type has the Arrow type {data.DataType.TypeId}.");
        }
    }

    private static ArrowBuffer TakeValidity(IArrowArray array, ReadOnlySpan<int> rows, out int nulls)
    {
        nulls = 0;
        Validity validity = Buffers.ValidityOf(array);
        if (validity.AllValid && rows.IndexOf(-1) < 0)
        {
            return ArrowBuffer.Empty;
        }

        byte[] bits = new byte[BitUtility.ByteCount(rows.Length)];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] >= 0 && validity[rows[i]])
            {
                BitUtility.SetBit(bits, i);
            }
            else
            {
                nulls++;
            }
        }

        return nulls == 0 ? ArrowBuffer.Empty : new ArrowBuffer(bits);
    }

    private static ArrowBuffer TakeFixed(IArrowArray array, ReadOnlySpan<int> rows, int width) => width switch
    {
        1 => Gather<byte>(array, rows),
        2 => Gather<short>(array, rows),
        4 => Gather<int>(array, rows),
        8 => Gather<long>(array, rows),
        16 => Gather<Int128>(array, rows),
        _ => throw new InvalidOperationException($"No Delta type is {width} bytes wide."),
    };

    private static ArrowBuffer Gather<T>(IArrowArray array, ReadOnlySpan<int> rows)
        where T : unmanaged
    {
        ReadOnlySpan<T> from = Buffers.Values<T>(array);
        byte[] bytes = GC.AllocateUninitializedArray<byte>(rows.Length * Marshal.SizeOf<T>());
        Span<T> to = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            to[i] = row < 0 ? default : from[row];
        }

        GC.KeepAlive(array);
        return new ArrowBuffer(bytes);
    }

    private static ArrayData TakeFlags(IArrowArray array, ReadOnlySpan<int> rows, ArrowBuffer bitmap, int nulls)
    {
        ReadOnlySpan<byte> from = array.Data.Buffers[1].Span;
        byte[] bits = new byte[BitUtility.ByteCount(rows.Length)];
        for (int i = 0; i < rows.Length; i++)
        {
            if (rows[i] >= 0 && BitUtility.GetBit(from, array.Data.Offset + rows[i]))
            {
                BitUtility.SetBit(bits, i);
            }
        }

        GC.KeepAlive(array);
        return new ArrayData(array.Data.DataType, rows.Length, nulls, 0, [bitmap, new ArrowBuffer(bits)]);
    }

    private static ArrayData TakeBytes(IArrowArray array, ReadOnlySpan<int> rows, ArrowBuffer bitmap, int nulls)
    {
        ReadOnlySpan<int> from = Buffers.Offsets(array);
        ReadOnlySpan<byte> source = Buffers.Bytes(array);
        byte[] offsetBytes = GC.AllocateUninitializedArray<byte>((rows.Length + 1) * sizeof(int));
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(offsetBytes.AsSpan());
        offsets[0] = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            offsets[i + 1] = checked(offsets[i] + (row < 0 ? 0 : from[row + 1] - from[row]));
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(offsets[rows.Length]);
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            if (row >= 0)
            {
                source[from[row]..from[row + 1]].CopyTo(bytes.AsSpan(offsets[i]));
            }
        }

        GC.KeepAlive(array);
        return new ArrayData(array.Data.DataType, rows.Length, nulls, 0, [bitmap, new ArrowBuffer(offsetBytes), new ArrowBuffer(bytes)]);
    }

    private static ArrayData TakeLists(IArrowArray array, ReadOnlySpan<int> rows, ArrowBuffer bitmap, int nulls)
    {
        ReadOnlySpan<int> from = Buffers.Offsets(array);
        byte[] offsetBytes = new byte[(rows.Length + 1) * sizeof(int)];
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(offsetBytes.AsSpan());
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            offsets[i + 1] = checked(offsets[i] + (row < 0 ? 0 : from[row + 1] - from[row]));
        }

        int[] elements = new int[offsets[rows.Length]];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int e = 0; e < offsets[i + 1] - offsets[i]; e++)
            {
                elements[offsets[i] + e] = from[rows[i]] + e;
            }
        }

        ArrayData child = TakeData(ArrowArrayFactory.BuildArray(array.Data.Children[0]), elements);
        return new ArrayData(array.Data.DataType, rows.Length, nulls, 0, [bitmap, new ArrowBuffer(offsetBytes)], [child]);
    }
}
