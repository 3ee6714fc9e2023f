using Apache.Arrow;

namespace CryptoInsight.Delta.Operations;

/// <summary>Decides for each row whether a clause applies; gets aligned rows and gives back one answer per row.</summary>
/// <param name="target">Rows of the table with all columns, or null where the clause is about new rows.</param>
/// <param name="source">Rows of the source, or null where the clause is about rows that the source lacks.</param>
public delegate IReadOnlyList<bool> MergeCondition(RecordBatch? target, RecordBatch? source);

/// <summary>Makes the new rows of a clause, with all columns of the table; as many as it gets, in the same order.</summary>
/// <param name="target">Rows of the table, or null for an insert.</param>
/// <param name="source">Rows of the source, or null where the source has none.</param>
public delegate RecordBatch MergeRows(RecordBatch? target, RecordBatch? source);

/// <summary>One clause of a MERGE: of the clauses of its list the first whose condition holds applies, and no other.</summary>
public sealed record MergeClause
{
    private MergeClause(MergeRows? rows, MergeCondition? condition)
    {
        Rows = rows;
        Condition = condition;
    }

    /// <summary>What the rows become; null deletes them.</summary>
    public MergeRows? Rows { get; }

    /// <summary>When it applies; null: always.</summary>
    public MergeCondition? Condition { get; }

    /// <summary>The row goes.</summary>
    public static MergeClause Delete(MergeCondition? condition = null) => new(null, condition);

    /// <summary>The row is replaced, or for a clause of new rows: inserted.</summary>
    public static MergeClause Write(MergeRows rows, MergeCondition? condition = null) => new(rows, condition);

    /// <summary>The source row as it is: UPDATE SET * and INSERT *.</summary>
    public static MergeClause WriteSource(MergeCondition? condition = null) => new(static (_, source) => source!, condition);
}

/// <summary>Changes a table by a source, row by row.</summary>
/// <param name="KeyColumns">A row of the table and one of the source match if these are equal; null equals nothing.</param>
/// <param name="Source">The source rows; they need the key columns, and whatever the clauses use.</param>
public sealed record MergeSpec(IReadOnlyList<string> KeyColumns, IReadOnlyList<RecordBatch> Source)
{
    /// <summary>For rows of the table that match a source row, in order.</summary>
    public IReadOnlyList<MergeClause> WhenMatched { get; init; } = [];

    /// <summary>For source rows that match no row of the table, in order; each can only write.</summary>
    public IReadOnlyList<MergeClause> WhenNotMatched { get; init; } = [];

    /// <summary>For rows of the table that match no source row, in order. Any such clause reads the whole table.</summary>
    public IReadOnlyList<MergeClause> WhenNotMatchedBySource { get; init; } = [];
}
