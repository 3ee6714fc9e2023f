namespace CryptoInsight.Delta.Operations;

/// <summary>Orders rows by integer keys, digit by digit.</summary>
internal static class RadixOrder
{
    private const int DigitBits = 11;
    private const int Digits = 1 << DigitBits;

    /// <summary>The row numbers in the order of their keys; rows with equal keys keep their order.</summary>
    /// <param name="keys">One key per row; used up.</param>
    /// <param name="bits">No key has a bit set above this number of low bits.</param>
    public static int[] Of(ulong[] keys, int bits)
    {
        int[] order = new int[keys.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        ulong[] otherKeys = new ulong[keys.Length];
        int[] otherOrder = new int[keys.Length];
        int[] starts = new int[Digits];
        for (int shift = 0; shift < bits; shift += DigitBits)
        {
            System.Array.Clear(starts);
            foreach (ulong key in keys)
            {
                starts[(int)(key >> shift) & (Digits - 1)]++;
            }

            int next = 0;
            for (int d = 0; d < Digits; d++)
            {
                (starts[d], next) = (next, next + starts[d]);
            }

            for (int i = 0; i < keys.Length; i++)
            {
                int at = starts[(int)(keys[i] >> shift) & (Digits - 1)]++;
                otherKeys[at] = keys[i];
                otherOrder[at] = order[i];
            }

            (keys, otherKeys) = (otherKeys, keys);
            (order, otherOrder) = (otherOrder, order);
        }

        return order;
    }
}
