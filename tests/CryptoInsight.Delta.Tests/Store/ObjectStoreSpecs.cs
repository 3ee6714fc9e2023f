using System.Text;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Store;

/// <summary>The contract of a store, the same for every kind.</summary>
public abstract class ObjectStoreSpecs
{
    protected abstract IObjectStore Store { get; }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private async Task<string> TextAsync(string key) => Encoding.UTF8.GetString(await Store.ReadAsync(key));

    [Fact]
    public async Task Put_if_absent_creates_once()
    {
        Assert.True(await Store.PutIfAbsentAsync("a/b", Bytes("first")));
        Assert.False(await Store.PutIfAbsentAsync("a/b", Bytes("second")));
        Assert.Equal("first", await TextAsync("a/b"));
    }

    [Fact]
    public async Task Put_replaces()
    {
        await Store.PutAsync("k", Bytes("first, and longer"));
        await Store.PutAsync("k", Bytes("second"));
        Assert.Equal("second", await TextAsync("k"));
    }

    [Fact]
    public async Task A_written_object_appears_only_when_complete_and_never_replaces()
    {
        IObjectWriter abandoned = await Store.CreateAsync("d/x");
        await abandoned.Stream.WriteAsync(Bytes("half"));
        Assert.Null(await Store.FindAsync("d/x"));
        await abandoned.DisposeAsync();
        Assert.Null(await Store.FindAsync("d/x"));
        Assert.Empty(await Store.ListAsync("").ToListAsync());
        await using (IObjectWriter writer = await Store.CreateAsync("d/x"))
        {
            await writer.Stream.WriteAsync(Bytes("whole"));
            Assert.Equal(5, await writer.CompleteAsync());
        }

        await using (IObjectWriter second = await Store.CreateAsync("d/x"))
        {
            await second.Stream.WriteAsync(Bytes("other"));
            await Assert.ThrowsAsync<IOException>(() => second.CompleteAsync());
        }

        Assert.Equal("whole", await TextAsync("d/x"));
    }

    [Fact]
    public async Task What_is_not_there_is_said_so()
    {
        await Store.PutAsync("folder/x", Bytes("1"));
        foreach (string key in (string[])["none", "folder", "folder/x/y", "no/folder/none"])
        {
            await Assert.ThrowsAnyAsync<IOException>(() => Store.ReadAsync(key));
            await Assert.ThrowsAnyAsync<IOException>(() => Store.OpenReadAsync(key));
            Assert.Null(await Store.FindAsync(key));
            await Store.DeleteAsync("none");
        }

        Assert.Equal("none", (await Assert.ThrowsAsync<ObjectNotFoundException>(() => Store.ReadAsync("none"))).Key);
        Assert.Equal("folder", (await Assert.ThrowsAsync<ObjectNotFoundException>(() => Store.ReadAsync("folder"))).Key);
    }

    [Fact]
    public async Task Listing_is_in_ordinal_order_of_the_whole_key_after_a_key_and_below_a_prefix()
    {
        string[] keys = ["a-b", "a.b", "a/b", "a/c/d", "a0", "b/1", "b/10", "b/2", "B", "_x/1", "sp ace/é#%41?"];
        foreach (string key in keys)
        {
            await Store.PutAsync(key, Bytes(key));
        }

        string[] prefixes = ["", "a", "a/", "b/1", "b/", "sp ace/", "zzz", "_x/", "a/c"];
        string?[] afters = [null, "a/b", "b/1", "a", "A", "zz", "a/c/", "b"];
        foreach (string prefix in prefixes)
        {
            foreach (string? after in afters)
            {
                IEnumerable<string> expected = keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(k, after) > 0)).Order(StringComparer.Ordinal);
                List<StoredObject> found = await Store.ListAsync(prefix, after).ToListAsync();
                Assert.Equal(expected, found.Select(f => f.Key));
                Assert.All(found, f => Assert.Equal(Encoding.UTF8.GetByteCount(f.Key), f.Length));
            }
        }
    }

    [Fact]
    public async Task An_opened_object_can_be_read_at_any_place()
    {
        await Store.PutAsync("k", Bytes("0123456789"));
        await using Stream stream = await Store.OpenReadAsync("k");
        stream.Seek(7, SeekOrigin.Begin);
        byte[] three = new byte[3];
        await stream.ReadExactlyAsync(three);
        Assert.Equal("789", Encoding.UTF8.GetString(three));
        Assert.Equal(10, stream.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./x")]
    [InlineData("a//x")]
    [InlineData("a/")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    public async Task No_key_leaves_the_root(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.PutIfAbsentAsync(key, Bytes("x")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.PutAsync(key, Bytes("x")));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.ReadAsync(key));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.OpenReadAsync(key));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.FindAsync(key));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.DeleteAsync(key));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.CreateAsync(key));
    }
}

public sealed class MemoryObjectStoreSpecs : ObjectStoreSpecs
{
    protected override IObjectStore Store { get; } = new MemoryObjectStore();

    [Fact]
    public async Task Faults_come_before_or_after_the_effect_and_a_crash_lasts()
    {
        MemoryObjectStore store = new();
        StoreFaultKind next = StoreFaultKind.None;
        store.Faults = _ => new StoreFault(next, 2);
        next = StoreFaultKind.ErrorBefore;
        await Assert.ThrowsAsync<InjectedFaultException>(() => store.PutIfAbsentAsync("before", new byte[4]));
        next = StoreFaultKind.ErrorAfter;
        await Assert.ThrowsAsync<InjectedFaultException>(() => store.PutIfAbsentAsync("after", new byte[4]));
        next = StoreFaultKind.PartialWrite;
        await Assert.ThrowsAsync<InjectedFaultException>(() => store.PutAsync("part", new byte[4]));
        next = StoreFaultKind.CrashAfter;
        await Assert.ThrowsAsync<InjectedFaultException>(() => store.PutAsync("crash", new byte[4]));
        next = StoreFaultKind.None;
        await Assert.ThrowsAsync<InjectedFaultException>(() => store.ReadAsync("after"));
        store.Revive();
        Assert.Equal(["after", "crash", "part"], store.Keys);
        Assert.Equal(2, (await store.ReadAsync("part")).Length);
    }
}

public sealed class LocalObjectStoreSpecs : ObjectStoreSpecs, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalObjectStore _store;

    public LocalObjectStoreSpecs() => _store = new LocalObjectStore(Path.Combine(_folder.Path, "new folder", "t#ble"));

    protected override IObjectStore Store => _store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_root_is_a_uri_of_the_folder()
    {
        await _store.PutAsync("x", new byte[1]);
        Assert.True(File.Exists(Path.Combine(_store.Root.LocalPath, "x")));
        Assert.EndsWith("/new%20folder/t%23ble/", _store.Root.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_dead_writer_left_is_not_listed_and_is_swept()
    {
        await _store.PutAsync("_delta_log/1.json", new byte[1]);
        string left = Path.Combine(_store.RootPath, "_delta_log", ".dead-1.tmp");
        await File.WriteAllTextAsync(left, "half");
        Assert.Equal(["_delta_log/1.json"], await _store.ListAsync("").Select(o => o.Key).ToListAsync());
        Assert.Equal(0, await _store.SweepUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(-1)));
        Assert.Equal(1, await _store.SweepUnfinishedAsync(DateTimeOffset.UtcNow.AddHours(1)));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task Nothing_temporary_stays_after_wins_and_losses()
    {
        await _store.PutIfAbsentAsync("a", new byte[1]);
        await _store.PutIfAbsentAsync("a", new byte[2]);
        await _store.PutAsync("a", new byte[3]);
        Assert.Equal(["a"], Directory.EnumerateFiles(_store.RootPath, "*", new EnumerationOptions { AttributesToSkip = 0 }).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_folder_that_was_removed_meanwhile_is_made_again()
    {
        await _store.PutAsync("dt=1/a", new byte[1]);
        Directory.Delete(Path.Combine(_store.RootPath, "dt=1"), recursive: true);
        Assert.True(await _store.PutIfAbsentAsync("dt=1/a", new byte[1]));
    }

    [Fact]
    public async Task Many_new_folders_at_once_are_all_there()
    {
        string[] keys = [.. Enumerable.Range(0, 200).Select(i => $"dt={i % 100:000}/sub/{i:000}")];
        await Task.WhenAll(keys.Select(k => Task.Run(() => _store.PutIfAbsentAsync(k, new byte[1]))));
        Assert.Equal(keys.Order(StringComparer.Ordinal), await new LocalObjectStore(_store.RootPath).ListAsync("").Select(o => o.Key).ToListAsync());
    }
}
