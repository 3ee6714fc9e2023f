namespace CryptoInsight.Delta.Store;

/// <summary>One object in a store: its key below the table's root, length in bytes and time of last change.</summary>
public sealed record StoredObject(string Key, long Length, DateTimeOffset ModifiedAt);

/// <summary>Where a table's bytes lie. Keys are relative to the table's root, with forward slashes, never percent-encoded.</summary>
/// <remarks><see cref="PutIfAbsentAsync"/> is the only lock of the whole engine. What has returned is durable (data, and the folder that names it).
/// A call may fail after it took effect (a lost reply): callers must be able to tell by reading.</remarks>
public interface IObjectStore
{
    /// <summary>The table's root, for messages and for engines that open files themselves.</summary>
    Uri Root { get; }

    /// <summary>Creates the object if no object has that key, atomically among all writers; false if one has.</summary>
    Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default);

    /// <summary>Creates or replaces the object; readers see the old or the new bytes, never a mix.</summary>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default);

    /// <summary>Opens a new object for writing; it appears, durable, when <see cref="IObjectWriter.CompleteAsync"/> returns, or not at all.</summary>
    Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default);

    /// <summary>The object's bytes; <see cref="ObjectNotFoundException"/> if there is none.</summary>
    Task<byte[]> ReadAsync(string key, CancellationToken ct = default);

    /// <summary>A seekable, readable stream over the object; <see cref="ObjectNotFoundException"/> if there is none. The caller disposes it.</summary>
    Task<Stream> OpenReadAsync(string key, CancellationToken ct = default);

    /// <summary>The object's description, or null.</summary>
    Task<StoredObject?> FindAsync(string key, CancellationToken ct = default);

    /// <summary>All objects whose key starts with <paramref name="prefix"/> and is ordinally greater than <paramref name="after"/> (null: all), in ordinal order of key.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, CancellationToken ct = default);

    /// <summary>Removes the object; no error if it is gone already.</summary>
    Task DeleteAsync(string key, CancellationToken ct = default);

    /// <summary>Removes what writers that died left behind unfinished, if the store keeps such things: nothing that was touched since <paramref name="before"/>. Returns how many.</summary>
    Task<int> SweepUnfinishedAsync(DateTimeOffset before, CancellationToken ct = default) => Task.FromResult(0);
}

/// <summary>An object being written. Disposing before <see cref="CompleteAsync"/> leaves nothing behind.</summary>
public interface IObjectWriter : IAsyncDisposable
{
    /// <summary>Where the bytes go.</summary>
    Stream Stream { get; }

    /// <summary>Makes the object durable and visible; returns its length in bytes.</summary>
    Task<long> CompleteAsync(CancellationToken ct = default);
}

/// <summary>No object has this key.</summary>
public sealed class ObjectNotFoundException(string key, Uri root)
    : IOException($"No object '{key}' below {root}.")
{
    /// <summary>The key that was asked for.</summary>
    public string Key { get; } = key;
}
