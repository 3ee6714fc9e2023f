using System.Runtime.CompilerServices;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Cloud;

/// <summary>Stores list by UTF-8 bytes, this engine compares by UTF-16 units. The two differ only where a character from U+E000 to U+FFFF meets one beyond U+FFFF.</summary>
internal static class OrdinalOrder
{
    /// <summary>Puts a listing in UTF-8 order into UTF-16 order. Only keys that share what precedes their first character from U+E000 on are held back together.</summary>
    public static async IAsyncEnumerable<StoredObject> Restore(IAsyncEnumerable<StoredObject> listed, [EnumeratorCancellation] CancellationToken ct = default)
    {
        List<StoredObject> held = [];
        string? common = null;
        await foreach (StoredObject found in listed.WithCancellation(ct).ConfigureAwait(false))
        {
            if (common is not null && !found.Key.StartsWith(common, StringComparison.Ordinal))
            {
                foreach (StoredObject sorted in Sorted(held))
                {
                    yield return sorted;
                }

                held.Clear();
                common = null;
            }

            int high = common is null ? found.Key.AsSpan().IndexOfAnyInRange('\uE000', '\uFFFF') : 0;
            if (high < 0)
            {
                yield return found;
                continue;
            }

            common ??= found.Key[..high];
            held.Add(found);
        }

        foreach (StoredObject sorted in Sorted(held))
        {
            yield return sorted;
        }
    }

    /// <summary>A key from which a listing in UTF-8 order misses nothing that is greater than <paramref name="after"/> in UTF-16 order; empty: from the start.</summary>
    public static string StartFor(string after)
    {
        int surrogate = after.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        return surrogate < 0 ? after : after[..surrogate];
    }

    private static IOrderedEnumerable<StoredObject> Sorted(List<StoredObject> held) => held.OrderBy(static o => o.Key, StringComparer.Ordinal);
}
