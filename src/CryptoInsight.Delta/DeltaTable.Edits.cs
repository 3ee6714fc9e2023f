using Apache.Arrow;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Delta;

public sealed partial class DeltaTable
{
    /// <summary>Deletes the rows for which the predicate is true (null: all rows).</summary>
    /// <remarks>Whole files go unread where their partition values alone decide; other rows are marked in deletion vectors, or their files are copied where the table has none.</remarks>
    public Task<CommitOutcome> DeleteAsync(Predicate? where, CommitSpec? spec = null, CancellationToken ct = default)
    {
        Snapshot snapshot = Snapshot;
        return new RowEdit(this, snapshot, where, null, [], spec ?? new CommitSpec("DELETE")).RunAsync(snapshot, ct);
    }

    /// <summary>Replaces the rows for which the predicate is true (null: all rows) by what <paramref name="update"/> makes of them.</summary>
    /// <param name="where">Which rows; null: all.</param>
    /// <param name="update">Gets rows with all columns and gives back as many, in the same order. May run more than once for a row if the commit has to be prepared again.</param>
    /// <param name="spec">How to commit; the operation is UPDATE by default.</param>
    /// <param name="ct">Ends the preparation.</param>
    public Task<CommitOutcome> UpdateAsync(Predicate? where, Func<RecordBatch, RecordBatch> update, CommitSpec? spec = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        Snapshot snapshot = Snapshot;
        return new RowEdit(this, snapshot, where, update, [], spec ?? new CommitSpec("UPDATE")).RunAsync(snapshot, ct);
    }

    /// <summary>Sets columns to fixed values in the rows for which the predicate is true (null: all rows).</summary>
    /// <param name="where">Which rows; null: all.</param>
    /// <param name="values">Column to literal, as in predicates, or null.</param>
    /// <param name="spec">How to commit; the operation is UPDATE by default.</param>
    /// <param name="ct">Ends the preparation.</param>
    public Task<CommitOutcome> UpdateAsync(Predicate? where, IReadOnlyDictionary<string, object?> values, CommitSpec? spec = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        return UpdateAsync(where, Assignments.ToUpdate(values, Snapshot.Schema), spec, ct);
    }

    /// <summary>Replaces the rows for which the predicate is true (null: the whole table) by new rows, in one commit.</summary>
    /// <remarks>With a predicate (replaceWhere) every new row must match it, else <see cref="ConstraintViolationException"/>: what is written is what a reader of that range finds.</remarks>
    public Task<CommitOutcome> OverwriteAsync(IReadOnlyList<RecordBatch> rows, Predicate? replaceWhere = null, CommitSpec? spec = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        Snapshot snapshot = Snapshot;
        if (replaceWhere is not null)
        {
            TableLayout layout = TableLayout.Of(snapshot);
            long outside = rows.Sum(r => r.Length - (long)PredicateEvaluator.Matches(replaceWhere, snapshot.Schema, InputRows.Known(r, layout)).Length);
            if (outside > 0)
            {
                throw new ConstraintViolationException($"{outside} of the new rows do not match the condition of the rows that they replace. Widen the condition, or leave these rows out.");
            }
        }

        return new RowEdit(this, snapshot, replaceWhere, null, rows, spec ?? new CommitSpec("WRITE") { OperationParameters = new Dictionary<string, string> { ["mode"] = "Overwrite" } }).RunAsync(snapshot, ct);
    }

    /// <summary>Changes the table by a source, by ordered clauses (MERGE).</summary>
    /// <remarks><see cref="ConstraintViolationException"/> if several source rows match one row of the table. For plain "insert or replace by key" <see cref="UpsertAsync"/> is shorter and reads less.</remarks>
    public Task<CommitOutcome> MergeAsync(MergeSpec merge, CommitSpec? spec = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(merge);
        Snapshot snapshot = Snapshot;
        return new Merge(this, snapshot, merge, spec ?? new CommitSpec("MERGE")).RunAsync(snapshot, ct);
    }

    /// <summary>Adds a CHECK constraint, once every row that is there fulfils it; <see cref="ConstraintViolationException"/> if one does not.</summary>
    /// <param name="name">Letters, digits and underscores.</param>
    /// <param name="sql">A condition as <see cref="PredicateSql"/> reads it; rows for which it is false or unknown are refused from then on.</param>
    /// <param name="ct">Ends the check.</param>
    public Task<CommitOutcome> AddConstraintAsync(string name, string sql, CancellationToken ct = default) => ConstraintChange.AddAsync(this, name, sql, ct);

    /// <summary>Drops a CHECK constraint.</summary>
    public Task<CommitOutcome> DropConstraintAsync(string name, CancellationToken ct = default) => ConstraintChange.DropAsync(this, name, ct);
}
