namespace CryptoInsight.Delta.Store;

/// <summary>The rule that keeps every key below its root.</summary>
public static class StoreKey
{
    /// <summary>Returns the key if it is lawful: relative, forward slashes, no empty, <c>.</c> or <c>..</c> segment, no control character; else throws <see cref="ArgumentException"/>.</summary>
    public static string Check(string key)
    {
        if (IsLawful(key))
        {
            return key;
        }

        throw new ArgumentException("A store key must be relative, without empty, '.' or '..' segments and without control characters. Refused before any file was touched.", nameof(key));
    }

    /// <summary>Whether the key names a place below the root on every platform that this process may run on.</summary>
    public static bool IsLawful(string key)
    {
        if (string.IsNullOrEmpty(key) || key.Length > 4096)
        {
            return false;
        }

        int start = 0;
        for (int i = 0; i <= key.Length; i++)
        {
            if (i < key.Length && key[i] != '/')
            {
                // NUL ends a path for the kernel; on Windows a backslash separates and a colon names a drive or a stream.
                if (char.IsControl(key[i]) || (OperatingSystem.IsWindows() && (key[i] is '\\' or ':')))
                {
                    return false;
                }

                continue;
            }

            ReadOnlySpan<char> segment = key.AsSpan(start, i - start);
            if (segment.IsEmpty || segment is "." or "..")
            {
                return false;
            }

            start = i + 1;
        }

        return true;
    }
}
