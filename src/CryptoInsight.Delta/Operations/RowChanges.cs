using Apache.Arrow;

namespace CryptoInsight.Delta.Operations;

/// <summary>One keyed change of a table: what an upsert commits.</summary>
/// <param name="KeyColumns">The columns whose values name a row. No key may occur twice among the rows of one change.</param>
public sealed record RowChanges(IReadOnlyList<string> KeyColumns)
{
    /// <summary>Rows whose keys are proven absent: appended without a look-up.</summary>
    public IReadOnlyList<RecordBatch> Inserts { get; init; } = [];

    /// <summary>Rows that replace the row of the same key, or are appended if there is none.</summary>
    public IReadOnlyList<RecordBatch> Upserts { get; init; } = [];

    /// <summary>Keys (the key columns only) whose rows go; a key without a row is no error.</summary>
    public IReadOnlyList<RecordBatch> Deletes { get; init; } = [];
}
