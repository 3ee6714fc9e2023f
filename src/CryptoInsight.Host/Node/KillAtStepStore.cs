using System.Diagnostics;
using CryptoInsight.Delta.Store;
using CryptoInsight.Host.Commands;
using CryptoInsight.Lake;

namespace CryptoInsight.Host.Node;

/// <summary>Kills this process (SIGKILL, nothing is cleaned up) at a named step of a commit: how tests show that a crash at any step loses and doubles nothing.</summary>
/// <remarks>Switched on by the environment variable <see cref="Variable"/> alone: <c>TABLE:STEP:N</c>, the N-th time that the table reaches the step.
/// Steps in their order: <c>data-opened</c> (a data file is begun), <c>data-durable</c>, <c>entry-before</c> (all data durable, the log entry not yet), <c>entry-durable</c> (committed, nobody knows),
/// <c>checkpoint-durable</c>, <c>hint-before</c> and <c>hint-durable</c> (<c>_last_checkpoint</c>).</remarks>
internal sealed class KillAtStepStore(IObjectStore inner, string step, int nth) : IObjectStore
{
    public const string Variable = "CRYPTOINSIGHT_TEST_KILL_AT";

    private static readonly string[] s_steps = ["data-opened", "data-durable", "entry-before", "entry-durable", "checkpoint-durable", "hint-before", "hint-durable"];

    private int _reached;

    public Uri Root => inner.Root;

    /// <summary>The lake as it is, or with one table's store wrapped if the variable says so.</summary>
    public static LakeLocation Wrap(LakeLocation lake, string? asked)
    {
        if (string.IsNullOrEmpty(asked))
        {
            return lake;
        }

        string[] parts = asked.Split(':');
        if (parts.Length != 3 || !LakeLocation.IsName(parts[0]) || !s_steps.Contains(parts[1]) || !int.TryParse(parts[2], out int nth) || nth < 1)
        {
            throw new UsageException($"{Variable} is TABLE:STEP:N with a step of {string.Join(", ", s_steps)}.");
        }

        return new LakeLocation(lake.Root, lake.Catalog, lake.Schema, path => path.EndsWith("/" + parts[0], StringComparison.Ordinal)
            ? new KillAtStepStore(lake.StoreOf(parts[0]), parts[1], nth)
            : lake.StoreOf(path.Split('/')[^1]));
    }

    public async Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
    {
        Reach("entry-before", IsLog(key));
        bool isOurs = await inner.PutIfAbsentAsync(key, content, ct);
        Reach("entry-durable", IsLog(key) && isOurs);
        return isOurs;
    }

    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
    {
        bool isHint = key.EndsWith("_last_checkpoint", StringComparison.Ordinal);
        Reach("hint-before", isHint);
        await inner.PutAsync(key, content, ct);
        Reach("hint-durable", isHint);
    }

    public async Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default)
    {
        IObjectWriter writer = await inner.CreateAsync(key, ct);
        Reach("data-opened", !IsLog(key));
        return new Writer(this, writer, IsLog(key) ? "checkpoint-durable" : "data-durable");
    }

    public Task<byte[]> ReadAsync(string key, CancellationToken ct = default) => inner.ReadAsync(key, ct);

    public Task<Stream> OpenReadAsync(string key, CancellationToken ct = default) => inner.OpenReadAsync(key, ct);

    public Task<StoredObject?> FindAsync(string key, CancellationToken ct = default) => inner.FindAsync(key, ct);

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, CancellationToken ct = default) => inner.ListAsync(prefix, after, ct);

    public Task DeleteAsync(string key, CancellationToken ct = default) => inner.DeleteAsync(key, ct);

    private static bool IsLog(string key) => key.StartsWith("_delta_log/", StringComparison.Ordinal);

    private void Reach(string reached, bool applies)
    {
        if (applies && reached == step && Interlocked.Increment(ref _reached) == nth)
        {
            Process.GetCurrentProcess().Kill();
        }
    }

    private sealed class Writer(KillAtStepStore store, IObjectWriter inner, string durable) : IObjectWriter
    {
        public Stream Stream => inner.Stream;

        public async Task<long> CompleteAsync(CancellationToken ct = default)
        {
            long length = await inner.CompleteAsync(ct);
            store.Reach(durable, applies: true);
            return length;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
