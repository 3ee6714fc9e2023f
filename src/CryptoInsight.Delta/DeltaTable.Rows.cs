using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Delta;

public sealed partial class DeltaTable
{
    /// <summary>The rows of a snapshot, deletion vectors and partition values applied, filtered exactly; columns in the order asked for (null: the schema's).</summary>
    public IAsyncEnumerable<RecordBatch> ReadAsync(Snapshot snapshot, IReadOnlyList<string>? columns = null, Predicate? predicate = null, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>The rows of given files of a snapshot's schema (for followers of the log).</summary>
    public IAsyncEnumerable<RecordBatch> ReadFilesAsync(Snapshot snapshot, IEnumerable<AddFile> files, IReadOnlyList<string>? columns = null, Predicate? predicate = null, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>The row changes of the versions in (fromExclusive, toInclusive], in order of version.</summary>
    public IAsyncEnumerable<ChangeBatch> ReadChangesAsync(long fromExclusive, long toInclusive, IReadOnlyList<string>? columns = null, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Appends rows (all columns of the schema, partition columns included; split by partition inside).</summary>
    public Task<CommitOutcome> AppendAsync(IReadOnlyList<RecordBatch> rows, CommitSpec spec, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Inserts, replaces and deletes rows by key in one commit; replaced and deleted rows are marked in deletion vectors where the table allows them.</summary>
    public Task<CommitOutcome> UpsertAsync(RowChanges changes, CommitSpec spec, CancellationToken ct = default) => throw new NotImplementedException();
}
