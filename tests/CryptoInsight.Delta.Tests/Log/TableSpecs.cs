using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Tests.Log;

/// <summary>Making, altering, time travel, history, protocol.</summary>
public class TableSpecs
{
    [Theory]
    [InlineData("", 1, 2, "", "")]
    [InlineData("delta.appendOnly=true;delta.checkpointInterval=100", 1, 2, "", "")]
    [InlineData("delta.enableChangeDataFeed=false", 1, 2, "", "")]
    [InlineData("delta.enableChangeDataFeed=true", 1, 7, "", "appendOnly,invariants,changeDataFeed")]
    [InlineData("delta.enableDeletionVectors=true", 3, 7, "deletionVectors", "appendOnly,invariants,deletionVectors")]
    [InlineData("delta.enableChangeDataFeed=true;delta.enableDeletionVectors=true", 3, 7, "deletionVectors", "appendOnly,invariants,changeDataFeed,deletionVectors")]
    [InlineData("delta.enableInCommitTimestamps=true", 1, 7, "", "appendOnly,invariants,inCommitTimestamp")]
    [InlineData("delta.checkpointPolicy=v2", 3, 7, "v2Checkpoint", "appendOnly,invariants,v2Checkpoint")]
    public async Task Properties_switch_on_the_least_protocol_that_they_need(string properties, int reader, int writer, string readerFeatures, string writerFeatures)
    {
        (string, string)[] pairs = [.. properties.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => (p.Split('=')[0], p.Split('=')[1]))];
        Protocol protocol = (await Tables.CreateAsync(new MemoryObjectStore(), null, pairs)).Snapshot.Protocol;
        Assert.Equal((reader, writer), (protocol.MinReaderVersion, protocol.MinWriterVersion));
        Assert.Equal(readerFeatures, string.Join(",", protocol.ReaderFeatures));
        Assert.Equal(writerFeatures, string.Join(",", protocol.WriterFeatures));
    }

    [Fact]
    public async Task Timestamps_without_a_zone_switch_their_feature_on_however_deep_they_lie()
    {
        StructType schema = new([new StructField("a", new ArrayType(new StructType([new StructField("t", DataType.TimestampNtz)]), true))]);
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(schema), Tables.Options());
        Assert.Equal(["timestampNtz"], table.Snapshot.Protocol.ReaderFeatures);
    }

    [Fact]
    public async Task Features_that_this_engine_cannot_write_are_refused_by_name()
    {
        foreach ((string name, string value, string feature) in ((string, string, string)[])[("delta.constraints.c", "id > length('text')", "checkConstraints"), ("delta.feature.catalogManaged", "supported", "catalogManaged")])
        {
            UnsupportedFeatureException refusal = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => Tables.CreateAsync(new MemoryObjectStore(), null, (name, value)));
            Assert.Contains(feature, refusal.Features);
        }
    }

    [Fact]
    public async Task Opening_what_exists_needs_the_same_columns()
    {
        MemoryObjectStore store = new();
        DeltaTable made = await Tables.CreateAsync(store);
        Assert.Equal(made.Snapshot.Metadata.Id, (await Tables.CreateAsync(store)).Snapshot.Metadata.Id);
        TableDefinition other = Tables.Definition() with { Schema = new StructType([new StructField("id", DataType.String), new StructField("dt", DataType.Date)]) };
        await Assert.ThrowsAsync<DeltaException>(() => DeltaTable.OpenOrCreateAsync(store, other));
        await Assert.ThrowsAsync<DeltaException>(() => DeltaTable.OpenOrCreateAsync(store, Tables.Definition() with { PartitionColumns = [] }));
    }

    [Fact]
    public async Task Impossible_definitions_are_refused()
    {
        foreach (TableDefinition bad in (TableDefinition[])[
            new(new StructType([new StructField("a", DataType.Long), new StructField("A", DataType.Long)])),
            new(new StructType([new StructField("a", DataType.Long)])) { PartitionColumns = ["a"] },
            new(new StructType([new StructField("a", DataType.Long)])) { PartitionColumns = ["b"] },
            new(new StructType([])),
        ])
        {
            MemoryObjectStore store = new();
            await Assert.ThrowsAsync<DeltaException>(() => DeltaTable.OpenOrCreateAsync(store, bad));
            Assert.Empty(store.Keys);
        }
    }

    [Fact]
    public async Task A_table_that_must_not_be_written_can_be_read_and_says_why()
    {
        MemoryObjectStore store = new();
        store.Overwrite(LogFiles.Commit(0), """
            {"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["icebergCompatV1","appendOnly"]}}
            {"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}}
            """u8);
        DeltaTable table = await DeltaTable.OpenAsync(store);
        UnsupportedFeatureException refusal = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => Tables.AppendAsync(table, "a"));
        Assert.Equal(["icebergCompatV1"], refusal.Features);
        Assert.Contains("icebergCompatV1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Features_that_a_legacy_version_only_implies_do_not_stop_writing_until_the_table_uses_them()
    {
        MemoryObjectStore store = new();
        const string Head = "{\"protocol\":{\"minReaderVersion\":1,\"minWriterVersion\":6}}\n{\"metaData\":{\"id\":\"x\",\"format\":{\"provider\":\"parquet\"},\"schemaString\":\"{\\\"type\\\":\\\"struct\\\",\\\"fields\\\":[{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"long\\\",\\\"nullable\\\":true,\\\"metadata\\\":{}}]}\",\"partitionColumns\":[],\"configuration\":{";
        store.Overwrite(LogFiles.Commit(0), System.Text.Encoding.UTF8.GetBytes(Head + "}}}"));
        Assert.IsType<CommitOutcome.Committed>(await Tables.AppendAsync(await DeltaTable.OpenAsync(store), "a"));
        MemoryObjectStore constrained = new();
        constrained.Overwrite(LogFiles.Commit(0), System.Text.Encoding.UTF8.GetBytes(Head + "\"delta.constraints.positive\":\"a > abs(0)\"}}}"));
        DeltaTable table = await DeltaTable.OpenAsync(constrained);
        Assert.Equal(["checkConstraints"], (await Assert.ThrowsAsync<UnsupportedFeatureException>(() => Tables.AppendAsync(table, "a"))).Features);
    }

    [Fact]
    public async Task Columns_are_added_before_a_column_and_the_rows_stay()
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore());
        await Tables.AppendAsync(table, "a");
        CommitOutcome outcome = await table.AlterAsync(new TableAlteration { AddColumns = [new StructField("x", DataType.Double), new StructField("y", DataType.TimestampNtz)], AddBefore = "dt" });
        Assert.IsType<CommitOutcome.Committed>(outcome);
        Assert.Equal(["id", "text", "x", "y", "dt"], table.Snapshot.Schema.Fields.Select(f => f.Name));
        Assert.Contains("timestampNtz", table.Snapshot.Protocol.ReaderFeatures);
        Assert.Equal(["a"], Tables.Paths(table.Snapshot));
        await Assert.ThrowsAsync<DeltaException>(() => table.AlterAsync(new TableAlteration { AddColumns = [new StructField("X", DataType.Double)] }));
        await Assert.ThrowsAsync<DeltaException>(() => table.AlterAsync(new TableAlteration { AddColumns = [new StructField("z", DataType.Double, Nullable: false)] }));
        await Assert.ThrowsAsync<DeltaException>(() => table.AlterAsync(new TableAlteration { AddColumns = [new StructField("z", DataType.Double)], AddBefore = "none" }));
    }

    [Fact]
    public async Task Properties_are_set_and_unset_and_upgrade_the_protocol()
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore(), null, ("a.b", "1"));
        await table.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = "true" }, UnsetProperties = ["a.b"] });
        Assert.Equal((3, 7), (table.Snapshot.Protocol.MinReaderVersion, table.Snapshot.Protocol.MinWriterVersion));
        Assert.Equal(["appendOnly", "invariants", "deletionVectors"], table.Snapshot.Protocol.WriterFeatures);
        Assert.Equal(["delta.enableDeletionVectors"], table.Snapshot.Metadata.Configuration.Keys);
        await Assert.ThrowsAsync<DeltaException>(() => table.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { ["delta.enableInCommitTimestamps"] = "true" } }));
    }

    [Fact]
    public async Task In_commit_timestamps_only_grow_whatever_the_clock_does()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options(clock) with { Upkeep = LogUpkeepMode.Off }, ("delta.enableInCommitTimestamps", "true"));
        DateTimeOffset start = clock.GetUtcNow();
        Assert.Equal(start, table.Snapshot.CommittedAt);
        await Tables.AppendAsync(table, "1");
        clock.Advance(TimeSpan.FromMinutes(-5));
        await Tables.AppendAsync(table, "2");
        clock.Advance(TimeSpan.FromMinutes(10));
        await Tables.AppendAsync(table, "3");
        DateTimeOffset[] times = [.. (await table.HistoryAsync().ToListAsync()).Select(c => c.CommittedAt).Reverse()];
        Assert.Equal([start, start.AddMilliseconds(1), start.AddMilliseconds(2), start.AddMinutes(5)], times);
        await table.CheckpointAsync();
        DeltaTable read = await DeltaTable.OpenAsync(store, Tables.Options(clock));
        Assert.Equal(start.AddMinutes(5), read.Snapshot.CommittedAt);
        Assert.Equal(1, (await read.SnapshotAtAsync(start.AddMilliseconds(1))).Version);
        Assert.Equal(2, (await read.SnapshotAtAsync(start.AddMinutes(4))).Version);
        Assert.Equal(3, (await read.SnapshotAtAsync(start.AddYears(4))).Version);
        await Assert.ThrowsAsync<VersionNotFoundException>(() => read.SnapshotAtAsync(start.AddMilliseconds(-1)));
    }

    [Fact]
    public async Task Time_travel_by_file_times_takes_clocks_that_step_back_as_standing_still()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store);
        for (int i = 1; i <= 3; i++)
        {
            await Tables.AppendAsync(table, $"{i}");
        }

        DateTimeOffset t = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        foreach ((long version, int minute) in ((long, int)[])[(0, 0), (1, 10), (2, 5), (3, 20)])
        {
            store.Overwrite(LogFiles.Commit(version), await store.ReadAsync(LogFiles.Commit(version)), t.AddMinutes(minute));
        }

        DeltaTable read = await DeltaTable.OpenAsync(store);
        Assert.Equal(t.AddMinutes(20), read.Snapshot.CommittedAt);
        Assert.Equal(0, (await read.SnapshotAtAsync(t.AddMinutes(9))).Version);
        Assert.Equal(1, (await read.SnapshotAtAsync(t.AddMinutes(10))).Version);
        Assert.Equal(2, (await read.SnapshotAtAsync(t.AddMinutes(11))).Version);
        Assert.Equal(3, (await read.SnapshotAtAsync(t.AddMinutes(20))).Version);
    }

    [Fact]
    public async Task Recent_versions_are_at_hand_without_reading_the_log()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options() with { Upkeep = LogUpkeepMode.Off });
        for (int i = 1; i <= 60; i++)
        {
            await Tables.AppendAsync(table, $"{i}");
        }

        long calls = store.Calls;
        Assert.Equal(55, (await table.SnapshotAtAsync(55)).Files.Count);
        Assert.Equal(calls, store.Calls);
        Assert.Equal(3, (await table.SnapshotAtAsync(3)).Files.Count);
        DeltaTable late = await DeltaTable.OpenAsync(store, Tables.Options());
        await Tables.AppendAsync(table, "61");
        await Tables.AppendAsync(table, "62");
        await late.RefreshAsync();
        Assert.Equal(61, (await late.SnapshotAtAsync(61)).Files.Count);
        Assert.Equal(62, (await late.SnapshotAtAsync(62)).Files.Count);
        Assert.Equal(59, (await late.SnapshotAtAsync(59)).Files.Count);
    }

    [Fact]
    public async Task A_commit_while_nobody_else_commits_is_one_put_and_nothing_else()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await Tables.CreateAsync(store, Tables.Options() with { Upkeep = LogUpkeepMode.Off });
        List<StoreOperation> calls = [];
        store.Faults = call =>
        {
            calls.Add(call.Operation);
            return StoreFault.None;
        };
        for (int i = 0; i < 20; i++)
        {
            await Tables.AppendAsync(table, $"{i}", new CommitSpec("WRITE") { Fence = new Fence(table.Snapshot.Version) });
        }

        Assert.Equal(Enumerable.Repeat(StoreOperation.PutIfAbsent, 20), calls);
    }

    [Fact]
    public async Task The_history_tells_what_was_done()
    {
        DeltaTable table = await Tables.CreateAsync(new MemoryObjectStore());
        await table.Committer.CommitAsync(
            Tables.Prepare(table, new CommitSpec("MERGE") { OperationParameters = new Dictionary<string, string> { ["key"] = "id" }, UserMetadata = "by \"hand\"" }, Tables.Add("a")) with { Metrics = new CommitMetrics(10, 2, 1, 0, 1, 999) }, default);
        List<CommitDescription> history = await table.HistoryAsync().ToListAsync();
        Assert.Equal([1, 0], history.Select(c => c.Version));
        Assert.Equal(["MERGE", "CREATE TABLE"], history.Select(c => c.Operation));
        Assert.Equal("id", history[0].OperationParameters["key"]);
        Assert.Equal("10", history[0].OperationMetrics["numOutputRows"]);
        Assert.Equal(("by \"hand\"", 0L, true, "Serializable", "CryptoInsight.Delta"), (history[0].UserMetadata, history[0].ReadVersion, history[0].IsBlindAppend, history[0].IsolationLevel, history[0].EngineInfo));
    }

    [Theory]
    [InlineData("interval 7 days", 168)]
    [InlineData("INTERVAL 1 week", 168)]
    [InlineData("2 hours", 2)]
    [InlineData("interval 1 day 12 hours", 36)]
    [InlineData("interval 0.5 hours", 0.5)]
    public void Intervals_are_read_as_other_engines_write_them(string text, double hours) => Assert.Equal(TimeSpan.FromHours(hours), TableProperties.ParseInterval(text));

    [Theory]
    [InlineData("")]
    [InlineData("interval")]
    [InlineData("7")]
    [InlineData("interval -7 days")]
    [InlineData("interval 7 months")]
    [InlineData("interval 99999999999 days")]
    public void What_is_no_interval_is_not_guessed(string text) => Assert.Null(TableProperties.ParseInterval(text));
}
