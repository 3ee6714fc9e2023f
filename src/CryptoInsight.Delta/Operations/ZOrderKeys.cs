using System.Runtime.InteropServices;
using Apache.Arrow;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Places on a Z-curve through the ranks of several columns: rows that are near in any of them come to lie near each other.</summary>
/// <remarks>Ranks come from quantiles of a sample of the rows (see <see cref="KeySample"/>). The first column decides first.</remarks>
internal sealed class ZOrderKeys
{
    /// <summary>Rows in the sample: memory is bounded whatever there is to sort, and a rank is wrong by some thousandths of a percent.</summary>
    public const int SampleRowsMax = 1 << 16;

    private readonly KeySample[] _columns;
    private ulong[][] _codes = [];
    private ulong _random = 0x9E3779B97F4A7C15;
    private long _seen;
    private int _filled;

    public ZOrderKeys(IReadOnlyList<StructField> by) => _columns = [.. by.Select(static f => KeySample.Of(f.Type, SampleRowsMax))];

    /// <summary>How many low bits of a key may be set, once sealed.</summary>
    public int Bits { get; private set; }

    /// <summary>Rows that were there to be sampled.</summary>
    public long RowsSeen => _seen;

    /// <summary>Takes rows into the sample, every row of all batches with the same chance; which ones depends on the rows alone.</summary>
    /// <param name="keys">The ordering columns, first in the batch.</param>
    public void Sample(RecordBatch keys)
    {
        List<(int Row, int Slot)> taken = [];
        for (int row = 0; row < keys.Length; row++)
        {
            long slot = _filled < SampleRowsMax ? _filled++ : (long)(NextRandom() % (ulong)(_seen + 1));
            _seen++;
            if (slot < SampleRowsMax)
            {
                taken.Add((row, (int)slot));
            }
        }

        for (int c = 0; c < _columns.Length && taken.Count > 0; c++)
        {
            _columns[c].Put(keys.Column(c), CollectionsMarshal.AsSpan(taken));
        }
    }

    /// <summary>Ends the sampling; from now on rows get keys.</summary>
    public void Seal()
    {
        foreach (KeySample column in _columns)
        {
            column.Seal(_filled);
        }

        int most = _columns.Max(static c => c.Ranks);
        int bits = Math.Clamp(System.Numerics.BitOperations.Log2((uint)Math.Max(1, most - 1)) + 1, 1, 64 / _columns.Length);
        Bits = bits * _columns.Length;
        _codes = [.. _columns.Select((column, c) => Codes(column.Ranks, bits, c))];
    }

    /// <summary>The key of every row.</summary>
    /// <param name="keys">The ordering columns, first in the batch.</param>
    /// <param name="into">As many as the batch has rows.</param>
    public void Of(RecordBatch keys, Span<ulong> into)
    {
        into.Clear();
        int[] ranks = new int[keys.Length];
        for (int c = 0; c < _columns.Length; c++)
        {
            _columns[c].RanksOf(keys.Column(c), ranks);
            ulong[] codes = _codes[c];
            for (int row = 0; row < ranks.Length; row++)
            {
                into[row] |= codes[ranks[row]];
            }
        }
    }

    /// <summary>The keys of the sampled rows, ascending.</summary>
    public ulong[] OfSample()
    {
        ulong[] keys = new ulong[_filled];
        for (int slot = 0; slot < keys.Length; slot++)
        {
            for (int c = 0; c < _columns.Length; c++)
            {
                keys[slot] |= _codes[c][_columns[c].RankOf(slot)];
            }
        }

        System.Array.Sort(keys);
        return keys;
    }

    // A rank spread over all bits, so that few distinct values count as much as many; its bit i goes to bit i * columns + (columns - 1 - c).
    private ulong[] Codes(int ranks, int bits, int column)
    {
        ulong[] codes = new ulong[ranks];
        UInt128 top = (UInt128.One << bits) - 1;
        for (int rank = 0; rank < ranks; rank++)
        {
            ulong spread = (ulong)((UInt128)rank * top / (UInt128)Math.Max(1, ranks - 1));
            for (int bit = 0; bit < bits; bit++)
            {
                codes[rank] |= ((spread >> bit) & 1) << ((bit * _columns.Length) + _columns.Length - 1 - column);
            }
        }

        return codes;
    }

    // xorshift64*: the sample needs evenness, not secrecy, and the same rows must give the same files.
    private ulong NextRandom()
    {
        _random ^= _random >> 12;
        _random ^= _random << 25;
        _random ^= _random >> 27;
        return _random * 0x2545F4914F6CDD1D;
    }
}
