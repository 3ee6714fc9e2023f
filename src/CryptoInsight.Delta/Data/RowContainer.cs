using System.Numerics;

namespace CryptoInsight.Delta.Data;

/// <summary>A set of 16-bit numbers: a sorted list while small, a bitmap when large. Immutable.</summary>
internal sealed class RowContainer
{
    /// <summary>The roaring format's own bound between list and bitmap.</summary>
    public const int ListLengthMax = 4096;

    public const int BitmapWords = 1024;

    private readonly ushort[]? _list;
    private readonly ulong[]? _bits;

    private RowContainer(ushort[]? list, ulong[]? bits, int count)
    {
        _list = list;
        _bits = bits;
        Count = count;
    }

    public int Count { get; }

    public static RowContainer FromBits(ulong[] bits)
    {
        int count = 0;
        foreach (ulong word in bits)
        {
            count += BitOperations.PopCount(word);
        }

        if (count > ListLengthMax)
        {
            return new RowContainer(null, bits, count);
        }

        ushort[] list = new ushort[count];
        int n = 0;
        for (int w = 0; w < BitmapWords; w++)
        {
            for (ulong rest = bits[w]; rest != 0; rest &= rest - 1)
            {
                list[n++] = (ushort)((w << 6) + BitOperations.TrailingZeroCount(rest));
            }
        }

        return new RowContainer(list, null, count);
    }

    /// <summary>The numbers 0 to <paramref name="count"/> - 1.</summary>
    public static RowContainer First(int count)
    {
        ulong[] bits = new ulong[BitmapWords];
        bits.AsSpan(0, count >> 6).Fill(ulong.MaxValue);
        if ((count & 63) != 0)
        {
            bits[count >> 6] = (1UL << (count & 63)) - 1;
        }

        return FromBits(bits);
    }

    /// <summary>From numbers that ascend strictly.</summary>
    public static RowContainer FromSorted(ushort[] ascending)
    {
        if (ascending.Length <= ListLengthMax)
        {
            return new RowContainer(ascending, null, ascending.Length);
        }

        ulong[] bits = new ulong[BitmapWords];
        foreach (ushort v in ascending)
        {
            bits[v >> 6] |= 1UL << (v & 63);
        }

        return new RowContainer(null, bits, ascending.Length);
    }

    public bool Contains(ushort value) =>
        _list is null ? (_bits![value >> 6] & (1UL << (value & 63))) != 0 : System.Array.BinarySearch(_list, value) >= 0;

    public int CountBelow(ushort value)
    {
        if (_list is not null)
        {
            int at = System.Array.BinarySearch(_list, value);
            return at < 0 ? ~at : at;
        }

        int count = 0;
        for (int w = 0; w < value >> 6; w++)
        {
            count += BitOperations.PopCount(_bits![w]);
        }

        return count + BitOperations.PopCount(_bits![value >> 6] & ((1UL << (value & 63)) - 1));
    }

    public ulong[] ToBits()
    {
        if (_bits is not null)
        {
            return [.. _bits];
        }

        ulong[] bits = new ulong[BitmapWords];
        foreach (ushort v in _list!)
        {
            bits[v >> 6] |= 1UL << (v & 63);
        }

        return bits;
    }

    public ushort[] ToSorted()
    {
        if (_list is not null)
        {
            return _list;
        }

        ushort[] all = new ushort[Count];
        int n = 0;
        for (int w = 0; w < BitmapWords; w++)
        {
            for (ulong rest = _bits![w]; rest != 0; rest &= rest - 1)
            {
                all[n++] = (ushort)((w << 6) + BitOperations.TrailingZeroCount(rest));
            }
        }

        return all;
    }

    public RowContainer Union(RowContainer other) => Combine(other, static (a, b) => a | b);

    public RowContainer Except(RowContainer other) => Combine(other, static (a, b) => a & ~b);

    private RowContainer Combine(RowContainer other, Func<ulong, ulong, ulong> combine)
    {
        ulong[] mine = ToBits();
        ulong[] theirs = other._bits ?? other.ToBits();
        for (int i = 0; i < mine.Length; i++)
        {
            mine[i] = combine(mine[i], theirs[i]);
        }

        return FromBits(mine);
    }
}
