using System.Runtime.CompilerServices;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Simulation.Tests.Stage;

/// <summary>A process's way to a table's objects: every call waits for its turn on the stage, takes effect whole at that instant, and may fail before or after.</summary>
internal sealed class ParkedStore(MemoryObjectStore inner, string table, SimulatedProcess owner, Scheduler stage, StoreFaults faults, Action<string, long, byte[]> onCommit) : IObjectStore
{
    public Uri Root => inner.Root;

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
    {
        byte[] bytes = content.ToArray();
        return Call(StoreOperation.PutIfAbsent, key, () =>
        {
            bool isMine = Now(inner.PutIfAbsentAsync(key, bytes, CancellationToken.None));
            if (isMine && VersionOf(key) is { } version)
            {
                onCommit(table, version, bytes);
            }

            return isMine;
        });
    }

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
    {
        byte[] bytes = content.ToArray();
        return Call(StoreOperation.Put, key, () =>
        {
            inner.Overwrite(key, bytes);
            return true;
        }, part: length => inner.Overwrite(key, bytes.AsSpan(0, Math.Min(length, bytes.Length))));
    }

    public async Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default) =>
        new Writer(this, await inner.CreateAsync(key, ct).ConfigureAwait(false), key);

    public Task<byte[]> ReadAsync(string key, CancellationToken ct = default) => Call(StoreOperation.Read, key, () => Now(inner.ReadAsync(key, CancellationToken.None)));

    public Task<Stream> OpenReadAsync(string key, CancellationToken ct = default) => Call(StoreOperation.Read, key, () => Now(inner.OpenReadAsync(key, CancellationToken.None)));

    public Task<StoredObject?> FindAsync(string key, CancellationToken ct = default) => Call(StoreOperation.Find, key, () => Now(inner.FindAsync(key, CancellationToken.None)));

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        foreach (StoredObject found in await Call(StoreOperation.List, prefix, () => inner.ListAsync(prefix, after, CancellationToken.None).ToBlockingEnumerable().ToList()).ConfigureAwait(false))
        {
            yield return found;
        }
    }

    public Task DeleteAsync(string key, CancellationToken ct = default) => Call(StoreOperation.Delete, key, () =>
    {
        Now(inner.DeleteAsync(key, CancellationToken.None));
        return true;
    });

    private Task<T> Call<T>(StoreOperation operation, string key, Func<T> effect, Action<int>? part = null)
    {
        var reply = new TaskCompletionSource<T>(); // continuations run inline, on the stage's thread
        if (operation is StoreOperation.Read or StoreOperation.Find or StoreOperation.List && stage.IsPrompt(owner))
        {
            try
            {
                reply.SetResult(effect());
            }
            catch (IOException e)
            {
                reply.SetException(e);
            }

            return reply.Task;
        }

        stage.Park(owner, ParkedKind.Store, $"{table} {operation} {key}", () =>
        {
            StoreFaultKind fault = stage.IsCalm ? StoreFaultKind.None : faults.Next(operation, key, stage.Random);
            T result = default!;
            Exception? failure = null;
            try
            {
                if (fault is StoreFaultKind.None or StoreFaultKind.ErrorAfter)
                {
                    result = effect();
                }
                else if (fault == StoreFaultKind.PartialWrite)
                {
                    part?.Invoke(stage.Random.Next(0, 4_000));
                }
            }
            catch (IOException e)
            {
                failure = e;
            }

            if (fault != StoreFaultKind.None)
            {
                stage.Trace.Add($"{owner}: {fault} at {operation} {key}");
                failure = new InjectedFaultException(new StoreCall(stage.Steps, operation, key), fault);
            }

            if (failure is null)
            {
                reply.SetResult(result);
            }
            else
            {
                reply.SetException(failure);
            }
        });
        return reply.Task;
    }

    private static long? VersionOf(string key) =>
        key.StartsWith("_delta_log/", StringComparison.Ordinal) && key.EndsWith(".json", StringComparison.Ordinal) && long.TryParse(key.AsSpan(11, key.Length - 16), out long version) ? version : null;

    // The store in memory completes every call at once.
    private static T Now<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Now(Task task) => task.GetAwaiter().GetResult();

    private sealed class Writer(ParkedStore store, IObjectWriter inner, string key) : IObjectWriter
    {
        public Stream Stream => inner.Stream;

        public Task<long> CompleteAsync(CancellationToken ct = default) => store.Call(StoreOperation.Complete, key, () => Now(inner.CompleteAsync(CancellationToken.None)));

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
