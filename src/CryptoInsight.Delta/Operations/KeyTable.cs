using System.Numerics;
using Apache.Arrow;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>The keys of one change in a hash table over their Arrow columns: finds which row of the change a row of a file is.</summary>
/// <remarks>Keys are numbered in the order of the batches. No object per row, neither when built nor when probed.</remarks>
internal sealed class KeyTable
{
    private readonly KeyColumn[] _columns;
    private readonly IArrowArray[] _keys;
    private readonly ulong[] _hashes;
    private readonly int[] _slots;

    private readonly bool _isForMerge;
    private readonly int[] _firsts;
    private readonly bool[] _isDouble;

    /// <summary>Builds the table; <see cref="ConstraintViolationException"/> if a key occurs twice.</summary>
    /// <param name="fields">The key columns.</param>
    /// <param name="batches">Batches that have exactly the key columns, in that order.</param>
    public KeyTable(IReadOnlyList<StructField> fields, IReadOnlyList<RecordBatch> batches)
        : this(fields, batches, isForMerge: false)
    {
    }

    private KeyTable(IReadOnlyList<StructField> fields, IReadOnlyList<RecordBatch> batches, bool isForMerge)
    {
        _isForMerge = isForMerge;
        _columns = [.. fields.Select(KeyColumn.For)];
        Count = batches.Sum(static b => b.Length);
        Fields = fields;
        _keys = new IArrowArray[fields.Count];
        for (int c = 0; c < _keys.Length; c++)
        {
            IReadOnlyList<IArrowArray> parts = [.. batches.Where(static b => b.Length > 0).Select(b => b.Column(c))];
            _keys[c] = parts.Count switch
            {
                0 => Data.FilledArrays.Nulls(ArrowTypes.ToArrow(fields[c].Type), 0),
                1 => parts[0],
                _ => ArrowArrayConcatenator.Concatenate(parts),
            };
        }

        _hashes = HashesOf(_keys, Count);
        _firsts = new int[Count];
        _isDouble = new bool[Count];
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, Count * 2))];
        Fill();
    }

    /// <summary>As SQL's MERGE has it: a key may occur twice, which is a fault only where it matches; null equals nothing.</summary>
    public static KeyTable ForMerge(IReadOnlyList<StructField> fields, IReadOnlyList<RecordBatch> batches) => new(fields, batches, isForMerge: true);

    /// <summary>Number of keys.</summary>
    public int Count { get; }

    public IReadOnlyList<StructField> Fields { get; }

    /// <summary>The key columns, all batches one after the other.</summary>
    public IReadOnlyList<IArrowArray> Keys => _keys;

    /// <summary>The first key that equals this one: itself, unless it occurred before.</summary>
    public int FirstOf(int key) => _firsts[key];

    /// <summary>Whether the key occurs again.</summary>
    public bool IsDouble(int key) => _isDouble[key];

    /// <summary>For every row of the batch (key columns first, in order): the number of its key, or -1.</summary>
    public int[] Find(RecordBatch batch)
    {
        IArrowArray[] probes = [.. Enumerable.Range(0, _columns.Length).Select(batch.Column)];
        ulong[] hashes = HashesOf(probes, batch.Length);
        int[] found = new int[batch.Length];
        int mask = _slots.Length - 1;
        for (int row = 0; row < found.Length; row++)
        {
            found[row] = -1;
            ulong hash = hashes[row];
            for (int slot = (int)hash & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
            {
                int key = _slots[slot] - 1;
                if (_hashes[key] == hash && Same(key, probes, row))
                {
                    found[row] = _isForMerge && HasNull(probes, row) ? -1 : key;
                    break;
                }
            }
        }

        return found;
    }

    private void Fill()
    {
        int mask = _slots.Length - 1;
        for (int key = 0; key < Count; key++)
        {
            ulong hash = _hashes[key];
            int slot = (int)hash & mask;
            _firsts[key] = key;
            while (_slots[slot] != 0)
            {
                if (_hashes[_slots[slot] - 1] == hash && Same(_slots[slot] - 1, _keys, key))
                {
                    if (_isForMerge)
                    {
                        _firsts[key] = _slots[slot] - 1;
                        _isDouble[_slots[slot] - 1] = true;
                        break;
                    }

                    throw new ConstraintViolationException($"The change names one key twice (rows {_slots[slot]} and {key + 1} of its {Count} keys, columns {string.Join(", ", Fields.Select(f => f.Name))}). Keep only the row that shall win.");
                }

                slot = (slot + 1) & mask;
            }

            // 0 means empty, so numbers are kept one higher.
            _slots[slot] = _firsts[key] + 1;
        }
    }

    private static bool HasNull(IArrowArray[] columns, int row) => System.Array.Exists(columns, c => c.IsNull(row));

    private bool Same(int key, IArrowArray[] probes, int row)
    {
        for (int c = 0; c < _columns.Length; c++)
        {
            if (!_columns[c].Equal(_keys[c], key, probes[c], row))
            {
                return false;
            }
        }

        return true;
    }

    private ulong[] HashesOf(IArrowArray[] arrays, int length)
    {
        ulong[] hashes = new ulong[length];
        for (int c = 0; c < _columns.Length; c++)
        {
            _columns[c].Hash(arrays[c], hashes);
        }

        return hashes;
    }
}
