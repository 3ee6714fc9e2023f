using CryptoInsight.Delta.Store;

namespace CryptoInsight.Benchmarks.Data;

/// <summary>One local folder, written with or without fsync: a table is built fast, then measured durable, in one process and one state.</summary>
internal sealed class SwitchedStore(string folder) : IObjectStore
{
    private readonly LocalObjectStore _durable = new(folder);
    private readonly LocalObjectStore _fast = new(folder, fsync: false);

    public bool IsDurable { get; set; }

    public Uri Root => Store.Root;

    private LocalObjectStore Store => IsDurable ? _durable : _fast;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default) => Store.PutIfAbsentAsync(key, content, ct);

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default) => Store.PutAsync(key, content, ct);

    public Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default) => Store.CreateAsync(key, ct);

    public Task<byte[]> ReadAsync(string key, CancellationToken ct = default) => Store.ReadAsync(key, ct);

    public Task<Stream> OpenReadAsync(string key, CancellationToken ct = default) => Store.OpenReadAsync(key, ct);

    public Task<StoredObject?> FindAsync(string key, CancellationToken ct = default) => Store.FindAsync(key, ct);

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, CancellationToken ct = default) => Store.ListAsync(prefix, after, ct);

    public Task DeleteAsync(string key, CancellationToken ct = default) => Store.DeleteAsync(key, ct);
}
