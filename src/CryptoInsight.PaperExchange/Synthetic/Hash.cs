namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>Randomness by place: the same key, level and index always give the same bits, in any order of asking.</summary>
internal static class Hash
{
    /// <summary>64 well mixed bits (the finalizer of splitmix64).</summary>
    public static ulong Mix(ulong key, int level, long index)
    {
        ulong z = key + (ulong)index * 0x9E3779B97F4A7C15UL + (ulong)level * 0xD1B54A32D192ED03UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A key for a name under a seed; stable over processes, unlike string.GetHashCode.</summary>
    public static ulong Key(long seed, string name)
    {
        ulong h = 14695981039346656037UL ^ (ulong)seed * 0x9E3779B97F4A7C15UL;
        foreach (char c in name)
        {
            h = (h ^ c) * 1099511628211UL;
        }

        return Mix(h, name.Length, seed);
    }

    /// <summary>A number in [0, 1) from the upper 53 bits.</summary>
    public static double Unit(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number in [0, <paramref name="count"/>).</summary>
    public static long Below(ulong bits, long count) => (long)(((UInt128)bits * (ulong)count) >> 64);
}
