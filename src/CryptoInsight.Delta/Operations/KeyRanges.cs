using Apache.Arrow;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Decides from bounds alone whether a file or row group may hold one of a set of keys.</summary>
/// <remarks>Exact to the key: a file passes only if some key lies within its bounds in every key column.</remarks>
internal sealed class KeyRanges
{
    // Beyond this many keys in range, looking closer costs more than it can save.
    private const int CloserLookRowsMax = 4096;

    private readonly Column[] _columns;

    /// <param name="keys">The keys of a change.</param>
    /// <param name="count">Only the first so many are looked for.</param>
    public KeyRanges(KeyTable keys, int count)
    {
        _columns = new Column[keys.Fields.Count];
        for (int c = 0; c < _columns.Length; c++)
        {
            _columns[c] = Column.Of(keys.Fields[c], keys.Keys[c], count);
        }
    }

    public bool MayContain(IColumnBounds bounds)
    {
        Span<ColumnBounds> known = new ColumnBounds[_columns.Length];
        int best = -1;
        (int Low, int High) bestRange = (0, int.MaxValue);
        for (int c = 0; c < _columns.Length; c++)
        {
            known[c] = bounds.Of(_columns[c].Field);
            (int low, int high) = _columns[c].Within(known[c]);
            bool nulls = _columns[c].AnyNull && known[c].Nulls != NullState.None;
            if (low >= high && !nulls)
            {
                return false;
            }

            if (!nulls && high - low < bestRange.High - bestRange.Low)
            {
                (best, bestRange) = (c, (low, high));
            }
        }

        return _columns.Length == 1 || best < 0 || bestRange.High - bestRange.Low > CloserLookRowsMax || AnyRow(best, bestRange, known);
    }

    private bool AnyRow(int best, (int Low, int High) range, ReadOnlySpan<ColumnBounds> known)
    {
        for (int i = range.Low; i < range.High; i++)
        {
            int row = _columns[best].Order[i];
            bool all = true;
            for (int c = 0; c < _columns.Length && all; c++)
            {
                all = c == best || _columns[c].RowWithin(row, known[c]);
            }

            if (all)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One key column, its values in order; nulls apart.</summary>
    private sealed class Column
    {
        private readonly Value?[] _byRow;
        private readonly Value[] _sorted;

        private Column(StructField field, Value?[] byRow)
        {
            Field = field;
            _byRow = byRow;
            Order = [.. Enumerable.Range(0, byRow.Length).Where(r => byRow[r] is not null)];
            AnyNull = Order.Length < byRow.Length;
            _sorted = [.. Order.Select(r => byRow[r]!.Value)];
            System.Array.Sort(_sorted, Order);
        }

        public StructField Field { get; }

        public int[] Order { get; }

        public bool AnyNull { get; }

        public static Column Of(StructField field, IArrowArray keys, int count)
        {
            Value?[] values = new Value?[count];
            for (int row = 0; row < count; row++)
            {
                values[row] = keys.IsNull(row) ? null : PredicateEvaluator.At(keys, field.Type, row);
            }

            return new Column(field, values);
        }

        public (int Low, int High) Within(ColumnBounds bounds)
        {
            if (bounds.Nulls == NullState.All)
            {
                return (0, 0);
            }

            int low = bounds.Min is Value min ? FirstNotBelow(min, inclusive: true) : 0;
            int high = bounds.Max is Value max && !MayExceed(bounds) ? FirstNotBelow(max, inclusive: false) : _sorted.Length;
            return (low, high);
        }

        public bool RowWithin(int row, ColumnBounds bounds) => _byRow[row] is not Value v
            ? bounds.Nulls != NullState.None
            : bounds.Nulls != NullState.All
                && (bounds.Min is not Value min || v.CompareTo(min) >= 0)
                && (bounds.Max is not Value max || v.CompareTo(max) <= 0 || v.IsNaN);

        // Bounds of fractions do not count NaN, which sorts last.
        private bool MayExceed(ColumnBounds bounds) => !bounds.Exact && _sorted.Length > 0 && _sorted[^1].IsNaN;

        private int FirstNotBelow(Value bound, bool inclusive)
        {
            int low = 0;
            int high = _sorted.Length;
            while (low < high)
            {
                int mid = (low + high) >>> 1;
                int order = _sorted[mid].CompareTo(bound);
                if (order < 0 || (order == 0 && !inclusive))
                {
                    low = mid + 1;
                }
                else
                {
                    high = mid;
                }
            }

            return low;
        }
    }
}
