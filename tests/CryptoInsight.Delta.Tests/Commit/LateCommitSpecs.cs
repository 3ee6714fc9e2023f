using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Commit;

/// <summary>A put of a commit that fails, is nowhere to be seen, and lands two minutes later, before the commit is tried again.</summary>
public class LateCommitSpecs
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_writer_that_finds_its_own_late_commit_takes_it_for_its_own(bool isFenced, bool isOnce)
    {
        ManualClock clock = new();
        MemoryObjectStore inner = new(clock);
        await Tables.CreateAsync(inner, Tables.Options(clock));
        DeltaTable table = await DeltaTable.OpenAsync(new LateStore(inner, clock), Tables.Options(clock));
        CommitSpec spec = new("WRITE") { Transactions = [new AppTransaction("job", 1)], Fence = isFenced ? new Fence(0) { OnlyForAppIds = ["job"] } : null, SkipIfPositionReached = isOnce };
        Assert.Equal(1, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(table, "a", spec)).Version);
        Snapshot read = (await DeltaTable.OpenAsync(inner)).Snapshot;
        Assert.Equal(1, read.Version);
        Assert.Equal(["a"], Tables.Paths(read));
    }

    [Fact]
    public async Task A_writer_whose_store_fails_before_it_can_look_again_is_told_that_nobody_knows()
    {
        ManualClock clock = new();
        MemoryObjectStore inner = new(clock);
        await Tables.CreateAsync(inner, Tables.Options(clock));
        DeltaTable table = await DeltaTable.OpenAsync(new LateStore(inner, clock), Tables.Options(clock));
        inner.Faults = call => call.Operation == StoreOperation.Find && inner.Keys.Contains(LogFiles.Commit(1)) ? new StoreFault(StoreFaultKind.ErrorBefore) : StoreFault.None;
        CommitStateUnknownException unknown = await Assert.ThrowsAsync<CommitStateUnknownException>(() => Tables.AppendAsync(table, "a"));
        Assert.Equal(1, unknown.Version);
    }

    private sealed class LateStore(MemoryObjectStore inner, ManualClock clock) : IObjectStore
    {
        private (string Key, byte[] Content)? _late;
        private bool _wasLate;

        public Uri Root => inner.Root;

        public Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
        {
            if (_wasLate)
            {
                return inner.PutIfAbsentAsync(key, content, ct);
            }

            _wasLate = true;
            _late = (key, content.ToArray());
            throw new IOException("time-out");
        }

        public async Task<byte[]> ReadAsync(string key, CancellationToken ct = default)
        {
            try
            {
                return await inner.ReadAsync(key, ct);
            }
            finally
            {
                // Looked for, not found: and now it comes.
                if (_late is { } late && late.Key == key)
                {
                    _late = null;
                    clock.Advance(TimeSpan.FromMinutes(2));
                    await inner.PutIfAbsentAsync(late.Key, late.Content, ct);
                }
            }
        }

        public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default) => inner.PutAsync(key, content, ct);

        public Task<IObjectWriter> CreateAsync(string key, CancellationToken ct = default) => inner.CreateAsync(key, ct);

        public Task<Stream> OpenReadAsync(string key, CancellationToken ct = default) => inner.OpenReadAsync(key, ct);

        public Task<StoredObject?> FindAsync(string key, CancellationToken ct = default) => inner.FindAsync(key, ct);

        public IAsyncEnumerable<StoredObject> ListAsync(string prefix, string? after = null, CancellationToken ct = default) => inner.ListAsync(prefix, after, ct);

        public Task DeleteAsync(string key, CancellationToken ct = default) => inner.DeleteAsync(key, ct);
    }
}
