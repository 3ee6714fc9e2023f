using System.Text;
using Apache.Arrow;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;
using CsCheck;
using StructType = CryptoInsight.Delta.Schema.StructType;

namespace CryptoInsight.Delta.Tests.Operations;

/// <summary>Laying rows out: every type, bounded memory, crashes, and what is left alone.</summary>
public sealed class ZOrderSpecs
{
    private const long SmallMemory = 256 << 10;

    private static readonly StructType s_schema = new([new StructField("id", DataType.Long, false), new StructField("note", DataType.String), new StructField("day", DataType.Date)]);

    private static readonly CommitSpec s_write = new("WRITE");

    public static TheoryData<string> OrderedColumns => [.. RandomRows.Flat.Fields.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(OrderedColumns))]
    public async Task Rows_are_ordered_by_a_column_of_any_type_nulls_first(string column)
    {
        int at = RandomRows.Flat.Fields.ToList().FindIndex(f => f.Name == column);
        object?[][] rows = [.. RandomRows.Row(RandomRows.Flat).Array[400].Generate(new PCG(1, 20_260_510), null, out _).Select((r, i) => (object?[])[(long)(i * 7919 % 400), .. r[1..]])];
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(RandomRows.Flat), SeededIds.Options(1));
        foreach (object?[][] some in rows.Chunk(90))
        {
            await table.AppendAsync([RowBatches.Of(RandomRows.Flat, some)], s_write);
        }

        List<string> before = await RowBatches.LinesAsync(table);
        Assert.NotNull((await table.OptimizeAsync(new OptimizeSpec { ZOrderBy = [column] })).Version);
        Assert.Equal(before, await RowBatches.LinesAsync(table));
        Dictionary<long, object?> byId = rows.ToDictionary(r => (long)r[0]!, r => r[at]);
        object?[] keys = [.. (await IdsAsync(table)).Select(id => byId[id])];
        Assert.All(keys.Zip(keys.Skip(1)), pair => Assert.True(Compare(pair.First, pair.Second) <= 0, $"{column}: {pair.First} before {pair.Second}"));
    }

    [Theory]
    [InlineData("id", 1)]
    [InlineData("note,id", 1)]
    [InlineData("note,id", 2)]
    public async Task Rows_that_do_not_fit_in_memory_are_put_aside_and_what_is_held_stays_within_the_bound(string by, int parallelism)
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore(), partitions: ["day"]);
        for (int i = 0; i < 16; i++)
        {
            await table.AppendAsync([RowBatches.Of(s_schema, [.. Enumerable.Range(0, 4_000).Select(n => Row((n * 16) + i, n % 2))])], s_write);
        }

        List<string> before = await RowBatches.LinesAsync(table);
        OptimizeSpec spec = new() { ZOrderBy = by.Split(','), FileBytesTarget = 10_000, MemoryBytesMax = SmallMemory, Parallelism = parallelism };
        OptimizeOutcome outcome = await table.OptimizeAsync(spec);
        Assert.InRange(outcome.SortBytesPeak, 1, SmallMemory);
        Assert.True(outcome.FilesAdded > 6, $"{outcome}");
        Assert.Equal(before, await RowBatches.LinesAsync(table));
        int opened = table.Snapshot.FilesFor(Predicate.Between("id", 1_000L, 2_000L)).Count();
        Assert.True(opened * 2 <= table.Snapshot.Files.Count, $"{opened} of {table.Snapshot.Files.Count} files are opened");
        Assert.Null((await table.OptimizeAsync(spec)).Version);
        Assert.True((await NewOptimizedAsync(spec with { MemoryBytesMax = 512 << 20 })).SortBytesPeak > SmallMemory);
    }

    [Fact]
    public async Task A_key_that_nearly_all_rows_have_passes_through_bounded_memory()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        for (int i = 0; i < 8; i++)
        {
            await table.AppendAsync([RowBatches.Of(s_schema, [.. Enumerable.Range(0, 5_000).Select(n => new object?[] { (long)((n * 8) + i), n % 50 == 0 ? $"n{n}" : "the same", 0L })])], s_write);
        }

        List<string> before = await RowBatches.LinesAsync(table);
        OptimizeOutcome outcome = await table.OptimizeAsync(new OptimizeSpec { ZOrderBy = ["note"], MemoryBytesMax = SmallMemory, FileBytesTarget = 1 << 20 });
        Assert.InRange(outcome.SortBytesPeak, 1, SmallMemory);
        Assert.Equal(before, await RowBatches.LinesAsync(table));
    }

    [Fact]
    public async Task Rows_deleted_while_rows_lie_aside_are_deleted_in_the_new_files_too()
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store);
        for (int i = 0; i < 6; i++)
        {
            await table.AppendAsync([RowBatches.Of(s_schema, [.. Enumerable.Range(0, 2_000).Select(n => Row((n * 6) + i, 0))])], s_write);
        }

        await table.UpsertAsync(new RowChanges(["id"]) { Deletes = [Keys([3, 5_555])] }, s_write);
        DeltaTable other = await DeltaTable.OpenAsync(store, SeededIds.Options(5));
        long[] gone = [0, 17, 42, 6_000, 11_999];
        Once(store, 8, () => other.UpsertAsync(new RowChanges(["id"]) { Deletes = [Keys(gone)] }, s_write));
        OptimizeOutcome outcome = await table.OptimizeAsync(new OptimizeSpec { ZOrderBy = ["note", "id"], MemoryBytesMax = SmallMemory, FileBytesTarget = 20_000 });
        Assert.Equal((9, 6, 2L), (outcome.Version, outcome.FilesRemoved, outcome.RowsPurged));
        Assert.InRange(outcome.SortBytesPeak, 1, SmallMemory);
        Assert.Equal(RowBatches.Lines(s_schema, [.. Enumerable.Range(0, 12_000).Select(i => (long)i).Except([3, 5_555, .. gone]).Select(i => Row(i, 0))]), await RowBatches.LinesAsync(table));
    }

    [Theory]
    [InlineData("")]
    [InlineData("note")]
    public async Task A_run_that_dies_in_the_middle_is_gone_on_with_by_the_next_and_nothing_is_done_twice(string by)
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store, partitions: ["day"]);
        for (int i = 0; i < 20; i++)
        {
            await table.AppendAsync([RowBatches.Of(s_schema, [Row(i, i % 5)])], s_write);
        }

        List<string> before = await RowBatches.LinesAsync(table);
        store.Faults = call => call.Operation == StoreOperation.PutIfAbsent && call.Key.EndsWith("23.json", StringComparison.Ordinal) ? throw new OperationCanceledException("killed here") : StoreFault.None;
        OptimizeSpec spec = new() { ZOrderBy = by.Length == 0 ? [] : [by], Parallelism = 1 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => table.OptimizeAsync(spec));
        store.Faults = null;

        DeltaTable next = await DeltaTable.OpenAsync(store, SeededIds.Options(9));
        Assert.Equal((22L, 12), (next.Snapshot.Version, next.Snapshot.Files.Count(f => f.DataChange)));
        string[] done = [.. next.Snapshot.Files.Where(f => !f.DataChange).Select(f => f.Path)];
        OptimizeOutcome rest = await next.OptimizeAsync(spec);
        Assert.Equal((3, 12), (rest.PartitionsDone, rest.FilesRemoved));
        Assert.Subset(next.Snapshot.Files.Select(f => f.Path).ToHashSet(), done.ToHashSet());
        Assert.Equal(before, await RowBatches.LinesAsync(next));
    }

    [Fact]
    public async Task Files_that_are_laid_out_are_left_alone_until_many_small_ones_can_become_one()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        OptimizeSpec spec = new() { ZOrderBy = ["id"] };
        HashSet<string> seen = [];
        for (int round = 1; round < 8; round++)
        {
            await table.AppendAsync([RowBatches.Of(s_schema, [Row(round, 0)])], s_write);
            Assert.Equal((1, 1), await CountsAsync(table, spec));
            Assert.Subset(table.Snapshot.Files.Select(f => f.Path).ToHashSet(), seen);
            seen = [.. table.Snapshot.Files.Select(f => f.Path)];
            Assert.Null((await table.OptimizeAsync()).Version);
        }

        await table.AppendAsync([RowBatches.Of(s_schema, [Row(8, 0)])], s_write);
        Assert.Equal((1, 1), await CountsAsync(table, spec));
        Assert.Equal((8, 1), await CountsAsync(table, spec));
        Assert.Single(table.Snapshot.Files);
    }

    [Fact]
    public async Task A_small_budget_takes_one_bin_at_least_and_the_candidates_say_what_is_left()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore(), partitions: ["day"]);
        for (int i = 0; i < 12; i++)
        {
            await table.AppendAsync([RowBatches.Of(s_schema, [Row(i, i % 3)])], s_write);
        }

        OptimizeSpec spec = new() { BytesMax = 1 };
        for (int left = 3; left > 0; left--)
        {
            IReadOnlyList<OptimizeCandidate> candidates = table.OptimizeCandidates(spec);
            Assert.Equal((left, left * 4), (candidates.Count, candidates.Sum(c => c.Files.Count)));
            OptimizeOutcome outcome = await table.OptimizeAsync(spec);
            Assert.Equal((1, left - 1), (outcome.PartitionsDone, outcome.PartitionsLeft));
        }

        Assert.Empty(table.OptimizeCandidates(spec));
    }

    [Fact]
    public async Task A_run_rests_between_batches_if_it_is_asked_to()
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        for (int i = 0; i < 3; i++)
        {
            await table.AppendAsync([RowBatches.Of(s_schema, [Row(i, 0)])], s_write);
        }

        int rests = 0;
        await table.OptimizeAsync(new OptimizeSpec
        {
            Rest = _ =>
            {
                rests++;
                return ValueTask.CompletedTask;
            },
        });
        Assert.Equal(3, rests);
    }

    private static async Task<(int Removed, int Added)> CountsAsync(DeltaTable table, OptimizeSpec spec)
    {
        OptimizeOutcome outcome = await table.OptimizeAsync(spec);
        return (outcome.FilesRemoved, outcome.FilesAdded);
    }

    private static async Task<OptimizeOutcome> NewOptimizedAsync(OptimizeSpec spec)
    {
        DeltaTable table = await NewAsync(new MemoryObjectStore());
        await table.AppendAsync([RowBatches.Of(s_schema, [.. Enumerable.Range(0, 20_000).Select(n => Row(n, 0))])], s_write);
        return await table.OptimizeAsync(spec);
    }

    private static void Once(MemoryObjectStore store, long version, Func<Task> act)
    {
        bool done = false;
        store.Faults = call =>
        {
            if (!done && call.Operation == StoreOperation.PutIfAbsent && call.Key.EndsWith($"{version:00000000000000000000}.json", StringComparison.Ordinal))
            {
                done = true;
                Task.Run(act).GetAwaiter().GetResult();
            }

            return StoreFault.None;
        };
    }

    private static async Task<List<long>> IdsAsync(DeltaTable table)
    {
        List<long> ids = [];
        await foreach (RecordBatch rows in table.ReadAsync(["id"]))
        {
            ids.AddRange(Enumerable.Range(0, rows.Length).Select(i => ((Int64Array)rows.Column(0)).GetValue(i)!.Value));
        }

        return ids;
    }

    private static int Compare(object? a, object? b) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string x, string y) => Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y)),
        (byte[] x, byte[] y) => x.AsSpan().SequenceCompareTo(y),
        (double x, double y) => double.IsNaN(x) || double.IsNaN(y) ? double.IsNaN(x).CompareTo(double.IsNaN(y)) : x < y ? -1 : x > y ? 1 : 0,
        _ => ((IComparable)a).CompareTo(b),
    };

    private static object?[] Row(long id, long day) => [id, $"n{id * 7919 % 1000:000}", day];

    private static RecordBatch Keys(IEnumerable<long> ids) => RowBatches.Of(new StructType([s_schema.Fields[0]]), [.. ids.Select(i => new object?[] { i })]);

    private static Task<DeltaTable> NewAsync(MemoryObjectStore store, string[]? partitions = null) => DeltaTable.OpenOrCreateAsync(store, new TableDefinition(s_schema)
    {
        PartitionColumns = partitions ?? [],
        Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = "true", ["delta.checkpointInterval"] = "1000" },
    }, SeededIds.Options(1));
}
