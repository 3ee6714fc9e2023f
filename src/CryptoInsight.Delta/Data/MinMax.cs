using System.Numerics;
using System.Runtime.InteropServices;

namespace CryptoInsight.Delta.Data;

/// <summary>Vectorised bounds of a span.</summary>
internal static class MinMax
{
    /// <summary>Widens [min, max] by the values; floating values must hold no NaN.</summary>
    public static void Fold<T>(ReadOnlySpan<T> values, ref T min, ref T max)
        where T : unmanaged, INumber<T>
    {
        int i = 0;
        if (Vector<T>.IsSupported && values.Length >= Vector<T>.Count)
        {
            ReadOnlySpan<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(values);
            Vector<T> low = vectors[0];
            Vector<T> high = vectors[0];
            for (int v = 1; v < vectors.Length; v++)
            {
                low = Vector.Min(low, vectors[v]);
                high = Vector.Max(high, vectors[v]);
            }

            for (int lane = 0; lane < Vector<T>.Count; lane++)
            {
                min = low[lane] < min ? low[lane] : min;
                max = high[lane] > max ? high[lane] : max;
            }

            i = vectors.Length * Vector<T>.Count;
        }

        for (; i < values.Length; i++)
        {
            min = values[i] < min ? values[i] : min;
            max = values[i] > max ? values[i] : max;
        }
    }

    public static bool AnyNaN<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        if (Vector<T>.IsSupported)
        {
            ReadOnlySpan<Vector<T>> vectors = MemoryMarshal.Cast<T, Vector<T>>(values);
            foreach (ref readonly Vector<T> v in vectors)
            {
                if (!Vector.EqualsAll(v, v))
                {
                    return true;
                }
            }

            i = vectors.Length * Vector<T>.Count;
        }

        for (; i < values.Length; i++)
        {
            if (T.IsNaN(values[i]))
            {
                return true;
            }
        }

        return false;
    }
}
