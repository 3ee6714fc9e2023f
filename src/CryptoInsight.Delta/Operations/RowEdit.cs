using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Delta.Operations;

/// <summary>What DELETE, UPDATE and overwriting have in common: rows that match a condition go, changed or new rows come, in one commit.</summary>
/// <remarks>A file that the partition values alone condemn is removed unread. Prepared anew from a newer snapshot if others moved the files meanwhile.</remarks>
internal sealed class RowEdit
{
    // Updated rows are held up to this many before they go to a file.
    private const int HeldRowsMax = 500_000;

    private readonly DeltaTable _table;
    private readonly CommitSpec _spec;
    private readonly TableLayout _base;
    private readonly TableLayout _layout;
    private readonly IReadOnlyList<DeltaAction> _schemaActions;
    private readonly BoundPredicate _where;
    private readonly Func<RecordBatch, RecordBatch>? _update;
    private readonly IReadOnlyList<RecordBatch> _newRows;
    private readonly DataFileWriter _writer;

    /// <param name="table">The table.</param>
    /// <param name="snapshot">Its snapshot.</param>
    /// <param name="where">Which rows go; null: all.</param>
    /// <param name="update">Makes the rows that replace them, as many, all columns; null: none do.</param>
    /// <param name="newRows">Rows that come besides.</param>
    /// <param name="spec">How to commit.</param>
    public RowEdit(DeltaTable table, Snapshot snapshot, Predicate? where, Func<RecordBatch, RecordBatch>? update, IReadOnlyList<RecordBatch> newRows, CommitSpec spec)
    {
        ProtocolSupport.CheckWritable(snapshot.Protocol, snapshot.Metadata, snapshot.Schema, table.Store.Root);
        _table = table;
        _spec = spec;
        _base = TableLayout.Of(snapshot);
        SchemaEvolution evolution = SchemaEvolution.Of(snapshot, newRows, SchemaModes.Checked(spec, where is null && update is null ? SchemaMode.Overwrite : SchemaMode.Merge), table.Options.NewId);
        _layout = evolution.Layout;
        _schemaActions = evolution.Actions;
        _where = where is null ? new BoundPredicate.Constant(true) : BoundPredicate.Bind(where, snapshot.Schema);
        _update = update;
        _newRows = [.. newRows.Select(r => InputRows.Shape(r, _layout))];
        _writer = new DataFileWriter(table, _layout, table.SmallFiles);
    }

    public async Task<CommitOutcome> RunAsync(Snapshot snapshot, CancellationToken ct)
    {
        PreparedCommit commit = await PlanAsync(snapshot, ct).ConfigureAwait(false);
        return commit.Actions.Count == 0 && _spec.Transactions.Count == 0
            ? new CommitOutcome.Nothing(snapshot.Version)
            : await Append.FinishAsync(_table, commit, _writer, ct).ConfigureAwait(false);
    }

    private async Task<PreparedCommit> PlanAsync(Snapshot snapshot, CancellationToken ct)
    {
        List<AddFile> candidates = [.. FilePruning.Select(snapshot.Files, _layout, _where)];
        List<FileMatches> matches = await MatchesAsync(candidates, ct).ConfigureAwait(false);
        FileRewrite rewrite = await FileRewrite.PrepareAsync(_table, _layout, _writer, matches, ct).ConfigureAwait(false);
        ChangeFileSet changes = new(_layout);

        // Rows of files that went whole are deletes that every reader finds by itself; once one change file is written it must name all of them.
        bool withFeed = _layout.ChangeFeedEnabled && matches.Count > 0 && (_update is not null || matches.Exists(static m => !m.IsWholeFile));
        List<AddFile> added = await WriteAsync(matches, withFeed ? changes : null, ct).ConfigureAwait(false);
        List<DeltaAction> actions = [.. _schemaActions, .. rewrite.Actions, .. added];
        if (withFeed)
        {
            actions.AddRange(await changes.WriteAsync(_writer, ct).ConfigureAwait(false));
        }

        long rowsAdded = _newRows.Sum(static r => (long)r.Length) + (_update is null ? 0 : rewrite.Metrics.RowsRemoved);
        return new PreparedCommit(snapshot, actions, _spec)
        {
            Read = new ReadSet { Files = [.. candidates.Select(static f => f.Path)], Covers = file => Maybe.True(_where, new FilePruning.FileBounds(_layout) { File = file }) },
            Rebase = async (newest, token) => _base.Fits(TableLayout.Of(newest)) ? await AgainAsync(newest, token).ConfigureAwait(false) : null,
            Metrics = rewrite.Metrics with { RowsAdded = rowsAdded, FilesAdded = rewrite.Metrics.FilesAdded + added.Count, BytesAdded = rewrite.Metrics.BytesAdded + added.Sum(static f => f.Size) },
        };
    }

    private async Task<PreparedCommit> AgainAsync(Snapshot newest, CancellationToken ct)
    {
        await _writer.DiscardAsync().ConfigureAwait(false);
        return await PlanAsync(newest, ct).ConfigureAwait(false);
    }

    private async Task<List<FileMatches>> MatchesAsync(List<AddFile> candidates, CancellationToken ct)
    {
        List<FileMatches> matches = [];
        foreach (AddFile file in candidates)
        {
            DeletionVector deleted = await DeletionVectorFiles.ReadAsync(_table.Store, file.DeletionVector, ct).ConfigureAwait(false);
            bool unread = FilePruning.Covers(file, _layout, _where) && FileStats.Of(file).NumRecords is not null && _update is null;
            FileMatches? match = unread
                ? FileMatches.Whole(file, deleted, FileStats.Of(file).NumRecords!.Value)
                : await ScanAsync(file, deleted, ct).ConfigureAwait(false);
            if (match is not null)
            {
                matches.Add(match);
            }
        }

        return matches;
    }

    private async Task<FileMatches?> ScanAsync(AddFile file, DeletionVector deleted, CancellationToken ct)
    {
        List<long> touched = [];
        long rowCount = 0;
        Func<RowGroupBounds, bool> skip = group => !Maybe.True(_where, new TableScan.FileBounds(_layout, file.PartitionValues, group));
        await foreach (FileRows rows in TableScan.ReadFileAsync(_table.Store, _layout, file, [], [.. _where.Columns()], skip, n => rowCount = n, ct).ConfigureAwait(false))
        {
            foreach (int match in PredicateEvaluator.Matches(_where, rows.Rows))
            {
                if (!deleted.Contains(rows.FirstRow + match))
                {
                    touched.Add(rows.FirstRow + match);
                }
            }
        }

        return touched.Count == 0 ? null : new FileMatches(file, deleted, DeletionVector.Of(touched), rowCount);
    }

    private async Task<List<AddFile>> WriteAsync(List<FileMatches> matches, ChangeFileSet? changes, CancellationToken ct)
    {
        List<AddFile> added = [];
        List<RecordBatch> held = [.. _newRows];
        foreach (RecordBatch rows in _newRows)
        {
            changes?.Add(rows, static _ => ChangeKind.Insert);
        }

        foreach (FileMatches match in _update is null && changes is null ? [] : matches)
        {
            await foreach (RecordBatch before in TableScan.ReadRowsAsync(_table.Store, _layout, match.File, _layout.Schema.Fields, match.Touched, inside: true, ct).ConfigureAwait(false))
            {
                changes?.Add(before, _ => _update is null ? ChangeKind.Delete : ChangeKind.UpdatePreimage);
                if (_update is not null)
                {
                    RecordBatch after = Updated(before);
                    changes?.Add(after, static _ => ChangeKind.UpdatePostimage);
                    held.Add(after);
                    if (held.Sum(static b => (long)b.Length) >= HeldRowsMax)
                    {
                        added.AddRange(await _writer.WriteAsync(PartitionSplit.Split(held, _layout), dataChange: true, ct).ConfigureAwait(false));
                        held.Clear();
                    }
                }
            }
        }

        added.AddRange(await _writer.WriteAsync(PartitionSplit.Split(held, _layout), dataChange: true, ct).ConfigureAwait(false));
        return added;
    }

    private RecordBatch Updated(RecordBatch before)
    {
        RecordBatch after = InputRows.Shape(_update!(before), _layout);
        return after.Length == before.Length ? after
            : throw new ConstraintViolationException($"An update made {after.Length} rows out of {before.Length}: it must make one of each.");
    }
}
