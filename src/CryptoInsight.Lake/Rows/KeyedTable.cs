using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Lake.Rows;

/// <summary>A table of keyed rows that one job owns: read by snapshot, changed row by row in one fenced commit.</summary>
public abstract class KeyedTable<TRow>(DeltaTable table)
{
    public DeltaTable Table { get; } = table;

    private protected abstract TableShape<TRow> Shape { get; }

    /// <summary>The columns whose values name a row.</summary>
    private protected abstract IReadOnlyList<string> KeyColumns { get; }

    private protected abstract IReadOnlyList<TRow> Rows(RowReader reader);

    /// <summary>The rows of a snapshot, all or those that a predicate admits, in no promised order.</summary>
    public async IAsyncEnumerable<IReadOnlyList<TRow>> ReadAsync(Snapshot snapshot, Predicate? predicate = null, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (RecordBatch batch in Table.ReadAsync(snapshot, null, predicate, ct).ConfigureAwait(false))
        {
            using (batch)
            {
                yield return Rows(new RowReader(batch));
            }
        }
    }

    /// <summary>The same, gathered: for tables that are small, or predicates that admit few.</summary>
    public async Task<IReadOnlyList<TRow>> ReadAllAsync(Snapshot snapshot, Predicate? predicate = null, CancellationToken ct = default)
    {
        var all = new List<TRow>();
        await foreach (IReadOnlyList<TRow> some in ReadAsync(snapshot, predicate, ct).ConfigureAwait(false))
        {
            all.AddRange(some);
        }

        return all;
    }

    /// <summary>Commits a difference with the job's positions, fenced on the version that the plan read.</summary>
    public Task<CommitOutcome> CommitAsync(RowDifference<TRow> difference, IReadOnlyList<AppTransaction> positions, long baseVersion, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(difference);
        var spec = new CommitSpec(difference.Replacements.Count + difference.Deletes.Count == 0 ? "STREAMING UPDATE" : "MERGE") { Transactions = positions, Fence = new Fence(baseVersion) };
        if (difference.IsEmpty)
        {
            return Table.CommitTransactionsAsync(spec, ct);
        }

        var changes = new RowChanges(KeyColumns)
        {
            Inserts = Batches(difference.Inserts),
            Upserts = Batches(difference.Replacements),
            Deletes = [.. Batches(difference.Deletes).Select(KeysOf)],
        };
        return Table.UpsertAsync(changes, spec, ct);
    }

    private RecordBatch[] Batches(IReadOnlyList<TRow> rows) => rows.Count == 0 ? [] : [Shape.ToBatch(rows)];

    private RecordBatch KeysOf(RecordBatch rows)
    {
        int[] at = [.. KeyColumns.Select(c => rows.Schema.GetFieldIndex(c))];
        return new RecordBatch(new Schema([.. at.Select(rows.Schema.GetFieldByIndex)], null), at.Select(rows.Column), rows.Length);
    }
}
