namespace CryptoInsight.Delta.Data;

/// <summary>The numbers of the rows of one data file that are deleted. Immutable.</summary>
/// <remarks>Rows count from 0 in the order of the file. <b>Source</b>: PROTOCOL.md, "Deletion Vectors".</remarks>
public sealed class DeletionVector : IEquatable<DeletionVector>
{
    private readonly long[] _keys;
    private readonly RowContainer[] _containers;

    internal DeletionVector(long[] keys, RowContainer[] containers)
    {
        _keys = keys;
        _containers = containers;
        Cardinality = containers.Sum(c => (long)c.Count);
    }

    /// <summary>No row is deleted.</summary>
    public static DeletionVector Empty { get; } = new([], []);

    /// <summary>How many rows are deleted.</summary>
    public long Cardinality { get; }

    /// <summary>The deleted rows, ascending.</summary>
    public IEnumerable<long> Rows
    {
        get
        {
            for (int i = 0; i < _keys.Length; i++)
            {
                foreach (ushort low in _containers[i].ToSorted())
                {
                    yield return (_keys[i] << 16) | low;
                }
            }
        }
    }

    internal IReadOnlyList<long> Keys => _keys;

    internal IReadOnlyList<RowContainer> Containers => _containers;

    /// <summary>The greatest deleted row, or -1.</summary>
    public long LastRow => _keys.Length == 0 ? -1 : (_keys[^1] << 16) | _containers[^1].ToSorted()[^1];

    /// <summary>The vector of these rows, in any order, doubles allowed.</summary>
    public static DeletionVector Of(IEnumerable<long> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        long[] sorted = [.. rows];
        System.Array.Sort(sorted);
        if (sorted.Length > 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(sorted[0], nameof(rows));
        }

        List<long> keys = [];
        List<RowContainer> containers = [];
        List<ushort> low = [];
        for (int i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i] == sorted[i - 1])
            {
                continue;
            }

            if (keys.Count == 0 || keys[^1] != sorted[i] >> 16)
            {
                Flush();
                keys.Add(sorted[i] >> 16);
            }

            low.Add((ushort)sorted[i]);
        }

        Flush();
        return new DeletionVector([.. keys], [.. containers]);

        void Flush()
        {
            if (low.Count > 0)
            {
                containers.Add(RowContainer.FromSorted([.. low]));
                low.Clear();
            }
        }
    }

    /// <summary>The vector of the rows 0 to <paramref name="count"/> - 1.</summary>
    internal static DeletionVector All(long count)
    {
        const int containerRows = 1 << 16;
        long containers = (count + containerRows - 1) / containerRows;
        long[] keys = new long[containers];
        RowContainer[] all = new RowContainer[containers];
        for (long key = 0; key < containers; key++)
        {
            keys[key] = key;
            all[key] = RowContainer.First((int)Math.Min(containerRows, count - (key * containerRows)));
        }

        return new DeletionVector(keys, all);
    }

    /// <summary>Whether the row is deleted.</summary>
    public bool Contains(long row)
    {
        int at = System.Array.BinarySearch(_keys, row >> 16);
        return at >= 0 && _containers[at].Contains((ushort)row);
    }

    /// <summary>How many rows before <paramref name="row"/> are deleted.</summary>
    internal long CountBelow(long row)
    {
        long count = 0;
        for (int i = 0; i < _keys.Length && _keys[i] <= row >> 16; i++)
        {
            count += _keys[i] < row >> 16 ? _containers[i].Count : _containers[i].CountBelow((ushort)row);
        }

        return count;
    }

    /// <summary>Rows deleted in this or the other.</summary>
    public DeletionVector Union(DeletionVector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        SortedDictionary<long, RowContainer> all = [];
        for (int i = 0; i < _keys.Length; i++)
        {
            all.Add(_keys[i], _containers[i]);
        }

        for (int i = 0; i < other._keys.Length; i++)
        {
            all[other._keys[i]] = all.TryGetValue(other._keys[i], out RowContainer? mine) ? mine.Union(other._containers[i]) : other._containers[i];
        }

        return new DeletionVector([.. all.Keys], [.. all.Values]);
    }

    /// <summary>Rows deleted in this and not in the other.</summary>
    public DeletionVector Except(DeletionVector other)
    {
        ArgumentNullException.ThrowIfNull(other);
        List<long> keys = [];
        List<RowContainer> containers = [];
        for (int i = 0; i < _keys.Length; i++)
        {
            int at = System.Array.BinarySearch(other._keys, _keys[i]);
            RowContainer left = at < 0 ? _containers[i] : _containers[i].Except(other._containers[at]);
            if (left.Count > 0)
            {
                keys.Add(_keys[i]);
                containers.Add(left);
            }
        }

        return new DeletionVector([.. keys], [.. containers]);
    }

    /// <summary>Whether any of the rows [first, first + length) may be deleted (exact to 65,536 rows).</summary>
    internal bool MayTouch(long first, long length)
    {
        int at = System.Array.BinarySearch(_keys, first >> 16);
        at = at < 0 ? ~at : at;
        return at < _keys.Length && _keys[at] <= (first + length - 1) >> 16;
    }

    /// <summary>Which of the rows [first, first + length) are (not) deleted, as offsets from first; null if that is all of them.</summary>
    internal int[]? Pick(long first, int length, bool deleted)
    {
        int[] picked = new int[length];
        int n = 0;
        int at = -1;
        long key = -1;
        for (int i = 0; i < length; i++)
        {
            long row = first + i;
            if (row >> 16 != key)
            {
                key = row >> 16;
                at = System.Array.BinarySearch(_keys, key);
            }

            if ((at >= 0 && _containers[at].Contains((ushort)row)) == deleted)
            {
                picked[n++] = i;
            }
        }

        return n == length ? null : picked[..n];
    }

    /// <inheritdoc/>
    public bool Equals(DeletionVector? other) => other is not null && Cardinality == other.Cardinality && Rows.SequenceEqual(other.Rows);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DeletionVector);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Cardinality, LastRow);
}
