using System.Collections.Concurrent;
using System.IO.Enumeration;
using System.Runtime.Versioning;

namespace CryptoInsight.Delta.Store;

/// <summary>A folder on this machine (or a mount that keeps POSIX promises) as an object store.</summary>
/// <remarks>Bytes go to a temporary file, are synced, get their name by <c>link(2)</c> (exclusive) or <c>rename(2)</c> (replacing), then the folder is synced.
/// <c>File.Move(overwrite: false)</c> checks and renames in two steps on Linux and lets two racing writers both win, so it is not used there.
/// Keys that start with <c>.</c> and end with <c>.tmp</c> in their last segment are the store's own and never listed.</remarks>
public sealed partial class LocalObjectStore : IObjectStore
{
    private static long s_temporaryCounter;

    private readonly string _root;
    private readonly bool _fsync;

    // Folders that are there; false: made by this store, and its name in the folder above is not durable yet.
    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SharedSync> _syncs = new(StringComparer.Ordinal);

    /// <summary>A store below <paramref name="root"/>, which is made when the first object is written.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="fsync">False only where losing the last writes in a power failure does not matter (tests): naming stays exclusive and whole.</param>
    public LocalObjectStore(string root, bool fsync = true)
    {
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _fsync = fsync;
        Root = new Uri("file://" + Uri.EscapeDataString(_root.Replace('\\', '/')).Replace("%2F", "/", StringComparison.Ordinal) + "/");
    }

    /// <inheritdoc/>
    public Uri Root { get; }

    /// <summary>The folder.</summary>
    public string RootPath => _root;

    /// <summary>The file of a key, for engines that open files themselves.</summary>
    public string PathOf(string key) => Path.Combine(_root, StoreKey.Check(key));

    /// <inheritdoc/>
    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
    {
        string path = PathOf(key);
        return Durably(() => Put(path, content.Span, static (from, to) => NameIfAbsent(from, to)), ct);
    }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
    {
        string path = PathOf(key);
        return Durably(() => Put(path, content.Span, static (from, to) => NameAlways(from, to)), ct);
    }

    /// <inheritdoc/>
    public Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        string path = PathOf(key);
        (string temporary, FileStream stream) = OpenTemporary(path, bufferBytes: 1 << 16);
        return Task.FromResult<IObjectWriter>(new Writer(this, path, temporary, stream));
    }

    /// <inheritdoc/>
    public Task<byte[]> ReadAsync(string key, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult(File.ReadAllBytes(PathOf(key)));
        }
        catch (Exception e) when (IsAbsence(e, key))
        {
            return Task.FromException<byte[]>(new ObjectNotFoundException(key, Root));
        }
        catch (IOException e)
        {
            return Task.FromException<byte[]>(e);
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string key, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<Stream>(new FileStream(PathOf(key), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1));
        }
        catch (Exception e) when (IsAbsence(e, key))
        {
            return Task.FromException<Stream>(new ObjectNotFoundException(key, Root));
        }
        catch (IOException e)
        {
            return Task.FromException<Stream>(e);
        }
    }

    /// <inheritdoc/>
    public Task<StoredObject?> FindAsync(string key, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult(Describe(PathOf(key), key));
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        string path = PathOf(key);
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Gone with its folder: the same as gone.
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<int> SweepUnfinishedAsync(DateTimeOffset before, CancellationToken ct = default)
    {
        if (!Directory.Exists(_root))
        {
            return Task.FromResult(0);
        }

        FileSystemEnumerable<string> left = new(_root, static (ref FileSystemEntry e) => e.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) => !e.IsDirectory && IsTemporary(e.FileName) && e.LastWriteTimeUtc < before,
        };
        int removed = 0;
        foreach (string path in left.ToList())
        {
            ct.ThrowIfCancellationRequested();
            File.Delete(path);
            removed++;
        }

        return Task.FromResult(removed);
    }

    private static bool IsTemporary(ReadOnlySpan<char> name) => name.StartsWith('.') && name.EndsWith(".tmp", StringComparison.Ordinal);

    // Opening a folder as a file is "access denied": for a store that key has no object.
    private bool IsAbsence(Exception e, string key) => e is FileNotFoundException or DirectoryNotFoundException || (e is UnauthorizedAccessException && Directory.Exists(PathOf(key)));

    private static StoredObject? Describe(string path, string key)
    {
        FileInfo file = new(path);
        return file.Exists ? new StoredObject(key, file.Length, new DateTimeOffset(file.LastWriteTimeUtc)) : null;
    }

    private bool Put(string path, ReadOnlySpan<byte> content, Func<string, string, bool> name)
    {
        (string temporary, FileStream stream) = OpenTemporary(path, bufferBytes: 0);
        try
        {
            using (stream)
            {
                stream.Write(content);
                stream.Flush(flushToDisk: _fsync);
            }

            if (!name(temporary, path))
            {
                return false;
            }
        }
        finally
        {
            File.Delete(temporary);
        }

        SyncFolderOf(path);
        return true;
    }

    private (string Path, FileStream Stream) OpenTemporary(string path, int bufferBytes)
    {
        string folder = Path.GetDirectoryName(path)!;
        MakeFolder(folder);
        while (true)
        {
            // Unique within this machine and boot; should another machine on the same mount collide, CreateNew refuses and the next number is tried.
            string temporary = Path.Combine(folder, $".{Environment.ProcessId:x}-{Interlocked.Increment(ref s_temporaryCounter):x}.tmp");
            try
            {
                return (temporary, new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferBytes));
            }
            catch (Exception absent) when (absent is DirectoryNotFoundException or FileNotFoundException)
            {
                // Another thread is just making the folder (then it is there by the time the error is worded: "file not found"), or someone removed it since it was made.
                MakeAnew(folder);
            }
            catch (IOException) when (File.Exists(temporary))
            {
                continue;
            }
        }
    }

    // Made now, durable when the first object in it is: hundreds of new folders then share the syncs of the folder above.
    private void MakeFolder(string folder)
    {
        if (_folders.ContainsKey(folder))
        {
            return;
        }

        // Known as new before it is there: whoever sees it on the disk finds it known.
        if (Directory.Exists(folder))
        {
            _folders.TryAdd(folder, true);
            return;
        }

        string? parent = Path.GetDirectoryName(folder);
        if (parent is not null)
        {
            MakeFolder(parent);
        }

        _folders[folder] = false;
        Directory.CreateDirectory(folder);
    }

    // New to whoever syncs its name, whatever was known of it.
    private void MakeAnew(string folder)
    {
        if (Path.GetDirectoryName(folder) is { } parent && !Directory.Exists(parent))
        {
            MakeAnew(parent);
        }

        _folders[folder] = false;
        Directory.CreateDirectory(folder);
    }

    private void SyncFolderOf(string path)
    {
        if (_fsync && !OperatingSystem.IsWindows() && Path.GetDirectoryName(path) is { } folder)
        {
            PosixFiles.SyncFolder(folder);
            SyncNameOf(folder);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private void SyncNameOf(string folder)
    {
        if (_folders.TryGetValue(folder, out bool isDurable) && !isDurable && Path.GetDirectoryName(folder) is { } parent)
        {
            SyncNameOf(parent);
            _syncs.GetOrAdd(parent, static p => new SharedSync(() => PosixFiles.SyncFolder(p))).Run();
            _folders.TryUpdate(folder, true, false);
        }
    }

    private static bool NameIfAbsent(string from, string to)
    {
        if (!OperatingSystem.IsWindows())
        {
            return PosixFiles.LinkIfAbsent(from, to);
        }

        try
        {
#pragma warning disable RS0030 // On Windows MoveFileEx without the replace flag is exclusive.
            File.Move(from, to, overwrite: false);
#pragma warning restore RS0030
            return true;
        }
        catch (IOException) when (File.Exists(to))
        {
            return false;
        }
    }

    private static bool NameAlways(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // On Windows this is MoveFileEx with the replace flag: atomic for readers.
            File.Move(from, to, overwrite: true);
#pragma warning restore RS0030
        }
        else
        {
            PosixFiles.Replace(from, to);
        }

        return true;
    }

    // A sync can take long on a busy disk: not on the caller's thread. Without sync the work is short and a hop would cost more than it saves.
    private Task<T> Durably<T>(Func<T> work, CancellationToken ct) => _fsync ? Task.Run(work, ct) : Inline(work, ct);

    private static Task<T> Inline<T>(Func<T> work, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult(work());
        }
        catch (IOException e)
        {
            return Task.FromException<T>(e);
        }
    }

    private sealed class Writer(LocalObjectStore store, string path, string temporary, FileStream stream) : IObjectWriter
    {
        private bool _closed;

        public Stream Stream => stream;

        public Task<long> CompleteAsync(CancellationToken ct = default) => store.Durably(Complete, ct);

        public async ValueTask DisposeAsync()
        {
            if (!_closed)
            {
                _closed = true;
                await stream.DisposeAsync().ConfigureAwait(false);
                File.Delete(temporary);
            }
        }

        private long Complete()
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            stream.Flush(flushToDisk: store._fsync);
            long length = stream.Length;
            stream.Dispose();
            _closed = true;
            try
            {
                if (!NameIfAbsent(temporary, path))
                {
                    throw new IOException($"'{path}' exists already: data files are never overwritten. Use a fresh name.");
                }
            }
            finally
            {
                File.Delete(temporary);
            }

            store.SyncFolderOf(path);
            return length;
        }
    }
}
