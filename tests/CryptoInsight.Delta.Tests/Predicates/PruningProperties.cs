using Apache.Arrow;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Predicates;

/// <summary>Statistics, footers and partition values only ever save work: no row that a predicate wants is left out, and no other is let in.</summary>
public sealed class PruningProperties
{
    private static readonly StructType Schema = RandomRows.Flat;

    private static readonly Gen<Predicate> Leaf = Gen.Int[0, Schema.Fields.Count - 1].SelectMany(c => Gen.OneOf(
        Gen.Select(RandomRows.Value(Schema.Fields[c].Type), Gen.Int[0, 5]).Select((v, op) => (Predicate)new Predicate.Compare(Schema.Fields[c].Name, (Comparison)op, Literal(v!, Schema.Fields[c].Type))),
        RandomRows.Value(Schema.Fields[c].Type).Array[0, 4].Select(v => (Predicate)new Predicate.In(Schema.Fields[c].Name, [.. v.Select(x => Literal(x!, Schema.Fields[c].Type))])),
        Gen.Const((Predicate)new Predicate.IsNull(Schema.Fields[c].Name))));

    private static readonly Gen<Predicate> Any = Gen.OneOf(
        Leaf,
        Leaf.Select(l => (Predicate)new Predicate.Not(l)),
        Leaf.Array[0, 3].Select(t => (Predicate)new Predicate.And(t)),
        Leaf.Array[0, 3].Select(t => (Predicate)new Predicate.Or(t)),
        Gen.Select(Leaf, Leaf, Leaf).Select((a, b, c) => (Predicate)new Predicate.Not(new Predicate.And([new Predicate.Or([a, new Predicate.Not(b)]), c]))));

    [Theory]
    [InlineData("")]
    [InlineData("day")]
    [InlineData("d,flag")]
    [InlineData("dec,t,f")]
    public void A_filtered_read_gives_exactly_the_rows_that_match(string partitions) =>
        Gen.Select(RandomRows.Row(Schema).List[1, 12].List[1, 4], Any.Array[1, 12], Gen.Int).Sample((files, predicates, seed) => CheckAsync(files, predicates, seed, partitions).GetAwaiter().GetResult(), iter: 60);

    private static async Task CheckAsync(List<List<object?[]>> files, Predicate[] predicates, int seed, string partitions)
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema) { PartitionColumns = partitions.Length == 0 ? [] : partitions.Split(',') }, SeededIds.Options(seed));
        foreach (List<object?[]> rows in files)
        {
            await table.AppendAsync([RowBatches.Of(Schema, rows)], new CommitSpec("WRITE"));
        }

        List<object?[]> all = [.. files.SelectMany(f => f)];
        RecordBatch whole = RowBatches.Of(Schema, all);
        foreach (Predicate predicate in predicates)
        {
            List<object?[]> wanted = [.. all.Where(r => NaivePredicate.Evaluate(predicate, Schema, r) == true)];
            Assert.Equal(wanted.Count, PredicateEvaluator.Matches(predicate, Schema, whole).Length);
            List<string> read = [];
            await foreach (RecordBatch batch in table.ReadAsync(table.Snapshot, null, predicate))
            {
                read.AddRange(CryptoInsight.Delta.Data.CanonicalRows.Lines(batch, Schema));
            }

            Assert.Equal(RowBatches.Lines(Schema, wanted).Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        }
    }

    private static object Literal(object value, DataType type) => (value, type) switch
    {
        (Int128 v, DecimalType d) => ToDecimal(v, d.Scale),
        _ => value,
    };

    // The literal is the nearest number that decimal can hold; the model compares with the same.
    private static object ToDecimal(Int128 unscaled, int scale)
    {
        decimal value = (decimal)(long)(unscaled % 1_000_000_000_000_000_000);
        for (int i = 0; i < scale; i++)
        {
            value /= 10;
        }

        return value;
    }
}
