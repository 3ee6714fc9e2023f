using Apache.Arrow;
using CryptoInsight.Delta.Data;

namespace CryptoInsight.Delta.Operations;

/// <summary>What became of rows of the table: the places that go, and the rows that come in their stead.</summary>
internal sealed class MergeEffect
{
    public List<long> Touched { get; } = [];

    public List<(RecordBatch Before, RecordBatch After)> Updated { get; } = [];

    public List<RecordBatch> Deleted { get; } = [];
}

/// <summary>Applies ordered clauses to aligned rows: the first clause whose condition holds takes the row.</summary>
internal static class MergeClauses
{
    /// <summary>Clauses about rows of the table, with the source rows beside them or none.</summary>
    public static void Apply(IReadOnlyList<MergeClause> clauses, RecordBatch target, RecordBatch? source, IReadOnlyList<long> places, TableLayout layout, MergeEffect effect)
    {
        foreach ((MergeClause clause, int[] rows) in Assign(clauses, target, source, target.Length))
        {
            effect.Touched.AddRange(rows.Select(r => places[r]));
            RecordBatch before = Pick(target, rows);
            if (clause.Rows is null)
            {
                effect.Deleted.Add(before);
            }
            else
            {
                effect.Updated.Add((before, Shaped(clause.Rows(before, source is null ? null : Pick(source, rows)), rows.Length, layout)));
            }
        }
    }

    /// <summary>Clauses about new rows.</summary>
    public static IEnumerable<RecordBatch> Inserts(IReadOnlyList<MergeClause> clauses, RecordBatch source, TableLayout layout)
    {
        foreach ((MergeClause clause, int[] rows) in Assign(clauses, null, source, source.Length))
        {
            MergeRows write = clause.Rows ?? throw new ArgumentException("A clause for rows that the table does not have can only write them, not delete them.");
            yield return Shaped(write(null, Pick(source, rows)), rows.Length, layout);
        }
    }

    private static IEnumerable<(MergeClause Clause, int[] Rows)> Assign(IReadOnlyList<MergeClause> clauses, RecordBatch? target, RecordBatch? source, int length)
    {
        bool[] taken = new bool[length];
        foreach (MergeClause clause in clauses)
        {
            IReadOnlyList<bool>? holds = clause.Condition?.Invoke(target, source);
            if (holds is not null && holds.Count != length)
            {
                throw new ArgumentException($"The condition of a MERGE clause gave {holds.Count} answers for {length} rows.");
            }

            List<int> rows = [];
            for (int i = 0; i < length; i++)
            {
                if (!taken[i] && holds?[i] != false)
                {
                    taken[i] = true;
                    rows.Add(i);
                }
            }

            if (rows.Count > 0)
            {
                yield return (clause, rows.ToArray());
            }
        }
    }

    private static RecordBatch Shaped(RecordBatch rows, int expected, TableLayout layout) => rows.Length == expected
        ? InputRows.Shape(rows, layout)
        : throw new ConstraintViolationException($"A MERGE clause made {rows.Length} rows out of {expected}: it must make one of each.");

    private static RecordBatch Pick(RecordBatch batch, int[] rows) => rows.Length == batch.Length ? batch : ArrayTake.Take(batch, rows);
}
