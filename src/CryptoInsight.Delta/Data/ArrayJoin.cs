using Apache.Arrow;
using Apache.Arrow.Types;

namespace CryptoInsight.Delta.Data;

/// <summary>Puts arrays of one type behind each other.</summary>
internal static class ArrayJoin
{
    /// <summary>One array of all rows, which shares no memory with the parts.</summary>
    public static IArrowArray Join(IReadOnlyList<IArrowArray> parts)
    {
        int length = parts.Sum(static p => p.Length);
        ArrayData first = parts[0].Data;
        return first.DataType switch
        {
            StringType or BinaryType when parts.All(static p => p.NullCount == 0) => Bytes(parts, length),
            BooleanType => ArrowArrayConcatenator.Concatenate([.. parts]),
            FixedWidthType type when parts.All(static p => p.NullCount == 0) => Fixed(parts, type.BitWidth / 8, length),
            _ => ArrowArrayConcatenator.Concatenate([.. parts]),
        };
    }

    private static IArrowArray Fixed(IReadOnlyList<IArrowArray> parts, int width, int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(checked(length * width));
        int done = 0;
        foreach (IArrowArray part in parts)
        {
            if (part.Length > 0)
            {
                part.Data.Buffers[1].Span.Slice(part.Data.Offset * width, part.Length * width).CopyTo(bytes.AsSpan(done));
                done += part.Length * width;
                GC.KeepAlive(part);
            }
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(parts[0].Data.DataType, length, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(bytes)]));
    }

    private static IArrowArray Bytes(IReadOnlyList<IArrowArray> parts, int length)
    {
        int[] offsets = new int[length + 1];
        int at = 0;
        foreach (IArrowArray part in parts)
        {
            ReadOnlySpan<int> from = Buffers.Offsets(part);
            for (int i = 0; i < part.Length; i++, at++)
            {
                offsets[at + 1] = checked(offsets[at] + (from[i + 1] - from[i]));
            }

            GC.KeepAlive(part);
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(offsets[length]);
        int done = 0;
        foreach (IArrowArray part in parts)
        {
            ReadOnlySpan<int> from = Buffers.Offsets(part);
            if (part.Length > 0)
            {
                Buffers.Bytes(part)[from[0]..from[part.Length]].CopyTo(bytes.AsSpan(done));
                done += from[part.Length] - from[0];
            }

            GC.KeepAlive(part);
        }

        byte[] offsetBytes = new byte[offsets.Length * sizeof(int)];
        System.Buffer.BlockCopy(offsets, 0, offsetBytes, 0, offsetBytes.Length);
        return ArrowArrayFactory.BuildArray(new ArrayData(parts[0].Data.DataType, length, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(offsetBytes), new ArrowBuffer(bytes)]));
    }
}
