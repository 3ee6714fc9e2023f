using System.Runtime.CompilerServices;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>The store as one life of one actor sees it: every call waits at a named phase; a listing comes page by page.</summary>
internal sealed class StagedStore(StageWorld world, StageActor actor) : IObjectStore
{
    private readonly int _incarnation = actor.Incarnation;

    public Uri Root => world.Objects.Root;

    /// <summary>Waits at a phase that is no call of the store.</summary>
    public Task PauseAsync(string name, Func<bool>? isReady = null) =>
        world.Scheduler.HoldAsync(new HeldPhase(actor, _incarnation, name) { IsReady = isReady });

    public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default) =>
        CallAsync("put", key, () => world.Put(actor, key, content.ToArray()), isPut: true, ct);

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default) =>
        CallAsync("put", key, () => Now(world.Objects.PutAsync(key, content, ct)), isPut: true, ct);

    public async Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default) =>
        new Writer(this, key, await world.Objects.CreateAsync(key, ct).ConfigureAwait(false));

    public Task<byte[]> ReadAsync(string key, CancellationToken ct = default) =>
        CallAsync("read", key, () => Now(world.Objects.ReadAsync(key, ct)), isPut: false, ct);

    public Task<Stream> OpenReadAsync(string key, CancellationToken ct = default) =>
        CallAsync("read", key, () => Now(world.Objects.OpenReadAsync(key, ct)), isPut: false, ct);

    public Task<StoredObject?> FindAsync(string key, CancellationToken ct = default) =>
        CallAsync("find", key, () => Now(world.Objects.FindAsync(key, ct)), isPut: false, ct);

    public Task DeleteAsync(string key, CancellationToken ct = default) =>
        CallAsync("delete", key, () => Now(world.Objects.DeleteAsync(key, ct)), isPut: false, ct);

    // A listing is no atomic picture: others go on between its pages.
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        string? from = after;
        while (true)
        {
            List<StoredObject> page = await CallAsync("list", prefix, () => world.Page(prefix, from), isPut: false, ct).ConfigureAwait(false);
            foreach (StoredObject found in page)
            {
                yield return found;
            }

            if (page.Count < world.PageSize)
            {
                yield break;
            }

            from = page[^1].Key;
        }
    }

    private async Task<T> CallAsync<T>(string verb, string key, Func<T> effect, bool isPut, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        string name = $"{verb} {world.Names.Of(key)}";
        HeldPhase phase = new(actor, _incarnation, name) { IsCall = true, IsPut = isPut };
        Action unheard = () => Unheard(effect);
        actor.Remember(phase, unheard);
        Permit permit = await world.Scheduler.HoldAsync(phase).ConfigureAwait(false);
        actor.Forget(phase);
        switch (permit)
        {
            case Permit.Go:
                return effect();
            case Permit.LoseReply:
                unheard();
                break;
            case Permit.LandLate:
                world.Scheduler.PutLate($"{actor.Name}: {name}", unheard);
                break;
        }

        throw new StageFaultException($"Injected {permit} at {name}.");
    }

    // Nobody hears the answer, whatever it is.
    private static void Unheard<T>(Func<T> effect)
    {
        try
        {
            effect();
        }
        catch (IOException)
        {
            // The store refused it: the key is taken, or gone.
        }
    }

    private static T Now<T>(Task<T> done) => done.GetAwaiter().GetResult();

    private static bool Now(Task done)
    {
        done.GetAwaiter().GetResult();
        return true;
    }

    private sealed class Writer(StagedStore store, string key, IObjectWriter inner) : IObjectWriter
    {
        public Stream Stream => inner.Stream;

        public Task<long> CompleteAsync(CancellationToken ct = default) =>
            store.CallAsync("write", key, () => Now(inner.CompleteAsync(ct)), isPut: true, ct);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>A call that the scheduler let fail.</summary>
internal sealed class StageFaultException(string message) : IOException(message);

/// <summary>Short names of objects, the same in every run of a seed: files are numbered as they appear.</summary>
internal sealed class ObjectNames
{
    private readonly Dictionary<string, string> _names = [];

    public string Of(string key)
    {
        if (key == LogFiles.Folder)
        {
            return "log";
        }

        if (key == LogFiles.LastCheckpoint)
        {
            return "hint";
        }

        if (key.StartsWith(LogFiles.Folder, StringComparison.Ordinal) && LogFiles.TryVersion(key.AsSpan(LogFiles.Folder.Length), out long version, out ReadOnlySpan<char> rest))
        {
            return rest is "json" ? $"commit v{version}" : $"checkpoint v{version}";
        }

        if (key.Length == 0 || key.EndsWith('/'))
        {
            return key.Length == 0 ? "folder" : key;
        }

        if (!_names.TryGetValue(key, out string? name))
        {
            string kind = key.StartsWith("_change_data/", StringComparison.Ordinal) ? "changes" : key.EndsWith(".bin", StringComparison.Ordinal) ? "vector" : "data";
            _names.Add(key, name = $"{kind} #{_names.Count}");
        }

        return name;
    }
}
