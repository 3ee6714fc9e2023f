using Apache.Arrow;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>Whether two cells are the same, bit for bit, at every depth; nulls equal each other.</summary>
internal static class RowEquality
{
    public static bool Same(DataType type, IArrowArray a, int i, IArrowArray b, int j)
    {
        if (a.IsNull(i) || b.IsNull(j))
        {
            return a.IsNull(i) && b.IsNull(j);
        }

        return type switch
        {
            StructType s => Enumerable.Range(0, s.Fields.Count).All(f => Same(s.Fields[f].Type, Child(a, f), i, Child(b, f), j)),
            Schema.ArrayType l => SameRuns(a, i, b, j, (x, m, y, n) => Same(l.ElementType, x, m, y, n)),
            Schema.MapType m => SameRuns(a, i, b, j, (x, p, y, q) => Same(m.KeyType, Child(x, 0), p, Child(y, 0), q) && Same(m.ValueType, Child(x, 1), p, Child(y, 1), q)),
            PrimitiveType { Name: "void" } => true,
            PrimitiveType { Name: "boolean" } => ((BooleanArray)a).GetValue(i) == ((BooleanArray)b).GetValue(j),
            PrimitiveType { Name: "string" or "binary" } => BytesAt(a, i).SequenceEqual(BytesAt(b, j)),
            PrimitiveType { Name: "variant" } => BytesAt(Child(a, 0), i).SequenceEqual(BytesAt(Child(b, 0), j)) && BytesAt(Child(a, 1), i).SequenceEqual(BytesAt(Child(b, 1), j)),
            _ => FixedAt(a, i).SequenceEqual(FixedAt(b, j)),
        };
    }

    private static bool SameRuns(IArrowArray a, int i, IArrowArray b, int j, Func<IArrowArray, int, IArrowArray, int, bool> same)
    {
        ReadOnlySpan<int> left = Buffers.Offsets(a), right = Buffers.Offsets(b);
        int length = left[i + 1] - left[i];
        if (length != right[j + 1] - right[j])
        {
            return false;
        }

        int from = left[i], to = right[j];
        IArrowArray below = ArrowArrayFactory.BuildArray(a.Data.Children[0]), other = ArrowArrayFactory.BuildArray(b.Data.Children[0]);
        for (int n = 0; n < length; n++)
        {
            if (!same(below, from + n, other, to + n))
            {
                return false;
            }
        }

        return true;
    }

    // Not masked by the parent, whose cell is known to be there.
    private static IArrowArray Child(IArrowArray parent, int index)
    {
        ArrayData child = parent.Data.Children[index];
        return ArrowArrayFactory.BuildArray(parent.Data.Offset == 0 && child.Length == parent.Length ? child : child.Slice(parent.Data.Offset, parent.Length));
    }

    private static ReadOnlySpan<byte> BytesAt(IArrowArray array, int row)
    {
        ReadOnlySpan<int> offsets = Buffers.Offsets(array);
        return Buffers.Bytes(array)[offsets[row]..offsets[row + 1]];
    }

    private static ReadOnlySpan<byte> FixedAt(IArrowArray array, int row)
    {
        int width = ((Apache.Arrow.Types.FixedWidthType)array.Data.DataType).BitWidth / 8;
        return array.Data.Buffers[1].Span.Slice((array.Data.Offset + row) * width, width);
    }
}
