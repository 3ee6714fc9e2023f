using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace CryptoInsight.Delta.Store;

/// <summary>Objects in memory, with faults at every call on demand: the store of simulations and tests.</summary>
/// <remarks>Every call completes synchronously, so one thread and one seed give one history.</remarks>
public sealed class MemoryObjectStore : IObjectStore
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private ImmutableSortedDictionary<string, Stored> _objects = ImmutableSortedDictionary.Create<string, Stored>(StringComparer.Ordinal);
    private long _calls;
    private bool _crashed;

    /// <summary>An empty store.</summary>
    /// <param name="clock">Gives objects their time of change.</param>
    /// <param name="name">Tells stores apart in messages.</param>
    public MemoryObjectStore(TimeProvider? clock = null, string name = "store")
    {
        _clock = clock ?? TimeProvider.System;
        Root = new Uri($"memory://{Uri.EscapeDataString(name)}/");
    }

    /// <inheritdoc/>
    public Uri Root { get; }

    /// <summary>Decides what goes wrong; null: nothing. Called under no lock, once per call.</summary>
    public Func<StoreCall, StoreFault>? Faults { get; set; }

    /// <summary>How many calls were made.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>The keys of all objects, in order.</summary>
    public IReadOnlyList<string> Keys => [.. _objects.Keys];

    /// <summary>Starts the process again after a crash: what had taken effect is still there.</summary>
    public void Revive() => _crashed = false;

    /// <summary>A store of its own with the same objects: one more future from the same past.</summary>
    public MemoryObjectStore Fork(string? name = null) => new(_clock, name ?? Root.Host) { _objects = _objects };

    /// <summary>Puts bytes under a key, past every fault plan: how tests damage a table.</summary>
    public void Overwrite(string key, ReadOnlySpan<byte> content, DateTimeOffset? modifiedAt = null)
    {
        lock (_gate)
        {
            _objects = _objects.SetItem(StoreKey.Check(key), new Stored(content.ToArray(), modifiedAt ?? _clock.GetUtcNow()));
        }
    }

    /// <inheritdoc/>
    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default) =>
        Call(StoreOperation.PutIfAbsent, key, content, bytes =>
        {
            lock (_gate)
            {
                if (_objects.ContainsKey(key))
                {
                    return false;
                }

                _objects = _objects.Add(key, new Stored(bytes.ToArray(), _clock.GetUtcNow()));
                return true;
            }
        }, ct);

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default) =>
        Call(StoreOperation.Put, key, content, bytes =>
        {
            Overwrite(key, bytes.Span);
            return true;
        }, ct);

    /// <inheritdoc/>
    public Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return Task.FromResult<IObjectWriter>(new Writer(this, StoreKey.Check(key)));
    }

    /// <inheritdoc/>
    public Task<byte[]> ReadAsync(string key, CancellationToken ct = default) =>
        Call(StoreOperation.Read, key, default, _ => (byte[])Get(key).Bytes.Clone(), ct);

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string key, CancellationToken ct = default) =>
        Call<Stream>(StoreOperation.Read, key, default, _ => new MemoryStream(Get(key).Bytes, writable: false), ct);

    /// <inheritdoc/>
    public Task<StoredObject?> FindAsync(string key, CancellationToken ct = default) =>
        Call(StoreOperation.Find, key, default, _ => _objects.TryGetValue(key, out Stored found) ? new StoredObject(key, found.Bytes.Length, found.ModifiedAt) : null, ct);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        ImmutableSortedDictionary<string, Stored> objects = await Call(StoreOperation.List, prefix, default, _ => _objects, ct).ConfigureAwait(false);
        foreach ((string key, Stored stored) in objects)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(key, after) > 0))
            {
                ct.ThrowIfCancellationRequested();
                yield return new StoredObject(key, stored.Bytes.Length, stored.ModifiedAt);
            }
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken ct = default) =>
        Call(StoreOperation.Delete, key, default, _ =>
        {
            lock (_gate)
            {
                _objects = _objects.Remove(key);
            }

            return true;
        }, ct);

    private Stored Get(string key) => _objects.TryGetValue(key, out Stored found) ? found : throw new ObjectNotFoundException(key, Root);

    private Task<T> Call<T>(StoreOperation operation, string key, ReadOnlyMemory<byte> content, Func<ReadOnlyMemory<byte>, T> effect, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (operation != StoreOperation.List)
        {
            StoreKey.Check(key);
        }

        try
        {
            return Task.FromResult(Run(new StoreCall(Interlocked.Increment(ref _calls) - 1, operation, key), content, effect));
        }
        catch (IOException e)
        {
            return Task.FromException<T>(e);
        }
    }

    private T Run<T>(StoreCall call, ReadOnlyMemory<byte> content, Func<ReadOnlyMemory<byte>, T> effect)
    {
        if (_crashed)
        {
            throw new InjectedFaultException(call, StoreFaultKind.CrashBefore);
        }

        StoreFault fault = Faults?.Invoke(call) ?? StoreFault.None;
        _crashed = fault.Kind is StoreFaultKind.CrashBefore or StoreFaultKind.CrashAfter;
        switch (fault.Kind)
        {
            case StoreFaultKind.None:
                return effect(content);
            case StoreFaultKind.PartialWrite:
                Overwrite(call.Key, content.Span[..Math.Min(fault.Bytes, content.Length)]);
                break;
            case StoreFaultKind.ErrorAfter or StoreFaultKind.CrashAfter:
                effect(content);
                break;
        }

        throw new InjectedFaultException(call, fault.Kind);
    }

    private readonly record struct Stored(byte[] Bytes, DateTimeOffset ModifiedAt);

    private sealed class Writer(MemoryObjectStore store, string key) : IObjectWriter
    {
        private readonly MemoryStream _stream = new();

        public Stream Stream => _stream;

        public async Task<long> CompleteAsync(CancellationToken ct = default)
        {
            // A fresh copy: ParquetSharp and friends may have closed the stream, ToArray works all the same.
            byte[] bytes = _stream.ToArray();
            await store.Call(StoreOperation.Complete, key, bytes, content =>
            {
                lock (store._gate)
                {
                    store._objects = store._objects.ContainsKey(key)
                        ? throw new IOException($"'{key}' exists already: data files are never overwritten. Use a fresh name.")
                        : store._objects.Add(key, new Stored(content.ToArray(), store._clock.GetUtcNow()));
                    return true;
                }
            }, ct).ConfigureAwait(false);
            return bytes.Length;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
