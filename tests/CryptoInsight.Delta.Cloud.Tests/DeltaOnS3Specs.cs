using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Cloud.Tests;

/// <summary>A whole table on the fake: what the engine does to a store, end to end.</summary>
public sealed class DeltaOnS3Specs : IAsyncLifetime
{
    private FakeS3 _s3 = null!;
    private S3Connection _connection = null!;

    public async Task InitializeAsync()
    {
        _s3 = await FakeS3.StartAsync();
        _connection = _s3.Connect(o => o with { BlockBytes = 1 << 16, ListPageKeys = 5 });
    }

    public async Task DisposeAsync()
    {
        _connection.Dispose();
        await _s3.DisposeAsync();
    }

    [Fact]
    public async Task A_table_is_made_appended_upserted_checkpointed_and_opened_again()
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(_connection.Store(FakeS3.Bucket, "main/t"), Definition());
        for (int i = 0; i < 12; i++)
        {
            Assert.IsType<CommitOutcome.Committed>(await table.AppendAsync([Rows(i * 100, 100, "first")], new CommitSpec("WRITE")));
        }

        RowChanges changes = new(["id"]) { Upserts = [Rows(50, 100, "second"), Rows(5000, 1, "second")] };
        Assert.IsType<CommitOutcome.Committed>(await table.UpsertAsync(changes, new CommitSpec("MERGE")));
        await table.WhenIdleAsync();
        await table.CheckpointAsync();

        using S3Connection other = _s3.Connect(o => o with { ListPageKeys = 2 });
        DeltaTable again = await DeltaTable.OpenAsync(other.Store(FakeS3.Bucket, "main/t"));
        Assert.Equal(13, again.Snapshot.Version);
        Dictionary<long, string> rows = await ReadAsync(again);
        Assert.Equal(1201, rows.Count);
        Assert.Equal(101, rows.Values.Count(v => v == "second"));
        Assert.Equal("second", rows[149]);
        Assert.Equal("first", rows[150]);
    }

    [Fact]
    public async Task A_commit_whose_reply_is_lost_is_found_by_reading_and_not_made_twice()
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(_connection.Store(FakeS3.Bucket, "main/t"), Definition());
        int left = 1;
        _s3.Faults = r => r.Is("PUT") && r.Key.EndsWith("1.json", StringComparison.Ordinal) && left-- > 0 ? FakeFault.ReplyLost : FakeFault.None;
        CommitOutcome outcome = await table.AppendAsync([Rows(0, 10, "once")], new CommitSpec("WRITE"));
        Assert.Equal(1, Assert.IsType<CommitOutcome.Committed>(outcome).Version);
        Assert.Equal(10, (await ReadAsync(await DeltaTable.OpenAsync(_connection.Store(FakeS3.Bucket, "main/t")))).Count);
    }

    [Fact]
    public async Task Racing_appenders_over_separate_connections_lose_nothing()
    {
        await DeltaTable.OpenOrCreateAsync(_connection.Store(FakeS3.Bucket, "main/t"), Definition());
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            using S3Connection own = _s3.Connect();
            DeltaTable table = await DeltaTable.OpenAsync(own.Store(FakeS3.Bucket, "main/t"));
            for (int i = 0; i < 5; i++)
            {
                Assert.IsType<CommitOutcome.Committed>(await table.AppendAsync([Rows((writer * 100) + (i * 10), 10, "x")], new CommitSpec("WRITE")));
            }

            await table.WhenIdleAsync();
        })));
        DeltaTable read = await DeltaTable.OpenAsync(_connection.Store(FakeS3.Bucket, "main/t"));
        Assert.Equal(20, read.Snapshot.Version);
        Assert.Equal(200, (await ReadAsync(read)).Count);
    }

    private static TableDefinition Definition() => new(new Delta.Schema.StructType([new StructField("id", DataType.Long, Nullable: false), new StructField("text", DataType.String)]))
    {
        Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = "true", ["delta.checkpointInterval"] = "5" },
    };

    private static RecordBatch Rows(long first, int count, string text)
    {
        Int64Array ids = new Int64Array.Builder().AppendRange(Enumerable.Range(0, count).Select(i => first + i)).Build();
        StringArray texts = new StringArray.Builder().AppendRange(Enumerable.Repeat(text, count)).Build();
        Apache.Arrow.Schema schema = new([new Field("id", Int64Type.Default, false), new Field("text", StringType.Default, true)], null);
        return new RecordBatch(schema, [ids, texts], count);
    }

    private static async Task<Dictionary<long, string>> ReadAsync(DeltaTable table)
    {
        Dictionary<long, string> rows = [];
        await foreach (RecordBatch batch in table.ReadAsync(table.Snapshot))
        {
            Int64Array ids = (Int64Array)batch.Column("id");
            StringArray texts = (StringArray)batch.Column("text");
            for (int i = 0; i < batch.Length; i++)
            {
                rows.Add(ids.GetValue(i)!.Value, texts.GetString(i));
            }
        }

        return rows;
    }
}
