using System.Text.RegularExpressions;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Engine.Tests.Flows;

/// <summary>A store whose commits take as long as somebody else says; everything else is as fast as memory.</summary>
/// <param name="beforeCommit">Waited for before a log entry is written.</param>
internal sealed partial class SlowStore(IObjectStore inner, Func<Task> beforeCommit) : IObjectStore
{
    public Uri Root => inner.Root;

    public async Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
    {
        if (LogEntry().IsMatch(key))
        {
            await beforeCommit();
        }

        return await inner.PutIfAbsentAsync(key, content, ct);
    }

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default) => inner.PutAsync(key, content, ct);

    public Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default) => inner.CreateAsync(key, ct);

    public Task<byte[]> ReadAsync(string key, CancellationToken ct = default) => inner.ReadAsync(key, ct);

    public Task<Stream> OpenReadAsync(string key, CancellationToken ct = default) => inner.OpenReadAsync(key, ct);

    public Task<StoredObject?> FindAsync(string key, CancellationToken ct = default) => inner.FindAsync(key, ct);

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, CancellationToken ct = default) => inner.ListAsync(prefix, after, ct);

    public Task DeleteAsync(string key, CancellationToken ct = default) => inner.DeleteAsync(key, ct);

    [GeneratedRegex(@"^_delta_log/\d{20}\.json$")]
    private static partial Regex LogEntry();
}
