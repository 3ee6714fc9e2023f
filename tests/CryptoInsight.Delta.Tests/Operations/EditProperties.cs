using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;
using CryptoInsight.Delta.Tests.Predicates;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Operations;

/// <summary>DELETE, UPDATE, overwriting, OPTIMIZE and RESTORE in any order against plain lists.</summary>
public sealed class EditProperties
{
    private static readonly StructType Schema = new([new StructField("id", DataType.Long), new StructField("price", DataType.Double), new StructField("note", DataType.String), new StructField("day", DataType.Date)]);

    private static readonly Gen<object?[]> Row = Gen.Select(Gen.Long[0, 30], Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[0, 2], (id, p, n, d) =>
        new object?[] { id, p == 0 ? null : p / 2.0, n == 0 ? null : $"n{n}", (long)d });

    private static readonly Gen<Predicate?> Where = Gen.OneOf(
        Gen.Const((Predicate?)null),
        Gen.Select(Gen.Long[0, 30], Gen.Int[0, 5]).Select((v, op) => (Predicate?)new Predicate.Compare("id", (Comparison)op, v)),
        Gen.Long[0, 2].Select(v => (Predicate?)Predicate.Equal("day", v)),
        Gen.Select(Gen.Long[0, 2], Gen.Long[0, 30]).Select((d, v) => (Predicate?)Predicate.All(Predicate.Equal("day", d), new Predicate.Compare("id", Comparison.Less, v))),
        Gen.Const((Predicate?)new Predicate.IsNull("price")),
        Gen.Int[1, 3].Select(n => (Predicate?)new Predicate.Not(Predicate.Equal("note", $"n{n}"))));

    private static readonly Gen<Step> Steps = Gen.Select(Gen.Int[0, 5], Where, Row.List[1, 8], Gen.Int[0, 6]).Select((kind, where, rows, n) => new Step((Kind)kind, where, rows, n));

    public static IEnumerable<object[]> Kinds() =>
        from vectors in new[] { true, false }
        from feed in new[] { true, false }
        from partitioned in new[] { true, false }
        select new object[] { vectors, feed, partitioned };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_table_is_always_what_a_list_says(bool vectors, bool feed, bool partitioned) =>
        Gen.Select(Steps.List[1, 10], Gen.Int).Sample((steps, seed) => CheckAsync(steps, seed, vectors, feed, partitioned).GetAwaiter().GetResult(), iter: 40);

    private static async Task CheckAsync(List<Step> steps, int seed, bool vectors, bool feed, bool partitioned)
    {
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(new MemoryObjectStore(), new TableDefinition(Schema)
        {
            PartitionColumns = partitioned ? ["day"] : [],
            Properties = new Dictionary<string, string> { ["delta.enableDeletionVectors"] = vectors ? "true" : "false", ["delta.enableChangeDataFeed"] = feed ? "true" : "false" },
        }, SeededIds.Options(seed));
        List<List<object?[]>> versions = [[]];
        List<object?[]> model = [];
        foreach (Step step in steps)
        {
            model = await ApplyAsync(table, step, model, versions);
            while (versions.Count <= table.Snapshot.Version)
            {
                versions.Add(model);
            }

            Assert.Equal(RowBatches.Lines(Schema, model), await RowBatches.LinesAsync(table));
        }

        await CheckFeedAsync(table, versions);
    }

    private static async Task<List<object?[]>> ApplyAsync(DeltaTable table, Step step, List<object?[]> model, List<List<object?[]>> versions)
    {
        bool Matches(object?[] row) => step.Where is null || NaivePredicate.Evaluate(step.Where, Schema, row) == true;
        switch (step.Kind)
        {
            case Kind.Append:
                await table.AppendAsync([RowBatches.Of(Schema, step.Rows)], new CommitSpec("WRITE"));
                return [.. model, .. step.Rows];
            case Kind.Delete:
                await table.DeleteAsync(step.Where);
                return [.. model.Where(r => !Matches(r))];
            case Kind.Update:
                await table.UpdateAsync(step.Where, new Dictionary<string, object?> { ["note"] = "updated", ["day"] = (long)step.Number % 3 });
                return [.. model.Select(r => Matches(r) ? [r[0], r[1], "updated", (long)step.Number % 3] : r)];
            case Kind.Overwrite:
                List<object?[]> rows = [.. step.Rows.Where(Matches)];
                await table.OverwriteAsync([RowBatches.Of(Schema, rows)], step.Where);
                return [.. model.Where(r => !Matches(r)), .. rows];
            case Kind.Optimize:
                await table.OptimizeAsync(new OptimizeSpec { DeletedShareMax = step.Number / 10.0, ZOrderBy = step.Number % 2 == 0 ? [] : ["price", "id"] });
                return model;
            default:
                int version = step.Number % versions.Count;
                await table.RestoreAsync(version);
                return versions[version];
        }
    }

    private static async Task CheckFeedAsync(DeltaTable table, List<List<object?[]>> versions)
    {
        Dictionary<string, int> bag = [];
        for (long version = 0; version <= table.Snapshot.Version; version++)
        {
            foreach (string line in (await RowBatches.ChangeLinesAsync(table, version - 1, version)).OrderBy(l => !l.Contains("\"update_preimage\"", StringComparison.Ordinal) && !l.Contains("\"delete\"", StringComparison.Ordinal)))
            {
                string row = line[..line.LastIndexOf(",\"_change_type\"", StringComparison.Ordinal)] + "}";
                bool comes = line.Contains("\"insert\"", StringComparison.Ordinal) || line.Contains("\"update_postimage\"", StringComparison.Ordinal);
                bag[row] = bag.GetValueOrDefault(row) + (comes ? 1 : -1);
                Assert.True(bag[row] >= 0, $"version {version} takes away a row that is not there: {row}");
            }

            Assert.Equal(RowBatches.Lines(Schema, versions[(int)version]).Order(StringComparer.Ordinal), bag.SelectMany(b => Enumerable.Repeat(b.Key, b.Value)).Order(StringComparer.Ordinal));
        }
    }

    private enum Kind
    {
        Append,
        Delete,
        Update,
        Overwrite,
        Optimize,
        Restore,
    }

    private sealed record Step(Kind Kind, Predicate? Where, List<object?[]> Rows, int Number);
}
