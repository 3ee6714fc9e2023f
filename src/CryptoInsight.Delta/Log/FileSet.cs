using System.Collections;
using System.Collections.Immutable;
using CryptoInsight.Delta.Actions;

namespace CryptoInsight.Delta.Log;

/// <summary>The live files of a version: immutable, and cheap to derive the next version from.</summary>
/// <remarks>A shared base (array and index, never changed) with a bitmap of what went since and a small tree of what came since. A step copies the bitmap and touches the tree: O(changes),
/// plus one bit per base file. When the changes reach a quarter of the base, a new base is made, so that cost is spread over them.</remarks>
internal sealed class FileSet : IReadOnlyCollection<AddFile>
{
    private const int RecentFilesMin = 512;

    private readonly AddFile[] _base;
    private readonly Dictionary<string, int> _index;
    private readonly ulong[] _gone;
    private readonly int _goneCount;
    private readonly ImmutableSortedDictionary<string, AddFile> _recent; // sorted: a version lists its files in the same order in every process

    private FileSet(AddFile[] files, Dictionary<string, int> index, ulong[] gone, int goneCount, ImmutableSortedDictionary<string, AddFile> recent)
    {
        _base = files;
        _index = index;
        _gone = gone;
        _goneCount = goneCount;
        _recent = recent;
    }

    /// <summary>No files.</summary>
    internal static FileSet Empty { get; } = new([], new Dictionary<string, int>(StringComparer.Ordinal), [], 0, ImmutableSortedDictionary.Create<string, AddFile>(StringComparer.Ordinal));

    /// <inheritdoc/>
    public int Count => _base.Length - _goneCount + _recent.Count;

    /// <summary>The live file of a canonical path, or null.</summary>
    internal AddFile? Find(string canonicalPath) =>
        _recent.TryGetValue(canonicalPath, out AddFile? recent) ? recent
        : _index.TryGetValue(canonicalPath, out int slot) && !IsGone(slot) ? _base[slot]
        : null;

    /// <summary>The set after changes by canonical path; null means gone.</summary>
    internal FileSet With(Dictionary<string, AddFile?> changes)
    {
        if (changes.Count == 0)
        {
            return this;
        }

        if (_recent.Count + _goneCount + changes.Count > RecentFilesMin + (_base.Length / 4))
        {
            return Rebuild(changes);
        }

        ulong[] gone = _gone;
        int goneCount = _goneCount;
        ImmutableSortedDictionary<string, AddFile>.Builder recent = _recent.ToBuilder();
        foreach ((string path, AddFile? file) in changes)
        {
            if (_index.TryGetValue(path, out int slot) && (gone[slot >> 6] & (1UL << slot)) == 0)
            {
                gone = ReferenceEquals(gone, _gone) ? (ulong[])_gone.Clone() : gone;
                gone[slot >> 6] |= 1UL << slot;
                goneCount++;
            }

            if (file is null)
            {
                recent.Remove(path);
            }
            else
            {
                recent[path] = file;
            }
        }

        return new FileSet(_base, _index, gone, goneCount, recent.ToImmutable());
    }

    /// <summary>A set made at once, for checkpoints; of two files with one path the last stays.</summary>
    internal sealed class Builder
    {
        private readonly List<AddFile> _files = [];
        private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

        /// <summary>Makes room.</summary>
        internal void Reserve(int count)
        {
            _files.EnsureCapacity(_files.Count + count);
            _index.EnsureCapacity(_index.Count + count);
        }

        /// <summary>Adds a file by its canonical path.</summary>
        internal void Add(string canonicalPath, AddFile file)
        {
            if (_index.TryAdd(canonicalPath, _files.Count))
            {
                _files.Add(file);
            }
            else
            {
                _files[_index[canonicalPath]] = file;
            }
        }

        /// <summary>The set; the builder must not be used after.</summary>
        internal FileSet Build() => new([.. _files], _index, new ulong[(_files.Count + 63) >> 6], 0, Empty._recent);
    }

    /// <inheritdoc/>
    public IEnumerator<AddFile> GetEnumerator()
    {
        for (int slot = 0; slot < _base.Length; slot++)
        {
            if (!IsGone(slot))
            {
                yield return _base[slot];
            }
        }

        foreach ((_, AddFile file) in _recent)
        {
            yield return file;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private bool IsGone(int slot) => (_gone[slot >> 6] & (1UL << slot)) != 0;

    private FileSet Rebuild(Dictionary<string, AddFile?> changes)
    {
        List<AddFile> files = new(Count + changes.Count);
        Dictionary<string, int> index = new(Count + changes.Count, StringComparer.Ordinal);
        foreach ((string path, int slot) in _index)
        {
            if (!IsGone(slot) && !changes.ContainsKey(path))
            {
                index.Add(path, files.Count);
                files.Add(_base[slot]);
            }
        }

        foreach ((string path, AddFile file) in _recent)
        {
            if (!changes.ContainsKey(path))
            {
                index.Add(path, files.Count);
                files.Add(file);
            }
        }

        foreach ((string path, AddFile? file) in changes)
        {
            if (file is not null)
            {
                index.Add(path, files.Count);
                files.Add(file);
            }
        }

        return new FileSet([.. files], index, new ulong[(files.Count + 63) >> 6], 0, Empty._recent);
    }
}
