using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta;

public sealed partial class DeltaTable
{
    private ParquetWriteOptions? _smallFiles;

    /// <summary>How micro-batches are written: fast, since compaction will rewrite them.</summary>
    internal ParquetWriteOptions SmallFiles => _smallFiles ??= ParquetWriteOptions.Default with { Encodings = Options.Encodings };

    /// <summary>The rows of a snapshot, deletion vectors and partition values applied, filtered exactly; columns in the order asked for (null: the schema's).</summary>
    /// <remarks>At most 65,536 rows in a batch; one row group of one file is held at a time, and the rows of as many small files as are decoded at once. The order of rows is not promised.</remarks>
    public IAsyncEnumerable<RecordBatch> ReadAsync(Snapshot snapshot, IReadOnlyList<string>? columns = null, Predicate? predicate = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return ReadFilesAsync(snapshot, snapshot.FilesFor(predicate), columns, predicate, ct);
    }

    /// <summary>The rows of the newest version that this object has seen (see <see cref="RefreshAsync"/>); else as the overload with a snapshot.</summary>
    /// <param name="columns">The columns in the order wanted; null: all.</param>
    /// <param name="where">Which rows; null: all. Files and row groups that cannot hold one are not read.</param>
    /// <param name="ct">Ends the reading.</param>
    public IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<string>? columns = null, Predicate? where = null, CancellationToken ct = default) => ReadAsync(Snapshot, columns, where, ct);

    /// <summary>The rows of given files of a snapshot's schema (for followers of the log).</summary>
    public IAsyncEnumerable<RecordBatch> ReadFilesAsync(Snapshot snapshot, IEnumerable<AddFile> files, IReadOnlyList<string>? columns = null, Predicate? predicate = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(files);
        TableLayout layout = TableLayout.Of(snapshot);
        IReadOnlyList<StructField> fields = TableScan.Fields(layout, columns);
        return TableScan.ReadAsync(Store, layout, files, fields, predicate is null ? null : BoundPredicate.Bind(predicate, snapshot.Schema), Options.Width, ct);
    }

    /// <summary>The row changes of the versions in (fromExclusive, toInclusive], in order of version.</summary>
    /// <remarks>Rows have the columns of the newest version of the range. Change files where a version has them, else its added and removed rows, exact to the row where deletion vectors changed.</remarks>
    public IAsyncEnumerable<ChangeBatch> ReadChangesAsync(long fromExclusive, long toInclusive, IReadOnlyList<string>? columns = null, CancellationToken ct = default) =>
        new ChangeFeedReader(this).ReadAsync(fromExclusive, toInclusive, columns, ct);

    /// <summary>The rows of one bucket of keys: for comparing and joining versions and tables part by part, in the memory of one part.</summary>
    /// <param name="snapshot">Which version.</param>
    /// <param name="bucket">Which part; the key columns need not be among the columns wanted.</param>
    /// <param name="columns">The columns in the order wanted; null: all.</param>
    /// <param name="where">Which rows; null: all.</param>
    /// <param name="ct">Ends the reading.</param>
    public IAsyncEnumerable<RecordBatch> ReadBucketAsync(Snapshot snapshot, KeyBucket bucket, IReadOnlyList<string>? columns = null, Predicate? where = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(bucket);
        TableLayout layout = TableLayout.Of(snapshot);
        IReadOnlyList<StructField> wanted = TableScan.Fields(layout, columns);
        List<StructField> read = [.. wanted, .. bucket.KeyColumns.Select(layout.Field).Where(k => !wanted.Contains(k)).Distinct()];
        KeyHash hash = new(bucket, read);
        return TableScan.ReadAsync(Store, layout, snapshot.FilesFor(where), read, where is null ? null : BoundPredicate.Bind(where, snapshot.Schema), Options.Width, ct)
            .Select(hash.Pick).Where(static rows => rows is not null).Select(rows => TableScan.Project(rows!, wanted.Count));
    }

    /// <summary>What became of the rows of an older version in a newer one, by key: for commits without a change feed, and for a follower that missed the commits.</summary>
    /// <remarks>Insert, delete, and the two images of rows whose wanted columns differ (bit for bit); no order is promised but that an older image comes before the newer. Rows have the newer version's columns.
    /// Reads only what the versions do not share. Memory: about <paramref name="rowsHeldMax"/> rows; more rows than that are read in several passes.
    /// <see cref="ConstraintViolationException"/> if the columns turn out to be no key. Both versions' files must still be there (<see cref="Readers"/>).</remarks>
    /// <param name="older">The version to start from.</param>
    /// <param name="newer">The version to arrive at.</param>
    /// <param name="keyColumns">The columns whose values name a row in both versions.</param>
    /// <param name="columns">The columns that are compared and given out; null: all.</param>
    /// <param name="rowsHeldMax">How many rows may be held at once.</param>
    /// <param name="ct">Ends the reading.</param>
    public IAsyncEnumerable<ChangeBatch> DiffAsync(Snapshot older, Snapshot newer, IReadOnlyList<string> keyColumns, IReadOnlyList<string>? columns = null, int rowsHeldMax = 1_000_000, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(older);
        ArgumentNullException.ThrowIfNull(newer);
        ArgumentNullException.ThrowIfNull(keyColumns);
        return new TableDiff(this, older, newer, keyColumns, columns).ReadAsync(rowsHeldMax, ct);
    }

    /// <summary>Appends rows (all columns of the schema, partition columns included; split by partition inside).</summary>
    /// <remarks>Columns are found by name, in any order; a nullable column may be left out. The rows are durable when this returns <see cref="CommitOutcome.Committed"/>.
    /// With <see cref="SchemaMode.Merge"/> in the spec, columns that the table does not have are added to it in the same commit.</remarks>
    public Task<CommitOutcome> AppendAsync(IReadOnlyList<RecordBatch> rows, CommitSpec? spec = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Append.RunAsync(this, rows, spec ?? new CommitSpec("WRITE") { OperationParameters = new Dictionary<string, string> { ["mode"] = "Append" } }, ct);
    }

    /// <summary>Inserts, replaces and deletes rows by key in one commit; replaced and deleted rows are marked in deletion vectors where the table allows them.</summary>
    /// <remarks>A row may move to another partition: old rows are found by key wherever they are. With the change feed on, the exact row changes are written too.</remarks>
    public Task<CommitOutcome> UpsertAsync(RowChanges changes, CommitSpec? spec = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return Upsert.RunAsync(this, changes, spec ?? new CommitSpec("MERGE"), ct);
    }
}
