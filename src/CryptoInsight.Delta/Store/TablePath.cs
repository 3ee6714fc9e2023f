using System.Buffers;
using System.Text;

namespace CryptoInsight.Delta.Store;

/// <summary>Turns the paths that a log writes into store keys and back.</summary>
/// <remarks>A log path is a URI reference: percent-encoded, relative to the table's root or absolute.
/// <b>Source</b>: PROTOCOL.md, "Add File and Remove File" (path).</remarks>
public static class TablePath
{
    // What a path segment may hold bare; ':' is left out, since in a first segment it would read as a scheme.
    private static readonly SearchValues<char> s_bare = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@");
    private static readonly SearchValues<char> s_scheme = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    private static readonly SearchValues<char> s_special = SearchValues.Create("%:");

    /// <summary>The path to write in the log for a key.</summary>
    public static string FromKey(string key)
    {
        if (key.AsSpan().IndexOfAnyExcept(s_bare) < 0)
        {
            return key;
        }

        StringBuilder encoded = new(key.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in key.EnumerateRunes())
        {
            if (rune.IsAscii && s_bare.Contains((char)rune.Value))
            {
                encoded.Append((char)rune.Value);
                continue;
            }

            int length = rune.EncodeToUtf8(utf8);
            foreach (byte b in utf8[..length])
            {
                encoded.Append('%').Append(Convert.ToHexString([b]));
            }
        }

        return encoded.ToString();
    }

    /// <summary>The key of a log path; <see cref="DeltaException"/> if the file lies outside the table's root.</summary>
    public static string ToKey(string logPath, Uri root)
    {
        string name = Canonical(logPath, root);
        return StoreKey.IsLawful(name) && !IsAbsolute(name)
            ? name
            : throw new DeltaException($"The log of the table at {root} names a file that is not below the table's folder. This engine opens only files of the table itself; copy the file in, or read the table where it was made.");
    }

    /// <summary>One spelling for all spellings of a file: the decoded key of a file below the root, else the decoded absolute URI.</summary>
    internal static string Canonical(string logPath, Uri root)
    {
        if (logPath.AsSpan().IndexOfAny(s_special) < 0 && logPath.Length > 0 && logPath[0] != '/')
        {
            return logPath;
        }

        if (!HasScheme(logPath))
        {
            string decoded = Uri.UnescapeDataString(logPath);
            return decoded.StartsWith('/') ? BelowRoot("file://" + decoded, root) : decoded;
        }

        int colon = logPath.IndexOf(':', StringComparison.Ordinal);
        string scheme = logPath[..colon].ToLowerInvariant();
        string rest = Uri.UnescapeDataString(logPath[(colon + 1)..]);
        if (scheme == "file")
        {
            // file:/x, file:///x and file://localhost/x are one file.
            rest = rest.StartsWith("//localhost/", StringComparison.OrdinalIgnoreCase) ? rest["//localhost".Length..] : rest.StartsWith("///", StringComparison.Ordinal) ? rest[2..] : rest;
            rest = "//" + rest;
        }

        return BelowRoot($"{scheme}:{rest}", root);
    }

    private static bool IsAbsolute(string canonical) => canonical.Contains("://", StringComparison.Ordinal) && HasScheme(canonical);

    private static bool HasScheme(string path)
    {
        int colon = path.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !char.IsAsciiLetter(path[0]))
        {
            return false;
        }

        // A scheme is followed by a slash here: "a:b" alone would be a relative name that some writer did not encode.
        return path.AsSpan(0, colon).IndexOfAnyExcept(s_scheme) < 0 && path.Length > colon + 1 && path[colon + 1] == '/';
    }

    private static string BelowRoot(string absolute, Uri root)
    {
        string folder = Uri.UnescapeDataString(root.AbsoluteUri);
        folder = folder.EndsWith('/') ? folder : folder + "/";
        return absolute.StartsWith(folder, StringComparison.Ordinal) ? absolute[folder.Length..] : absolute;
    }
}
