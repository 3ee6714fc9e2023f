using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;
using CsCheck;

namespace CryptoInsight.Delta.Tests;

/// <summary>A table as a stream: everything once, in steps of bounded size, and a clear answer wherever it cannot go on.</summary>
public class TableSourceSpecs
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long, false), new StructField("day", DataType.Date)]);

    [Fact]
    public void Every_row_comes_once_whatever_the_limits_and_wherever_the_reader_restarts() =>
        Gen.Select(Gen.Int[0, 3].List[1, 8], Gen.Int[1, 4], Gen.Int[1, 3], Gen.Bool, Gen.Int).Sample((steps, filesMax, kilobytes, fromStart, seed) => OnceAsync(steps, filesMax, kilobytes, fromStart, seed).GetAwaiter().GetResult(), iter: 60);

    private static async Task OnceAsync(List<int> steps, int filesMax, int kilobytes, bool fromStart, int seed)
    {
        DeltaTable table = await NewAsync(seed: seed);
        TableSourceOptions options = new() { FilesMax = filesMax, BytesMax = kilobytes * 1000, StartingVersion = fromStart ? 0 : null };
        List<long> seen = [];
        SourceOffset? offset = null;
        long next = 0;
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps[i] == 0)
            {
                await table.OptimizeAsync();
            }
            else
            {
                await table.AppendAsync([.. Enumerable.Range(0, steps[i]).Select(day => Rows(next++, day))]);
            }

            if (i % 3 == 1)
            {
                offset = await DrainAsync(new TableSource(table, options), offset, seen, filesMax, seed % 2 == 0 ? 2 : int.MaxValue);
            }
        }

        await DrainAsync(new TableSource(table, options), offset, seen, filesMax, int.MaxValue);
        Assert.Equal(Enumerable.Range(0, (int)next).Select(i => (long)i), seen.Order());
    }

    private static async Task<SourceOffset?> DrainAsync(TableSource source, SourceOffset? offset, List<long> seen, int filesMax, int stepsMax)
    {
        for (int i = 0; i < stepsMax; i++)
        {
            SourceStep step = await source.NextAsync(offset);
            if (step is SourceStep.CaughtUp caughtUp)
            {
                return caughtUp.Next;
            }

            SourceStep.Batch batch = Assert.IsType<SourceStep.Batch>(step);
            Assert.InRange(batch.Files.Count, 1, filesMax);
            await foreach (ChangeBatch rows in source.ReadAsync(batch, ["id"]))
            {
                seen.AddRange(((Apache.Arrow.Int64Array)rows.Rows.Column(0)).Values.ToArray());
            }

            offset = batch.Next;
        }

        return offset;
    }

    [Fact]
    public async Task A_stream_starts_with_what_is_there_or_at_a_version_or_an_instant_or_now()
    {
        ManualClock clock = new();
        DeltaTable table = await NewAsync(clock);
        for (int i = 1; i <= 3; i++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            await table.AppendAsync([Rows(i, 0)]);
        }

        Assert.Equal((long[])[1, 2, 3], await IdsAsync(table, new TableSourceOptions()));
        Assert.Equal((long[])[2, 3], await IdsAsync(table, new TableSourceOptions { StartingVersion = 2 }));
        Assert.Equal((long[])[3], await IdsAsync(table, new TableSourceOptions { StartingTimestamp = clock.GetUtcNow().AddMinutes(-30) }));
        Assert.Equal((long[])[2, 3], await IdsAsync(table, new TableSourceOptions { StartingTimestamp = clock.GetUtcNow().AddHours(-1) }));
        Assert.Equal((long[])[1, 2, 3], await IdsAsync(table, new TableSourceOptions { StartingTimestamp = clock.GetUtcNow().AddDays(-9) }));
        Assert.Empty(await IdsAsync(table, new TableSourceOptions { StartingVersion = TableSourceOptions.Newest }));
        Assert.Throws<ArgumentException>(() => new TableSource(table, new TableSourceOptions { StartingVersion = 1, StartingTimestamp = clock.GetUtcNow() }));
    }

    [Theory]
    [InlineData(SourceChanges.Refuse, new long[] { 1, 2 }, 2L)]
    [InlineData(SourceChanges.SkipDeletes, new long[] { 1, 2, 4 }, 4L)]
    [InlineData(SourceChanges.Skip, new long[] { 1, 2, 4, 5 }, null)]
    [InlineData(SourceChanges.Resend, new long[] { 1, 2, 4, 40, 5 }, null)]
    public async Task Rows_that_change_are_refused_skipped_or_sent_again(SourceChanges mode, long[] ids, long? refusedAt)
    {
        DeltaTable table = await NewAsync();
        await table.AppendAsync([Rows(1, 0), Rows(2, 1)]);
        await table.DeleteAsync(Predicate.Equal("day", 0L));
        await table.AppendAsync([Rows(4, 0)]);
        await table.UpdateAsync(Predicate.Equal("id", 4L), new Dictionary<string, object?> { ["id"] = 40L });
        await table.AppendAsync([Rows(5, 0)]);
        TableSource source = new(table, new TableSourceOptions { StartingVersion = 0, OnChanges = mode });
        (List<long> seen, SourceStep end) = await RunAsync(source, null);
        Assert.Equal(ids, seen);
        if (refusedAt is null)
        {
            Assert.IsType<SourceStep.CaughtUp>(end);
            return;
        }

        SourceStep.ChangesRefused refused = Assert.IsType<SourceStep.ChangesRefused>(end);
        Assert.Equal((refusedAt.Value, refusedAt == 2), (refused.Version, refused.OnlyDeletes));
        Assert.Equal([refusedAt == 2 ? 4L : 5L], (await RunAsync(source, refused.Resume)).Seen.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_of_changes_gives_the_same_as_the_feed_of_the_versions_in_steps(bool feed)
    {
        DeltaTable table = await NewAsync(null, ("delta.enableChangeDataFeed", feed ? "true" : "false"), ("delta.enableDeletionVectors", "true"));
        await table.AppendAsync([Rows(1, 0), Rows(2, 1)]);
        TableSource source = new(table, new TableSourceOptions { ReadChangeFeed = true, FilesMax = 1 });
        SourceStep.Batch initial = Assert.IsType<SourceStep.Batch>(await source.NextAsync(null));
        Assert.Equal(new SourceOffset(1, 1, true), initial.Next);
        Assert.All(await source.ReadAsync(initial).ToListAsync(), c => Assert.Equal(ChangeKind.Insert, c.Kind));
        await table.UpsertAsync(new RowChanges(["id"]) { Upserts = [Rows(1, 0), Rows(3, 0)] });
        await table.OptimizeAsync();
        await table.DeleteAsync(Predicate.Equal("id", 2L));
        SourceOffset offset = Assert.IsType<SourceStep.Batch>(await source.NextAsync(initial.Next)).Next;
        Assert.Equal(new SourceOffset(2, -1, false), offset);
        List<(long, ChangeKind, int)> found = [];
        int steps = 0;
        while (await source.NextAsync(offset) is SourceStep.Batch step)
        {
            found.AddRange(await source.ReadAsync(step).Select(c => (c.Version, c.Kind, c.Rows.Length)).ToListAsync());
            offset = step.Next;
            steps++;
        }

        Assert.Equal(2, steps);
        Assert.Equal(await table.ReadChangesAsync(1, table.Snapshot.Version).Select(c => (c.Version, c.Kind, c.Rows.Length)).ToListAsync(), found);
    }

    [Fact]
    public async Task A_change_of_schema_ends_the_step_before_it_and_is_told_once()
    {
        DeltaTable table = await NewAsync();
        await table.AppendAsync([Rows(1, 0)]);
        await table.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { ["note"] = "not a change of schema" } });
        await table.AppendAsync([Rows(2, 0)]);
        StructType wider = new([.. Schema.Fields, new StructField("more", DataType.String)]);
        await table.AppendAsync([RowBatches.Of(wider, [[3L, 0L, "m"]])], new Delta.Commit.CommitSpec("WRITE") { SchemaMode = SchemaMode.Merge });
        foreach (bool feed in (bool[])[false, true])
        {
            TableSource source = new(table, new TableSourceOptions { StartingVersion = 0, ReadChangeFeed = feed });
            (List<long> seen, SourceStep end) = await RunAsync(source, null);
            Assert.Equal([1, 2], seen);
            SourceStep.SchemaChanged changed = Assert.IsType<SourceStep.SchemaChanged>(end);
            Assert.Equal((4L, 2, 3), (changed.Version, changed.Before!.Fields.Count, changed.After.Fields.Count));
            (seen, end) = await RunAsync(source, changed.Resume);
            Assert.Equal([3], seen);
            Assert.IsType<SourceStep.CaughtUp>(end);
        }
    }

    [Fact]
    public async Task Whoever_comes_too_late_or_to_another_table_is_told()
    {
        ManualClock clock = new();
        DeltaTable table = await NewAsync(clock, ("delta.logRetentionDuration", "interval 1 day"));
        for (int i = 1; i <= 9; i++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            await table.AppendAsync([Rows(i, 0)]);
            await table.CheckpointAsync();
        }

        await table.CleanLogAsync();
        DeltaTable late = await DeltaTable.OpenAsync(table.Store, Tables.Options(clock, 9));
        SourceStep.FellBehind behind = Assert.IsType<SourceStep.FellBehind>(await new TableSource(late).NextAsync(new SourceOffset(2, -1, false)));
        Assert.Equal((8, 9), (behind.OldestVersion, behind.NewestVersion));
        Assert.IsType<SourceStep.FellBehind>(await new TableSource(late).NextAsync(new SourceOffset(2, 1, true)));
        Assert.Equal(new SourceStep.Rewound(9), await new TableSource(late).NextAsync(new SourceOffset(11, -1, false)));
    }

    private static Apache.Arrow.RecordBatch Rows(long id, long day) => RowBatches.Of(Schema, [[id, day]]);

    private static async Task<long[]> IdsAsync(DeltaTable table, TableSourceOptions options) => [.. (await RunAsync(new TableSource(table, options), null)).Seen];

    private static async Task<(List<long> Seen, SourceStep End)> RunAsync(TableSource source, SourceOffset? offset)
    {
        List<long> seen = [];
        while (true)
        {
            SourceStep step = await source.NextAsync(offset);
            if (step is not SourceStep.Batch batch)
            {
                return (seen, step);
            }

            await foreach (ChangeBatch rows in source.ReadAsync(batch, ["id"]))
            {
                seen.AddRange(((Apache.Arrow.Int64Array)rows.Rows.Column(0)).Values.ToArray());
            }

            offset = batch.Next;
        }
    }

    private static Task<DeltaTable> NewAsync(ManualClock? clock = null, params (string Name, string Value)[] properties) => NewAsync(1, clock, properties);

    private static Task<DeltaTable> NewAsync(int seed, ManualClock? clock = null, params (string Name, string Value)[] properties) => DeltaTable.OpenOrCreateAsync(
        clock is null ? new MemoryObjectStore() : new MemoryObjectStore(clock),
        new TableDefinition(Schema) { PartitionColumns = ["day"], Properties = properties.ToDictionary(p => p.Name, p => p.Value) },
        SeededIds.Options(seed) with { Clock = clock ?? TimeProvider.System, Upkeep = LogUpkeepMode.Off });
}
