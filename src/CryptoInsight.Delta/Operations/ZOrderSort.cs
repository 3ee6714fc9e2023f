using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Orders rows along a Z-curve through the ranks of several columns: rows that are near in any of them come to lie near each other.</summary>
/// <remarks>Ranks, not values, make the curve: a skewed column and one of another type weigh the same. Needs only the ordering columns in memory.</remarks>
internal static class ZOrderSort
{
    /// <summary>For each row its place along the curve.</summary>
    /// <param name="keys">The rows' ordering columns.</param>
    /// <param name="by">What they are.</param>
    public static int[] Places(IReadOnlyList<RecordBatch> keys, IReadOnlyList<StructField> by)
    {
        int count = keys.Sum(static b => b.Length);
        ulong[] curve = new ulong[count];
        for (int c = 0; c < by.Count && count > 0; c++)
        {
            IArrowArray column = keys.Count == 1 ? keys[0].Column(c) : ArrowArrayConcatenator.Concatenate([.. keys.Select(b => b.Column(c))]);
            int[] ranks = Ranks(column, by[c].Type, out int distinct);
            Interleave(curve, ranks, distinct, c, by.Count);
        }

        int[] order = Numbers(count);
        System.Array.Sort(curve, order);
        int[] places = new int[count];
        for (int i = 0; i < count; i++)
        {
            places[order[i]] = i;
        }

        return places;
    }

    private static int[] Ranks(IArrowArray column, DataType type, out int distinct) => type switch
    {
        DecimalType => Ranks<Int128>(column, Buffers.Values<Int128>(column).ToArray(), Int128.MinValue, out distinct),
        PrimitiveType { Name: "double" } => Ranks<double>(column, Buffers.Values<double>(column).ToArray(), double.NegativeInfinity, out distinct),
        PrimitiveType { Name: "float" } => Ranks<float>(column, Buffers.Values<float>(column).ToArray(), float.NegativeInfinity, out distinct),
        PrimitiveType { Name: "long" or "timestamp" or "timestamp_ntz" } => Ranks<long>(column, Buffers.Values<long>(column).ToArray(), long.MinValue, out distinct),
        PrimitiveType { Name: "integer" or "date" } => Ranks<int>(column, Buffers.Values<int>(column).ToArray(), int.MinValue, out distinct),
        PrimitiveType { Name: "short" } => Ranks<short>(column, Buffers.Values<short>(column).ToArray(), short.MinValue, out distinct),
        PrimitiveType { Name: "byte" } => Ranks<sbyte>(column, Buffers.Values<sbyte>(column).ToArray(), sbyte.MinValue, out distinct),
        PrimitiveType { Name: "boolean" } => Ranks<int>(column, [.. Enumerable.Range(0, column.Length).Select(i => ((BooleanArray)column).GetValue(i) == true ? 1 : 0)], -1, out distinct),
        _ => TextRanks(column, out distinct),
    };

    // Equal values have equal ranks; nulls come first (with the least value, which does no harm to a layout).
    private static int[] Ranks<T>(IArrowArray column, T[] values, T forNull, out int distinct)
        where T : IComparable<T>
    {
        Validity validity = Buffers.ValidityOf(column);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = validity[i] ? values[i] : forNull;
        }

        int[] order = Numbers(values.Length);
        System.Array.Sort(values, order);
        int[] ranks = new int[values.Length];
        int rank = 0;
        for (int i = 1; i < values.Length; i++)
        {
            rank += values[i].CompareTo(values[i - 1]) != 0 ? 1 : 0;
            ranks[order[i]] = rank;
        }

        distinct = rank + 1;
        return ranks;
    }

    private static int[] TextRanks(IArrowArray column, out int distinct)
    {
        ReadOnlyMemory<byte> bytes = column.Data.Buffers[2].Memory;
        int[] offsets = Buffers.Offsets(column).ToArray();
        int Compare(int a, int b) => bytes.Span[offsets[a]..offsets[a + 1]].SequenceCompareTo(bytes.Span[offsets[b]..offsets[b + 1]]);
        int[] order = Numbers(column.Length);
        System.Array.Sort(order, Compare);
        int[] ranks = new int[order.Length];
        int rank = 0;
        for (int i = 1; i < order.Length; i++)
        {
            rank += Compare(order[i], order[i - 1]) != 0 ? 1 : 0;
            ranks[order[i]] = rank;
        }

        distinct = rank + 1;
        return ranks;
    }

    // Bit i of column c goes to bit i * columns + (columns - 1 - c): the first column decides first.
    private static void Interleave(ulong[] curve, int[] ranks, int distinct, int column, int columns)
    {
        int bits = Math.Min(64 / columns, 31);
        for (int row = 0; row < curve.Length; row++)
        {
            // The rank spread over all bits, so that few distinct values count as much as many.
            ulong spread = (ulong)ranks[row] * ((1UL << bits) - 1) / (ulong)Math.Max(1, distinct - 1);
            for (int bit = 0; bit < bits; bit++)
            {
                curve[row] |= ((spread >> bit) & 1) << ((bit * columns) + columns - 1 - column);
            }
        }
    }

    private static int[] Numbers(int count)
    {
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = i;
        }

        return numbers;
    }
}
