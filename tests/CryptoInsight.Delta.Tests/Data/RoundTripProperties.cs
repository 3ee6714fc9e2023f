using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Data;

/// <summary>What is appended is what is read, of every type and in every mapping mode.</summary>
public sealed class RoundTripProperties
{
    [Theory]
    [InlineData("none")]
    [InlineData("name")]
    [InlineData("id")]
    public void Rows_of_every_type_come_back(string mapping) =>
        Gen.Select(RandomRows.Row(RandomRows.Nested).List[1, 40], Gen.Int).Sample((rows, seed) => CheckAsync(rows, seed, mapping).GetAwaiter().GetResult(), iter: 60);

    [Fact]
    public async Task Batches_larger_than_a_row_group_come_back_in_order()
    {
        StructType schema = new([new StructField("id", DataType.Long, false), new StructField("half", DataType.Integer)]);
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(schema));
        await table.AppendAsync([RowBatches.Of(schema, [.. Enumerable.Range(0, 300_000).Select(i => new object?[] { (long)i, i % 2 == 0 ? (long)(i / 2) : null })])], new CommitSpec("WRITE"));
        long expected = 0;
        await foreach (Apache.Arrow.RecordBatch batch in table.ReadAsync(table.Snapshot))
        {
            foreach (long id in ((Apache.Arrow.Int64Array)batch.Column(0)).Values)
            {
                Assert.Equal(expected++, id);
            }
        }

        Assert.Equal(300_000, expected);
    }

    private static async Task CheckAsync(List<object?[]> rows, int seed, string mapping)
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(RandomRows.Nested) { Properties = new Dictionary<string, string> { ["delta.columnMapping.mode"] = mapping } }, SeededIds.Options(seed));
        await table.AppendAsync([RowBatches.Of(RandomRows.Nested, [.. rows.Take(rows.Count / 2)]), RowBatches.Of(RandomRows.Nested, [.. rows.Skip(rows.Count / 2)])], new CommitSpec("WRITE"));
        Assert.Equal(RowBatches.Lines(RandomRows.Nested, rows), await RowBatches.LinesAsync(await DeltaTable.OpenAsync(table.Store)));
    }
}
