using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace CryptoInsight.Delta.Data;

/// <summary>The buffers of an Arrow array as spans that begin at the array's first row, whatever its offset.</summary>
internal static class Buffers
{
    /// <summary>The values of a fixed-width array (numbers, dates, timestamps; decimals as Int128), null slots included.</summary>
    public static ReadOnlySpan<T> Values<T>(IArrowArray array)
        where T : unmanaged =>
        array.Length == 0 ? [] : MemoryMarshal.Cast<byte, T>(array.Data.Buffers[1].Span).Slice(array.Data.Offset, array.Length);

    /// <summary>Length + 1 offsets of a string, binary, list or map array.</summary>
    public static ReadOnlySpan<int> Offsets(IArrowArray array) =>
        array.Length == 0 ? [0] : MemoryMarshal.Cast<byte, int>(array.Data.Buffers[1].Span).Slice(array.Data.Offset, array.Length + 1);

    /// <summary>The bytes that the offsets of a string or binary array point into.</summary>
    public static ReadOnlySpan<byte> Bytes(IArrowArray array) => array.Data.Buffers.Length > 2 ? array.Data.Buffers[2].Span : default;

    public static Validity ValidityOf(IArrowArray array) => new(array);

    /// <summary>Child <paramref name="index"/> of a struct array, cut to the struct's rows; null where the struct is null.</summary>
    public static IArrowArray Child(IArrowArray parent, int index)
    {
        ArrayData data = parent.Data;
        ArrayData child = data.Children[index];
        if (data.Offset != 0 || child.Length != data.Length)
        {
            child = child.Slice(data.Offset, data.Length);
        }

        IArrowArray array = ArrowArrayFactory.BuildArray(child);
        return parent.NullCount == 0 || child.DataType.TypeId == Apache.Arrow.Types.ArrowTypeId.Null ? array : Masked(array, ValidityOf(parent));
    }

    private static IArrowArray Masked(IArrowArray child, Validity parent)
    {
        ArrayData data = child.Data;
        // The bitmap must line up with the other buffers, which keep the child's own offset.
        byte[] bits = new byte[BitUtility.ByteCount(data.Offset + data.Length)];
        Validity own = ValidityOf(child);
        int nulls = 0;
        for (int i = 0; i < data.Length; i++)
        {
            bool valid = parent[i] && own[i];
            BitUtility.SetBit(bits, data.Offset + i, valid);
            nulls += valid ? 0 : 1;
        }

        ArrowBuffer[] buffers = [.. data.Buffers];
        buffers[0] = new ArrowBuffer(bits);
        return ArrowArrayFactory.BuildArray(new ArrayData(data.DataType, data.Length, nulls, data.Offset, buffers, data.Children, data.Dictionary));
    }
}

/// <summary>Which rows of an array are not null.</summary>
internal readonly ref struct Validity
{
    private readonly ReadOnlySpan<byte> _bits;
    private readonly int _offset;
    private readonly bool _allNull;

    public Validity(IArrowArray array)
    {
        ArrayData data = array.Data;
        _allNull = data.DataType.TypeId == Apache.Arrow.Types.ArrowTypeId.Null;
        _bits = !_allNull && array.NullCount != 0 ? data.Buffers[0].Span : default;
        _offset = data.Offset;
    }

    /// <summary>No null at all: callers may skip the test.</summary>
    public bool AllValid => _bits.IsEmpty && !_allNull;

    public bool this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _bits.IsEmpty ? !_allNull : BitUtility.GetBit(_bits, _offset + row);
    }
}
