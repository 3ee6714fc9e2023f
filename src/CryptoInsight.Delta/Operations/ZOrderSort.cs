using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Sorts rows along a Z-curve through the ranks of several columns: rows that are near in any of them come to lie near each other.</summary>
/// <remarks>Ranks, not values, make the curve: a skewed column and one of another type weigh the same. Holds all rows in memory; the caller bounds them.</remarks>
internal static class ZOrderSort
{
    private const int ChunkRows = 122_880;

    /// <summary>The sorted rows, and for each row of the input its place in them.</summary>
    public static async Task<(IAsyncEnumerable<RecordBatch> Rows, int[] Places)> SortAsync(IAsyncEnumerable<RecordBatch> rows, IReadOnlyList<StructField> fields, IReadOnlyList<StructField> by, CancellationToken ct)
    {
        List<RecordBatch> held = await rows.ToListAsync(ct).ConfigureAwait(false);
        int count = held.Sum(static b => b.Length);
        if (count == 0)
        {
            return (AsyncEnumerable.Empty<RecordBatch>(), []);
        }

        RecordBatch all = Concatenated(held);
        ulong[] curve = new ulong[count];
        for (int c = 0; c < by.Count; c++)
        {
            int column = fields.ToList().FindIndex(f => f.Name == by[c].Name);
            int[] ranks = Ranks(all.Column(column), by[c].Type, out int distinct);
            Interleave(curve, ranks, distinct, c, by.Count);
        }

        int[] order = [.. Enumerable.Range(0, count)];
        // Rows of one cell keep their order: the sort is stable by the row's number.
        System.Array.Sort(order, (a, b) => curve[a] != curve[b] ? curve[a].CompareTo(curve[b]) : a.CompareTo(b));
        int[] places = new int[count];
        for (int i = 0; i < count; i++)
        {
            places[order[i]] = i;
        }

        return (Chunks(all, order).ToAsyncEnumerable(), places);
    }

    private static IEnumerable<RecordBatch> Chunks(RecordBatch all, int[] order)
    {
        for (int start = 0; start < order.Length; start += ChunkRows)
        {
            yield return ArrayTake.Take(all, order.AsSpan(start, Math.Min(ChunkRows, order.Length - start)));
        }
    }

    private static RecordBatch Concatenated(List<RecordBatch> batches) => batches.Count == 1
        ? batches[0]
        : new RecordBatch(batches[0].Schema, Enumerable.Range(0, batches[0].ColumnCount).Select(c => ArrowArrayConcatenator.Concatenate([.. batches.Select(b => b.Column(c))])), batches.Sum(static b => b.Length));

    // Equal values have equal ranks; nulls come first.
    private static int[] Ranks(IArrowArray column, DataType type, out int distinct)
    {
        Value?[] values = new Value?[column.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = column.IsNull(i) ? null : PredicateEvaluator.At(column, type, i);
        }

        int[] order = [.. Enumerable.Range(0, values.Length)];
        System.Array.Sort(order, (a, b) => Compare(values[a], values[b]));
        int[] ranks = new int[values.Length];
        distinct = 1;
        for (int i = 1; i < order.Length; i++)
        {
            distinct += Compare(values[order[i]], values[order[i - 1]]) != 0 ? 1 : 0;
            ranks[order[i]] = distinct - 1;
        }

        return ranks;
    }

    private static int Compare(Value? a, Value? b) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (Value x, Value y) => x.CompareTo(y),
    };

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
}
