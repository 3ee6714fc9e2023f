using Amazon.S3.Model;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Cloud.Tests;

public sealed class S3ObjectStoreSpecs : StoreContractSpecs, IAsyncLifetime
{
    private FakeS3 _s3 = null!;
    private S3Connection _connection = null!;
    private S3ObjectStore _store = null!;

    protected override IObjectStore Store => _store;

    public async Task InitializeAsync()
    {
        _s3 = await FakeS3.StartAsync();
        _connection = _s3.Connect();
        _store = _connection.Store(FakeS3.Bucket, "main/t ble#1");
    }

    public async Task DisposeAsync()
    {
        // Whatever a test did: no upload stays open.
        Assert.Equal(0, _s3.OpenUploads);
        _connection.Dispose();
        await _s3.DisposeAsync();
    }

    [Fact]
    public async Task Keys_lie_below_the_prefix_as_they_are_and_other_tables_are_not_seen()
    {
        await _store.PutAsync("dt=1/sp ace/é#%41?+&.parquet", new byte[1]);
        await _connection.Store(FakeS3.Bucket, "main/t ble#10").PutAsync("x", new byte[1]);

        // What consoles make to show a folder.
        await _connection.Repeating.PutObjectAsync(new PutObjectRequest { BucketName = FakeS3.Bucket, Key = "main/t ble#1/dt=2/", ContentBody = "" });
        Assert.Equal(["main/t ble#1/dt=1/sp ace/é#%41?+&.parquet", "main/t ble#1/dt=2/", "main/t ble#10/x"], _s3.Keys);
        Assert.Equal(["dt=1/sp ace/é#%41?+&.parquet"], await _store.ListAsync("").Select(o => o.Key).ToListAsync());
        Assert.Equal("s3://lake/main/t%20ble%231/", _store.Root.AbsoluteUri);
    }

    [Fact]
    public async Task A_lost_reply_is_an_error_and_never_taken_for_another_writer()
    {
        _s3.Faults = r => r.Is("PUT") ? FakeFault.ReplyLost : FakeFault.None;
        await Assert.ThrowsAsync<IOException>(() => _store.PutIfAbsentAsync("_delta_log/1.json", new byte[7]));

        // Sent once: a repeat would have met the object of the first and answered "taken".
        Assert.Single(_s3.Requests, r => r.Is("PUT"));
        Assert.Equal(7, (await _store.FindAsync("_delta_log/1.json"))!.Length);
    }

    [Fact]
    public async Task A_write_that_met_another_under_way_is_tried_again_a_bounded_number_of_times()
    {
        int left = 3;
        _s3.Faults = r => r.Is("PUT") && left-- > 0 ? FakeFault.Raced : FakeFault.None;
        Assert.True(await _store.PutIfAbsentAsync("a", new byte[1]));
        left = int.MaxValue;
        await Assert.ThrowsAsync<IOException>(() => _store.PutIfAbsentAsync("b", new byte[1]));
        Assert.Null(await _store.FindAsync("b"));
    }

    [Fact]
    public async Task Transient_faults_of_harmless_requests_are_repeated_and_lasting_ones_end()
    {
        int left = 2;
        _s3.Faults = _ => left-- > 0 ? FakeFault.Unavailable : FakeFault.None;
        await _store.PutAsync("a", new byte[5]);
        left = 2;
        Assert.Equal(5, (await _store.ReadAsync("a")).Length);
        left = int.MaxValue;
        IOException e = await Assert.ThrowsAsync<IOException>(() => _store.ReadAsync("a"));
        Assert.Contains("503", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_asked_for_again_and_never_passed_on_short()
    {
        byte[] content = Content(20_000);
        await _store.PutAsync("a", content);
        int left = 2;
        _s3.Faults = r => r.Is("GET") && left-- > 0 ? FakeFault.BodyCut : FakeFault.None;
        Assert.Equal(content, await _store.ReadAsync("a"));
        await using Stream stream = await _store.OpenReadAsync("a");
        left = 2;
        byte[] read = new byte[10_000];
        await stream.ReadExactlyAsync(read);
        Assert.Equal(content[..10_000], read);
        left = int.MaxValue;
        await Assert.ThrowsAsync<IOException>(() => _store.ReadAsync("a"));
    }

    [Fact]
    public async Task A_refusal_is_not_an_input_output_error_that_trying_again_could_heal()
    {
        _s3.Faults = _ => FakeFault.Denied;
        UnauthorizedAccessException e = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => _store.ReadAsync("a"));
        Assert.Contains("AccessDenied", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_file_costs_one_request_and_small_reads_are_gathered_into_blocks()
    {
        await _store.PutAsync("small", Content(900));
        await _store.PutAsync("large", Content(10_000));
        int before = _s3.Requests.Count;
        await using (Stream small = await _store.OpenReadAsync("small"))
        {
            await small.ReadExactlyAsync(new byte[900]);
        }

        Assert.Equal(before + 1, _s3.Requests.Count);
        await using Stream large = await _store.OpenReadAsync("large");
        for (int i = 0; i < 1000; i++)
        {
            Assert.NotEqual(-1, large.ReadByte());
        }

        large.Position = 2000;
        await large.ReadExactlyAsync(new byte[7000]);
        Assert.Equal(["bytes=-1000", "bytes=-1000", "bytes=0-999", "bytes=2000-8999"], _s3.Requests.Skip(before).Select(r => r.Range));
    }

    [Fact]
    public async Task An_object_replaced_while_it_is_read_is_an_error_and_not_a_mix()
    {
        await _store.PutAsync("a", Content(5000));
        await using Stream stream = await _store.OpenReadAsync("a");
        await _store.PutAsync("a", Content(5001));
        await Assert.ThrowsAsync<IOException>(() => stream.ReadExactlyAsync(new byte[100]).AsTask());
    }

    [Fact]
    public async Task A_part_that_fails_for_good_fails_the_writer_and_leaves_nothing()
    {
        _s3.Faults = r => r.Query.GetValueOrDefault("partNumber") == "2" ? FakeFault.Unavailable : FakeFault.None;
        await using (IObjectWriter writer = await _store.CreateAsync("big"))
        {
            await Assert.ThrowsAsync<IOException>(async () =>
            {
                await writer.Stream.WriteAsync(Content(16 << 20));
                await writer.CompleteAsync();
            });
        }

        Assert.Empty(_s3.Keys);
    }

    [Fact]
    public async Task A_lost_reply_to_the_completion_of_parts_is_an_error_though_the_object_is_there()
    {
        _s3.Faults = r => r.Is("POST", "uploadId") ? FakeFault.ReplyLost : FakeFault.None;
        await using (IObjectWriter writer = await _store.CreateAsync("big"))
        {
            await writer.Stream.WriteAsync(Content(6 << 20));
            await Assert.ThrowsAsync<IOException>(() => writer.CompleteAsync());
        }

        Assert.Single(_s3.Requests, r => r.Is("POST", "uploadId"));
        Assert.Equal(6 << 20, (await _store.FindAsync("big"))!.Length);
    }

    [Fact]
    public async Task Parts_that_cannot_be_removed_are_reported()
    {
        List<Exception> told = [];
        using S3Connection connection = _s3.Connect(o => o with { OnAbortFault = told.Add, RetriesMax = 0 });
        bool isDown = true;
        _s3.Faults = r => isDown && r.Is("DELETE", "uploadId") ? FakeFault.Unavailable : FakeFault.None;
        IObjectWriter writer = await connection.Store(FakeS3.Bucket).CreateAsync("big");
        await writer.Stream.WriteAsync(Content(6 << 20));
        await writer.DisposeAsync();
        Assert.IsType<IOException>(Assert.Single(told));
        isDown = false;
        FakeRequest left = _s3.Requests.Last(r => r.Is("DELETE", "uploadId"));
        await connection.Store(FakeS3.Bucket).AbortUploadAsync("big", left.Query["uploadId"]);
    }

    [Fact]
    public async Task A_store_that_ignores_conditions_is_found_out()
    {
        Assert.True(await _store.RefusesOverwriteAsync("_probe/1"));
        _s3.IgnoresConditions = true;
        Assert.False(await _store.RefusesOverwriteAsync("_probe/2"));
        Assert.Empty(_s3.Keys);
    }

    [Fact]
    public async Task What_the_caller_cancels_is_cancelled_and_no_store_error()
    {
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.ReadAsync("a", cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.PutIfAbsentAsync("a", new byte[1], cancelled.Token));
    }
}
