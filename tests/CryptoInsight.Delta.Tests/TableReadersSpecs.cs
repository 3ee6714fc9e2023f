using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;

namespace CryptoInsight.Delta.Tests;

/// <summary>Followers hold back cleanup and VACUUM, up to a limit.</summary>
public class TableReadersSpecs
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long, false)]);

    [Fact]
    public async Task Registrations_outlive_the_object_and_are_moved_and_forgotten()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await NewAsync(store, clock);
        await table.Readers.RegisterAsync("silver-binance", -1);
        await table.Readers.RegisterAsync("other.one", 3);
        clock.Advance(TimeSpan.FromMinutes(1));
        await table.Readers.RegisterAsync("silver-binance", 7);
        DeltaTable elsewhere = await DeltaTable.OpenAsync(store, Options(clock));
        Assert.Equal([new RegisteredReader("other.one", 3, clock.GetUtcNow().AddMinutes(-1)), new RegisteredReader("silver-binance", 7, clock.GetUtcNow())], await elsewhere.Readers.ListAsync());
        await elsewhere.Readers.UnregisterAsync("other.one");
        await elsewhere.Readers.UnregisterAsync("never-there");
        Assert.Single(await table.Readers.ListAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData(".hidden")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public async Task A_name_that_is_no_name_is_refused(string name)
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore(), new ManualClock());
        await Assert.ThrowsAsync<ArgumentException>(() => table.Readers.RegisterAsync(name, 1));
    }

    [Fact]
    public async Task Vacuum_of_any_process_keeps_what_a_registered_reader_has_still_to_read_and_lets_go_afterwards()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await NewAsync(store, clock);
        await table.AppendAsync([Rows(1)]);
        await table.AppendAsync([Rows(2)]);
        await table.OverwriteAsync([Rows(3)]);
        await table.Readers.RegisterAsync("slow", 1);
        clock.Advance(TimeSpan.FromDays(20));
        DeltaTable cleaner = await DeltaTable.OpenAsync(store, Options(clock));
        List<string> feed = await RowBatches.ChangeLinesAsync(table, 1, 3);
        Assert.Empty((await cleaner.VacuumAsync()).Keys);
        Assert.Equal(feed, await RowBatches.ChangeLinesAsync(await DeltaTable.OpenAsync(store), 1, 3));
        await table.Readers.RegisterAsync("slow", 3);
        Assert.Equal(2, (await cleaner.VacuumAsync()).Keys.Count);
    }

    [Fact]
    public async Task The_log_is_kept_for_the_lowest_reader_and_cleaned_when_it_moves_on()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await NewAsync(store, clock);
        for (int i = 1; i <= 6; i++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            await table.AppendAsync([Rows(i)]);
            await table.CheckpointAsync();
        }

        await table.Readers.RegisterAsync("slow", 2);
        await table.Readers.RegisterAsync("fast", 6);
        Assert.Equal(2, (await table.CleanLogAsync()).OldestVersion);
        Assert.IsType<TailStep.Versions>(await new TableTail(await DeltaTable.OpenAsync(store, Options(clock))).ReadAfterAsync(2, TailLimits.Default));
        await table.Readers.UnregisterAsync("slow");
        Assert.Equal(5, (await table.CleanLogAsync()).OldestVersion);
        Assert.IsType<TailStep.FellBehind>(await new TableTail(await DeltaTable.OpenAsync(store, Options(clock))).ReadAfterAsync(2, TailLimits.Default));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Past_the_limit_a_reader_is_reported_and_waited_for_only_where_the_limit_only_reports(bool onlyReports)
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        List<ReaderPastLimit> reported = [];
        DeltaTable table = await NewAsync(store, clock, Options(clock) with { ReaderHoldMax = TimeSpan.FromDays(10), ReaderLimitOnlyReports = onlyReports, OnReaderPastLimit = reported.Add, LogNeededFrom = () => 2 });
        await table.AppendAsync([Rows(1)]);
        clock.Advance(TimeSpan.FromDays(1));
        await table.OverwriteAsync([Rows(2)]);
        await table.Readers.RegisterAsync("dead", 0);
        clock.Advance(TimeSpan.FromDays(8));
        Assert.Empty((await table.VacuumAsync()).Keys);
        Assert.Empty(reported);
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(onlyReports ? 0 : 1, (await table.VacuumAsync()).Keys.Count);
        Assert.Equal([new ReaderPastLimit("dead", 0, TimeSpan.FromDays(11), onlyReports)], reported);
    }

    [Fact]
    public async Task A_registration_that_cannot_be_read_stops_cleaning_rather_than_the_reader()
    {
        ManualClock clock = new();
        MemoryObjectStore store = new(clock);
        DeltaTable table = await NewAsync(store, clock);
        await table.Readers.RegisterAsync("x", 0);
        store.Overwrite("_delta_readers/x.position", "\u0001?"u8.ToArray());
        await Assert.ThrowsAsync<CorruptTableException>(() => table.VacuumAsync());
    }

    private static Apache.Arrow.RecordBatch Rows(long id) => RowBatches.Of(Schema, [[id]]);

    private static DeltaTableOptions Options(ManualClock clock) => SeededIds.Options(1) with { Clock = clock, Upkeep = LogUpkeepMode.Off };

    private static Task<DeltaTable> NewAsync(MemoryObjectStore store, ManualClock clock, DeltaTableOptions? options = null) => DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema)
    {
        Properties = new Dictionary<string, string> { ["delta.logRetentionDuration"] = "interval 1 day" },
    }, options ?? Options(clock));
}
