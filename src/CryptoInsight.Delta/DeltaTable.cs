using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta;

/// <summary>A Delta table at one place: its newest known snapshot and the operations on it. Safe for concurrent use.</summary>
public sealed class DeltaTable
{
    /// <summary>Makes the table as version 0; the existing one if another writer made it first and its schema is the same.</summary>
    public static Task<DeltaTable> OpenOrCreateAsync(IObjectStore store, TableDefinition definition, DeltaTableOptions? options = null, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Opens the newest version; <see cref="TableNotFoundException"/> if there is no table.</summary>
    public static Task<DeltaTable> OpenAsync(IObjectStore store, DeltaTableOptions? options = null, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>Where the table lies.</summary>
    public IObjectStore Store => throw new NotImplementedException();

    /// <summary>The newest snapshot that this object has seen.</summary>
    public Snapshot Snapshot => throw new NotImplementedException();

    /// <summary>Looks for newer commits; returns the newest snapshot.</summary>
    public Task<Snapshot> RefreshAsync(CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>The snapshot of a version; <see cref="VersionNotFoundException"/> if it is not there or cannot be built any more.</summary>
    public Task<Snapshot> SnapshotAtAsync(long version, CancellationToken ct = default) => throw new NotImplementedException();

    /// <summary>The newest snapshot committed at or before an instant; in the future: the newest; before the first version: <see cref="VersionNotFoundException"/>.</summary>
    public Task<Snapshot> SnapshotAtAsync(DateTimeOffset instant, CancellationToken ct = default) => throw new NotImplementedException();

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

    /// <summary>Commits positions alone, without rows.</summary>
    public Task<CommitOutcome> CommitTransactionsAsync(CommitSpec spec, CancellationToken ct = default) => throw new NotImplementedException();
}

/// <summary>What the engine takes from outside.</summary>
public sealed record DeltaTableOptions
{
    /// <summary>The clock of commit times and retention.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Makes the unique part of file names and transaction ids.</summary>
    public Func<Guid> NewId { get; init; } = DefaultId;

    /// <summary>Who commits: <c>engineInfo</c> of commitInfo.</summary>
    public string EngineInfo { get; init; } = "CryptoInsight.Delta";

    /// <summary>Target size of a data file in bytes.</summary>
    public long FileBytesTarget { get; init; } = 128L << 20;

    /// <summary>Parquet encodings by column; see <see cref="TableDefinition.Encodings"/>.</summary>
    public IReadOnlyDictionary<string, ColumnEncoding> Encodings { get; init; } = new Dictionary<string, ColumnEncoding>();

#pragma warning disable RS0030 // The one default of the whole engine; simulations pass a seeded generator.
    private static Guid DefaultId() => Guid.NewGuid();
#pragma warning restore RS0030
}
