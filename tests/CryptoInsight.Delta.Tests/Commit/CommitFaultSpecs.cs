using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Commit;

/// <summary>Lost replies, failing stores and crashes: a commit lands once or not at all, and nobody is told otherwise.</summary>
public class CommitFaultSpecs
{
    private static StoreFault AtPut(StoreCall call, StoreFaultKind kind) => call.Operation == StoreOperation.PutIfAbsent ? new StoreFault(kind) : StoreFault.None;

    [Fact]
    public async Task A_lost_reply_is_recognised_by_the_transaction_id_and_the_rows_land_once()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store);
        store.Faults = call => AtPut(call, StoreFaultKind.ErrorAfter);
        Assert.Equal(1, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(table, "a")).Version);
        store.Faults = null;
        Assert.Equal(2, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(table, "b")).Version);
        Assert.Equal(["a", "b"], Tables.Paths((await DeltaTable.OpenAsync(store)).Snapshot));
    }

    [Fact]
    public async Task A_failed_put_that_had_no_effect_is_repeated()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store);
        int puts = 0;
        store.Faults = call => call.Operation == StoreOperation.PutIfAbsent && puts++ < 2 ? new StoreFault(StoreFaultKind.ErrorBefore) : StoreFault.None;
        Assert.Equal(1, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(table, "a")).Version);
        Assert.Equal(3, puts);
    }

    [Fact]
    public async Task A_failed_put_whose_version_another_took_is_no_commit_of_ours()
    {
        MemoryObjectStore store = new();
        DeltaTable ours = await Tables.CreateAsync(store);
        DeltaTable theirs = await DeltaTable.OpenAsync(store, Tables.Options(seed: 2));
        await Tables.AppendAsync(theirs, "theirs");
        int puts = 0;
        store.Faults = call => call.Operation == StoreOperation.PutIfAbsent && puts++ == 0 ? new StoreFault(StoreFaultKind.ErrorBefore) : StoreFault.None;
        Assert.Equal(2, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(ours, "ours")).Version);
        Assert.Equal(["ours", "theirs"], Tables.Paths((await DeltaTable.OpenAsync(store)).Snapshot));
    }

    [Fact]
    public async Task A_put_that_lands_after_it_was_given_up_is_still_ours()
    {
        // The first put seems to have had no effect; it lands late, while the second is under way: "taken" then means "by me".
        MemoryObjectStore inner = new();
        await Tables.CreateAsync(inner);
        DeltaTable table = await DeltaTable.OpenAsync(new LatePutStore(inner), Tables.Options());
        Assert.Equal(1, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(table, "a")).Version);
        Assert.Equal(["a"], Tables.Paths((await DeltaTable.OpenAsync(inner)).Snapshot));
        Assert.Equal(1, table.Snapshot.Version);
    }

    [Fact]
    public async Task A_store_that_fails_for_good_leaves_the_outcome_open_and_says_so()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store);
        store.Faults = call => call.Operation is StoreOperation.PutIfAbsent or StoreOperation.Read ? new StoreFault(StoreFaultKind.ErrorAfter) : StoreFault.None;
        CommitStateUnknownException unknown = await Assert.ThrowsAsync<CommitStateUnknownException>(() => Tables.AppendAsync(table, "a"));
        Assert.Equal(1, unknown.Version);
        Assert.NotEmpty(unknown.TxnId);
        Assert.Equal(0, table.Snapshot.Version);
        store.Faults = null;

        // It had landed. The same object finds out by itself.
        Assert.Equal(1, (await table.RefreshAsync()).Version);
        Assert.Equal(2, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(table, "b")).Version);
    }

    [Fact]
    public async Task A_crash_at_any_call_of_a_commit_leaves_it_whole_or_absent()
    {
        MemoryObjectStore origin = new();
        DeltaTable made = await Tables.CreateAsync(origin, Tables.Options() with { Upkeep = LogUpkeepMode.Off });
        for (int i = 0; i < 9; i++)
        {
            await Tables.AppendAsync(made, $"{i}");
        }

        MemoryObjectStore rehearsal = origin.Fork();
        await CommitTenthAsync(rehearsal, null);
        foreach (StoreFaultKind kind in (StoreFaultKind[])[StoreFaultKind.CrashBefore, StoreFaultKind.CrashAfter])
        {
            for (long at = 0; at < rehearsal.Calls; at++)
            {
                MemoryObjectStore store = origin.Fork();
                long crashAt = at;
                CommitOutcome? told = await CommitTenthAsync(store, call => call.Ordinal == crashAt ? new StoreFault(kind) : StoreFault.None);
                store.Faults = null;
                store.Revive();
                Snapshot read = (await DeltaTable.OpenAsync(store)).Snapshot;
                Assert.True(read.Version is 9 or 10);
                Assert.Equal(read.Version == 10, read.FindFile("tenth") is not null);
                Assert.Equal(read.Version == 10 ? 1 : null, read.TransactionVersion("job"));
                Assert.Equal(read.Version == 10 ? 10 : 9, read.Files.Count);
                Assert.True(told is not CommitOutcome.Committed || read.Version == 10, "told committed, but it is not there");
            }
        }
    }

    // Opens, commits version 10 and writes the checkpoint that is then due, in one thread.
    private static async Task<CommitOutcome?> CommitTenthAsync(MemoryObjectStore store, Func<StoreCall, StoreFault>? faults)
    {
        store.Faults = faults;
        try
        {
            DeltaTable table = await DeltaTable.OpenAsync(store, Tables.Options() with { Upkeep = LogUpkeepMode.Inline });
            return await Tables.AppendAsync(table, "tenth", new CommitSpec("WRITE") { Transactions = [new AppTransaction("job", 1)] });
        }
        catch (Exception e) when (e is InjectedFaultException or CommitStateUnknownException)
        {
            return null;
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Two_writers_over_a_store_that_loses_calls_at_random_commit_every_batch_exactly_once(int seed)
    {
        Random random = new(seed);
        MemoryObjectStore store = new();
        await Tables.CreateAsync(store);
        store.Faults = call => random.Next(100) switch
        {
            < 12 when call.Operation is StoreOperation.PutIfAbsent or StoreOperation.Read or StoreOperation.Find => new StoreFault(StoreFaultKind.ErrorBefore),
            < 30 when call.Operation is StoreOperation.PutIfAbsent => new StoreFault(StoreFaultKind.ErrorAfter),
            < 30 when call.Operation is StoreOperation.Complete or StoreOperation.Put => new StoreFault(StoreFaultKind.ErrorAfter),
            _ => StoreFault.None,
        };
        DeltaTable?[] writers = new DeltaTable?[2];
        int[] done = [0, 0];
        for (int step = 0; done.Min() < 60; step++)
        {
            Assert.True(step < 5000, $"no progress: {done[0]}, {done[1]}");
            int w = random.Next(2);
            await StepAsync(w);
        }

        store.Faults = null;
        Snapshot read = (await DeltaTable.OpenAsync(store)).Snapshot;
        IEnumerable<string> expected = Enumerable.Range(0, 2).SelectMany(w => Enumerable.Range(0, (int)(read.TransactionVersion($"w{w}") ?? 0)).Select(n => $"w{w}-{n}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), Tables.Paths(read));

        // A job's way: position from the table, one batch, and after any doubt start again from the table.
        async Task StepAsync(int w)
        {
            try
            {
                DeltaTable table = writers[w] ??= await DeltaTable.OpenAsync(store, Tables.Options(seed: seed + w) with { Upkeep = LogUpkeepMode.Inline });
                await table.RefreshAsync();
                long next = table.Snapshot.TransactionVersion($"w{w}") ?? 0;
                Fence fence = new(table.Snapshot.Version) { OnlyForAppIds = [$"w{w}"] };
                CommitOutcome outcome = await Tables.AppendAsync(table, $"w{w}-{next}", new CommitSpec("WRITE") { Fence = fence, Transactions = [new AppTransaction($"w{w}", next + 1)] });
                done[w] += outcome is CommitOutcome.Committed ? 1 : 0;
            }
            catch (Exception e) when (e is InjectedFaultException or CommitStateUnknownException)
            {
                writers[w] = null;
            }
        }
    }

    private sealed class LatePutStore(MemoryObjectStore inner) : IObjectStore
    {
        private (string Key, byte[] Content)? _late;
        private int _puts;

        public Uri Root => inner.Root;

        public async Task<bool> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct = default)
        {
            if (_puts++ == 0)
            {
                _late = (key, content.ToArray());
                throw new IOException("time-out");
            }

            if (_late is { } late)
            {
                await inner.PutIfAbsentAsync(late.Key, late.Content, ct);
                _late = null;
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
    }

    [Fact]
    public async Task A_put_that_slept_until_its_place_in_the_log_was_cleaned_is_not_called_a_commit()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable sleeper = await Tables.CreateAsync(store, Tables.Options(clock) with { Upkeep = LogUpkeepMode.Off }, ("delta.logRetentionDuration", "interval 1 day"));
        DeltaTable other = await DeltaTable.OpenAsync(store, Tables.Options(clock, 2) with { Upkeep = LogUpkeepMode.Off });
        store.Faults = call =>
        {
            if (call.Operation == StoreOperation.PutIfAbsent)
            {
                store.Faults = null;
                SleepAsync(clock, other).GetAwaiter().GetResult();
            }

            return StoreFault.None;
        };
        CommitStateUnknownException unknown = await Assert.ThrowsAsync<CommitStateUnknownException>(() => Tables.AppendAsync(sleeper, "late.parquet", new CommitSpec("WRITE") { Transactions = [new AppTransaction("sleeper", 1)] }));
        Assert.Equal(1, unknown.Version);
        DeltaTable again = await DeltaTable.OpenAsync(store, Tables.Options(clock, 3));
        Assert.Null(again.Snapshot.TransactionVersion("sleeper"));
        Assert.Equal(["1.parquet", "2.parquet", "3.parquet"], Tables.Paths(again.Snapshot));
    }

    [Fact]
    public async Task A_writer_that_was_idle_until_the_next_versions_grew_old_does_not_take_a_name_that_is_cleaned_under_its_hands()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable idle = await Tables.CreateAsync(store, Tables.Options(clock) with { Upkeep = LogUpkeepMode.Off }, ("delta.logRetentionDuration", "interval 1 day"));
        DeltaTable other = await DeltaTable.OpenAsync(store, Tables.Options(clock, 2) with { Upkeep = LogUpkeepMode.Off });
        await CommitThreeOnThreeDaysAsync(clock, other);
        store.Faults = call =>
        {
            if (call.Operation == StoreOperation.PutIfAbsent)
            {
                store.Faults = null;
                other.CleanLogAsync().GetAwaiter().GetResult();
            }

            return StoreFault.None;
        };
        Assert.Equal(4, Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(idle, "4.parquet")).Version);
        Assert.Equal(["1.parquet", "2.parquet", "3.parquet", "4.parquet"], Tables.Paths((await DeltaTable.OpenAsync(store)).Snapshot));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_reader_under_which_the_log_is_cleaned_while_it_catches_up_still_finds_the_newest_version(int cleanedBeforeReading)
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable idle = await Tables.CreateAsync(store, Tables.Options(clock) with { Upkeep = LogUpkeepMode.Off }, ("delta.logRetentionDuration", "interval 1 day"));
        DeltaTable other = await DeltaTable.OpenAsync(store, Tables.Options(clock, 2) with { Upkeep = LogUpkeepMode.Off });
        await CommitThreeOnThreeDaysAsync(clock, other);
        store.Faults = call =>
        {
            if (call.Operation == StoreOperation.Read && call.Key == LogFiles.Commit(cleanedBeforeReading))
            {
                store.Faults = null;
                other.CleanLogAsync().GetAwaiter().GetResult();
            }

            return StoreFault.None;
        };
        Assert.Equal(3, (await idle.RefreshAsync()).Version);
    }

    private static async Task SleepAsync(ManualClock clock, DeltaTable other)
    {
        await CommitThreeOnThreeDaysAsync(clock, other);
        await other.CleanLogAsync();
    }

    private static async Task CommitThreeOnThreeDaysAsync(ManualClock clock, DeltaTable other)
    {
        for (int i = 1; i <= 3; i++)
        {
            await Tables.AppendAsync(other, $"{i}.parquet");
            clock.Advance(TimeSpan.FromDays(1));
            await other.CheckpointAsync();
        }
    }

    [Fact]
    public async Task A_store_that_fails_when_asked_whose_commit_has_the_version_leaves_the_outcome_open()
    {
        // The first put lands, but late; the second finds the version taken, and then nobody answers whose it is.
        MemoryObjectStore inner = new();
        await Tables.CreateAsync(inner);
        DeltaTable table = await DeltaTable.OpenAsync(new LatePutStore(inner), Tables.Options());
        inner.Faults = call => call.Operation == StoreOperation.Read && inner.Keys.Contains(LogFiles.Commit(1)) ? new StoreFault(StoreFaultKind.ErrorBefore) : StoreFault.None;
        CommitStateUnknownException unknown = await Assert.ThrowsAsync<CommitStateUnknownException>(() => Tables.AppendAsync(table, "a"));
        Assert.Equal(1, unknown.Version);
        inner.Faults = null;
        Assert.Equal(["a"], Tables.Paths((await DeltaTable.OpenAsync(inner)).Snapshot));
    }
}
