using System.Text.Json;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;

namespace CryptoInsight.Delta.Tests.Operations;

public sealed class RowRulesSpecs
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long, false), new StructField("price", DataType.Double)]);

    private static readonly CommitSpec Write = new("WRITE");

    [Fact]
    public async Task A_row_that_breaks_a_constraint_or_leaves_it_unknown_is_refused()
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema));
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, 2.5]])], Write);
        Assert.IsType<CommitOutcome.Committed>(await table.AddConstraintAsync("positive", "price > 0"));
        await table.AppendAsync([RowBatches.Of(Schema, [[2L, 0.5]])], Write);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(Schema, [[3L, 0.0]])], Write));
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(Schema, [[3L, null]])], Write));
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.UpdateAsync(Predicate.Equal("id", 1L), new Dictionary<string, object?> { ["price"] = -1.0 }));
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.UpsertAsync(new RowChanges(["id"]) { Upserts = [RowBatches.Of(Schema, [[1L, -1.0]])] }, Write));
        await table.DropConstraintAsync("positive");
        await table.AppendAsync([RowBatches.Of(Schema, [[3L, null]])], Write);
        Assert.Equal(3, (await RowBatches.LinesAsync(table)).Count);
    }

    [Fact]
    public async Task A_constraint_that_rows_break_already_is_not_added()
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema));
        await table.AppendAsync([RowBatches.Of(Schema, [[1L, -2.5]])], Write);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AddConstraintAsync("positive", "price > 0"));
        await Assert.ThrowsAsync<DeltaException>(() => table.AlterAsync(new TableAlteration { SetProperties = new Dictionary<string, string> { ["delta.constraints.positive"] = "price > 0" } }));
        Assert.Equal(1, table.Snapshot.Version);
    }

    [Fact]
    public async Task An_invariant_of_a_column_is_enforced()
    {
        StructType schema = new([Schema.Fields[0] with { Metadata = Invariant("id > 3") }, Schema.Fields[1]]);
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(schema));
        await table.AppendAsync([RowBatches.Of(Schema, [[4L, 1.0]])], Write);
        await Assert.ThrowsAsync<ConstraintViolationException>(() => table.AppendAsync([RowBatches.Of(Schema, [[3L, 1.0]])], Write));
    }

    [Fact]
    public async Task A_rule_that_cannot_be_enforced_makes_the_table_read_only()
    {
        StructType schema = new([Schema.Fields[0] with { Metadata = Invariant("id > length('abc')") }, Schema.Fields[1]]);
        UnsupportedFeatureException refusal = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(schema)));
        Assert.Equal(["invariants"], refusal.Features);
    }

    private static Dictionary<string, JsonElement> Invariant(string sql) => new()
    {
        ["delta.invariants"] = JsonSerializer.SerializeToElement(JsonSerializer.Serialize(new { expression = new { expression = sql } })),
    };
}
