using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Refuses nulls where the schema forbids them, at every depth.</summary>
internal static class NotNull
{
    /// <summary>Throws <see cref="ConstraintViolationException"/> at the first null that must not be.</summary>
    public static void Check(IArrowArray array, DataType type, bool nullable, string path)
    {
        if (!nullable && array.NullCount > 0)
        {
            throw new ConstraintViolationException($"The rows hold {array.NullCount} null(s) in '{path}', which is NOT NULL in the table.");
        }

        switch (type)
        {
            case StructType s when s.Fields.Any(f => !IsFree(f.Type, f.Nullable)):
                CheckStruct(array, s, path);
                break;
            case Schema.ArrayType a when !IsFree(a.ElementType, a.ContainsNull):
                Check(Elements(array, 0), a.ElementType, a.ContainsNull, path + ".element");
                break;
            case MapType m:
                ArrayData entries = array.Data.Children[0];
                Check(Entries(array, entries, 0), m.KeyType, false, path + ".key");
                Check(Entries(array, entries, 1), m.ValueType, m.ValueContainsNull, path + ".value");
                break;
            default:
                break;
        }
    }

    private static bool IsFree(DataType type, bool nullable) => nullable && type switch
    {
        StructType s => s.Fields.All(f => IsFree(f.Type, f.Nullable)),
        Schema.ArrayType a => IsFree(a.ElementType, a.ContainsNull),
        MapType => false,
        _ => true,
    };

    // Below a null struct every child is null and none is missing: only rows whose struct is there count.
    private static void CheckStruct(IArrowArray array, StructType type, string path)
    {
        int[]? present = array.NullCount == 0 ? null : [.. Enumerable.Range(0, array.Length).Where(array.IsValid)];
        for (int i = 0; i < type.Fields.Count; i++)
        {
            StructField f = type.Fields[i];
            if (!IsFree(f.Type, f.Nullable))
            {
                IArrowArray child = Buffers.Child(array, i);
                Check(present is null ? child : ArrayTake.Take(child, present), f.Type, f.Nullable, $"{path}.{f.Name}");
            }
        }
    }

    private static IArrowArray Elements(IArrowArray array, int child) => Within(array, ArrowArrayFactory.BuildArray(array.Data.Children[child]));

    private static IArrowArray Entries(IArrowArray array, ArrayData entries, int child) =>
        Within(array, ArrowArrayFactory.BuildArray(entries.Offset == 0 && entries.Children[child].Length == entries.Length ? entries.Children[child] : entries.Children[child].Slice(entries.Offset, entries.Length)));

    // A slice of a list array keeps all elements of its parent: look only at those that the rows reach.
    private static IArrowArray Within(IArrowArray lists, IArrowArray elements)
    {
        ReadOnlySpan<int> offsets = Buffers.Offsets(lists);
        int start = offsets[0];
        int length = offsets[lists.Length] - start;
        return start == 0 && length == elements.Length ? elements : ArrowArrayFactory.BuildArray(elements.Data.Slice(start, length));
    }
}
