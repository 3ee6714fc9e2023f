using Apache.Arrow;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Operations;

/// <summary>MERGE with several ordered clauses of every kind against plain lists.</summary>
public sealed class MergeProperties
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long), new StructField("note", DataType.String), new StructField("day", DataType.Date)]);

    private static readonly StructType SourceSchema = new([new StructField("id", DataType.Long), new StructField("note", DataType.String), new StructField("day", DataType.Date), new StructField("op", DataType.Long)]);

    private static readonly Gen<object?[]> Row = Gen.Select(Gen.Long[-1, 20], Gen.Int[0, 3], Gen.Long[0, 2]).Select((id, n, d) => new object?[] { id < 0 ? null : id, $"n{n}", d });

    private static readonly Gen<object?[]> SourceRow = Gen.Select(Row, Gen.Long[0, 4]).Select((r, op) => (object?[])[.. r, op]);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Each_row_is_taken_by_the_first_clause_that_holds(bool vectors, bool wholeTable) =>
        Gen.Select(Row.List[0, 15].List[1, 3], SourceRow.List[0, 15], Gen.Int).Sample((files, source, seed) => CheckAsync(files, source, seed, vectors, wholeTable).GetAwaiter().GetResult(), iter: 150);

    [Fact]
    public async Task Several_source_rows_for_one_row_are_refused_and_for_none_are_all_inserted()
    {
        DeltaTable table = await NewAsync(1, true);
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, "old", 0L]])], new CommitSpec("WRITE"));
        MergeSpec Spec(params object?[][] rows) => new(["id"], [RowBatches.Of(Schema, rows)]) { WhenMatched = [MergeClause.WriteSource()], WhenNotMatched = [MergeClause.WriteSource()] };
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.MergeAsync(Spec([1L, "a", 0L], [1L, "b", 0L])));
        await table.MergeAsync(Spec([2L, "a", 0L], [2L, "b", 0L], [null, "c", 0L]));
        Assert.Equal(RowBatches.Lines(Schema, [[1L, "old", 0L], [2L, "a", 0L], [2L, "b", 0L], [null, "c", 0L]]), await RowBatches.LinesAsync(table));
    }

    [Fact]
    public async Task A_clause_that_makes_too_few_rows_is_refused()
    {
        DeltaTable table = await NewAsync(1, true);
        MergeSpec spec = new(["id"], [RowBatches.Of(Schema, [[1L, "a", 0L]])]) { WhenNotMatched = [MergeClause.Write((_, source) => source!.Slice(0, 0))] };
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.MergeAsync(spec));
    }

    private static async Task CheckAsync(List<List<object?[]>> files, List<object?[]> source, int seed, bool vectors, bool wholeTable)
    {
        DeltaTable table = await NewAsync(seed, vectors);
        foreach (List<object?[]> rows in files)
        {
            await table.AppendAsync([RowBatches.Of(Schema, rows)], new CommitSpec("WRITE"));
        }

        // One source row per key, as the rule demands where keys match; null keys match nothing and may repeat.
        source = [.. source.Where((r, i) => r[0] is null || source.FindIndex(o => Equals(o[0], r[0])) == i)];
        long before = table.Snapshot.Version;
        await table.MergeAsync(new MergeSpec(["id"], [RowBatches.Of(SourceSchema, [.. source.Take(source.Count / 2)]), RowBatches.Of(SourceSchema, [.. source.Skip(source.Count / 2)])])
        {
            WhenMatched =
            [
                MergeClause.Delete((_, s) => Ops(s!, op => op == 1)),
                MergeClause.Write((t, s) => new RecordBatch(t!.Schema, [t.Column(0), s!.Column("note"), t.Column(2)], t.Length), (_, s) => Ops(s!, op => op is 1 or 2)),
                MergeClause.Write((_, s) => Table(s!), (_, s) => Ops(s!, op => op == 3)),
            ],
            WhenNotMatched = [MergeClause.Write((_, s) => Table(s!), (_, s) => Ops(s!, op => op != 4))],
            WhenNotMatchedBySource = wholeTable
                ? [MergeClause.Delete((t, _) => Ids(t!, id => id % 7 == 0)), MergeClause.Write((t, _) => Noted(t!, "alone"), (t, _) => Ids(t!, id => id % 5 == 0))]
                : [],
        });
        List<object?[]> model = [.. files.SelectMany(f => f).Select(r => Merged(r, source, wholeTable)).OfType<object?[]>(), .. source.Where(s => (long)s[3]! != 4 && (s[0] is null || !files.SelectMany(f => f).Any(r => Equals(r[0], s[0])))).Select(s => s[..3])];
        Assert.Equal(RowBatches.Lines(Schema, model), await RowBatches.LinesAsync(table));
        await CheckFeedAsync(table, before, [.. files.SelectMany(f => f)], model);
    }

    private static object?[]? Merged(object?[] row, List<object?[]> source, bool wholeTable)
    {
        if (row[0] is not null && source.Find(s => Equals(s[0], row[0])) is object?[] match)
        {
            return (long)match[3]! switch { 1 => null, 2 => [row[0], match[1], row[2]], 3 => match[..3], _ => row };
        }

        return !wholeTable || row[0] is not long id ? row : id % 7 == 0 ? null : id % 5 == 0 ? [id, "alone", row[2]] : row;
    }

    private static async Task CheckFeedAsync(DeltaTable table, long before, List<object?[]> old, List<object?[]> model)
    {
        List<string> bag = RowBatches.Lines(Schema, old);
        List<string> changes = await RowBatches.ChangeLinesAsync(table, before, table.Snapshot.Version);
        foreach (string line in changes.OrderBy(l => !l.Contains("preimage", StringComparison.Ordinal) && !l.Contains("\"delete\"", StringComparison.Ordinal)))
        {
            string row = line[..line.LastIndexOf(",\"_change_type\"", StringComparison.Ordinal)] + "}";
            if (line.Contains("\"insert\"", StringComparison.Ordinal) || line.Contains("postimage", StringComparison.Ordinal))
            {
                bag.Add(row);
            }
            else
            {
                Assert.True(bag.Remove(row), $"a change takes away a row that is not there: {line}");
            }
        }

        Assert.Equal(RowBatches.Lines(Schema, model).Order(StringComparer.Ordinal), bag.Order(StringComparer.Ordinal));
    }

    private static bool[] Ops(RecordBatch source, Func<long, bool> test) => [.. ((Int64Array)source.Column("op")).Values.ToArray().Select(test)];

    private static bool[] Ids(RecordBatch target, Func<long, bool> test) => [.. Enumerable.Range(0, target.Length).Select(i => ((Int64Array)target.Column("id")).GetValue(i) is long id && test(id))];

    private static RecordBatch Table(RecordBatch source) => new(ArrowTypes.ToArrowSchema(Schema), source.Arrays.Take(3), source.Length);

    private static RecordBatch Noted(RecordBatch target, string note) => new(target.Schema, [target.Column(0), RowBatches.Column(DataType.String, [.. Enumerable.Repeat((object?)note, target.Length)]), target.Column(2)], target.Length);

    private static Task<DeltaTable> NewAsync(int seed, bool vectors) => DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema)
    {
        PartitionColumns = ["day"],
        Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = vectors ? "true" : "false", ["delta.enableChangeDataFeed"] = "true" },
    }, SeededIds.Options(seed));
}
