using System.IO.Enumeration;
using System.Runtime.CompilerServices;

namespace CryptoInsight.Delta.Store;

public sealed partial class LocalObjectStore
{
    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        int slash = prefix.LastIndexOf('/');
        string folder = slash < 0 ? "" : prefix[..(slash + 1)];
        if (folder.Length > 0)
        {
            StoreKey.Check(folder[..^1]);
        }

        foreach (StoredObject found in List(folder, prefix, after))
        {
            ct.ThrowIfCancellationRequested();
            yield return found;
        }
    }

    private IEnumerable<StoredObject> List(string folder, string prefix, string? after)
    {
        List<string> names = Names(folder, prefix, after);
        names.Sort(string.CompareOrdinal);
        foreach (string key in names)
        {
            if (key[^1] == '/')
            {
                foreach (StoredObject below in List(key, prefix, after))
                {
                    yield return below;
                }
            }
            else if (Describe(Path.Combine(_root, key), key) is { } found)
            {
                yield return found;
            }
        }
    }

    // Keys of one folder's files, and of its folders with a slash at the end: that slash makes plain ordinal order the order of the whole tree.
    private List<string> Names(string folder, string prefix, string? after)
    {
        string path = Path.Combine(_root, folder);
        if (!Directory.Exists(path))
        {
            return [];
        }

        FileSystemEnumerable<string> entries = new(path, (ref FileSystemEntry e) => e.IsDirectory ? $"{folder}{e.FileName}/" : $"{folder}{e.FileName}", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) => Admits(e.FileName, e.IsDirectory, folder, prefix, after),
        };
        try
        {
            return [.. entries];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private static bool Admits(ReadOnlySpan<char> name, bool isFolder, string folder, string prefix, string? after)
    {
        if (!isFolder && IsTemporary(name))
        {
            return false;
        }

        ReadOnlySpan<char> wanted = prefix.Length > folder.Length ? prefix.AsSpan(folder.Length) : default;
        if (isFolder)
        {
            // What `after` excludes below is sorted out one level deeper.
            return name.StartsWith(wanted, StringComparison.Ordinal);
        }

        if (!name.StartsWith(wanted, StringComparison.Ordinal))
        {
            return false;
        }

        return after is null || CompareKey(folder, name, after) > 0;
    }

    // Folder + name against another key, without building the key.
    private static int CompareKey(string folder, ReadOnlySpan<char> name, string other)
    {
        int common = Math.Min(folder.Length, other.Length);
        int order = folder.AsSpan(0, common).SequenceCompareTo(other.AsSpan(0, common));
        return order != 0 ? order : other.Length < folder.Length ? 1 : name.SequenceCompareTo(other.AsSpan(folder.Length));
    }
}
