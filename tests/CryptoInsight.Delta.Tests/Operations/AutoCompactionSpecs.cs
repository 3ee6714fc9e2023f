using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;

namespace CryptoInsight.Delta.Tests.Operations;

public sealed class AutoCompactionSpecs
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long, false), new StructField("day", DataType.Date)]);

    [Fact]
    public async Task The_fiftieth_small_file_of_a_partition_merges_that_partition_and_no_other()
    {
        DeltaTable table = await NewAsync("true");
        for (int i = 0; i < 49; i++)
        {
            await table.AppendAsync([Rows(i, 0), Rows(i + 1000, i < 10 ? 1 : 0)]);
        }

        Assert.Equal(59, table.Snapshot.Files.Count);
        Assert.Equal(49, table.Snapshot.Version);
        await table.AppendAsync([Rows(49, 0)]);
        Assert.Equal(51, table.Snapshot.Version);
        Assert.Equal(11, table.Snapshot.Files.Count);
        Assert.Equal(99, (await RowBatches.LinesAsync(table)).Count);
        CommitDescription newest = await table.HistoryAsync().FirstAsync();
        Assert.Equal(("OPTIMIZE", "true"), (newest.Operation, newest.OperationParameters["auto"]));
    }

    [Theory]
    [InlineData("false", null, 6)]
    [InlineData("true", false, 6)]
    [InlineData("false", true, 1)]
    [InlineData("auto", null, 1)]
    public async Task The_options_win_over_the_table(string property, bool? option, int files)
    {
        DeltaTable table = await NewAsync(property, new AutoCompaction { Enabled = option, FilesMin = 6 });
        for (int i = 0; i < 6; i++)
        {
            await table.AppendAsync([Rows(i, 0)]);
        }

        Assert.Equal(files, table.Snapshot.Files.Count);
    }

    [Fact]
    public async Task Large_files_and_commits_without_rows_start_nothing()
    {
        DeltaTable table = await NewAsync("true", new AutoCompaction { FilesMin = 2, FileBytesTarget = 100 });
        for (int i = 0; i < 5; i++)
        {
            await table.AppendAsync([Rows(i, 0)]);
        }

        await table.CommitTransactionsAsync(new CommitSpec("WRITE") { Transactions = [new Delta.Actions.AppTransaction("a", 1)] });
        Assert.Equal(6, table.Snapshot.Version);
        Assert.Equal(5, table.Snapshot.Files.Count);
    }

    [Fact]
    public async Task In_the_background_writers_go_on_and_the_end_can_be_waited_for()
    {
        DeltaTable table = await NewAsync("true", new AutoCompaction { FilesMin = 10 }, LogUpkeepMode.Background);
        for (int i = 0; i < 60; i++)
        {
            Assert.IsType<CommitOutcome.Committed>(await table.AppendAsync([Rows(i, 0)]));
        }

        await table.WhenIdleAsync();
        Assert.True(table.Snapshot.Files.Count < 60);
        Assert.Equal(60, (await RowBatches.LinesAsync(table)).Count);
    }

    private static Apache.Arrow.RecordBatch Rows(long id, long day) => RowBatches.Of(Schema, [[id, day]]);

    private static Task<DeltaTable> NewAsync(string property, AutoCompaction? options = null, LogUpkeepMode mode = LogUpkeepMode.Inline) => DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema)
    {
        PartitionColumns = ["day"],
        Properties = new Dictionary<string, string> { ["delta.autoOptimize.autoCompact"] = property },
    }, SeededIds.Options(1) with { Upkeep = mode, AutoCompaction = options ?? new AutoCompaction(), OnUpkeepFault = e => throw new InvalidOperationException("upkeep failed", e) });
}
