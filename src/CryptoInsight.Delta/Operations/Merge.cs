using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>MERGE: rows of the table that match the source are updated or deleted, the others of the source inserted, the others of the table updated or deleted, by ordered clauses.</summary>
/// <remarks>Files that cannot hold a key of the source are not opened, unless a clause is about rows that the source lacks. Key columns are read first; whole rows only of what a clause can touch.</remarks>
internal sealed class Merge
{
    private readonly DeltaTable _table;
    private readonly MergeSpec _merge;
    private readonly CommitSpec _spec;
    private readonly TableLayout _base;
    private readonly TableLayout _layout;
    private readonly IReadOnlyList<DeltaAction> _schemaActions;
    private readonly RecordBatch _source;
    private readonly KeyTable _keys;
    private readonly KeyRanges _ranges;
    private readonly DataFileWriter _writer;

    public Merge(DeltaTable table, Snapshot snapshot, MergeSpec merge, CommitSpec spec)
    {
        ProtocolSupport.CheckWritable(snapshot.Protocol, snapshot.Metadata, snapshot.Schema, table.Store.Root);
        _table = table;
        _merge = merge;
        _spec = spec;
        _base = TableLayout.Of(snapshot);
        SchemaEvolution evolution = SchemaEvolution.Of(snapshot, merge.Source, SchemaModes.Checked(spec, SchemaMode.Merge), table.Options.NewId);
        _layout = evolution.Layout;
        _schemaActions = evolution.Actions;
        List<StructField> keyFields = [.. merge.KeyColumns.Select(_layout.Field)];
        if (keyFields.Count == 0)
        {
            throw new ArgumentException("A MERGE needs at least one key column.", nameof(merge));
        }

        _source = Concatenated(merge.Source);
        _keys = KeyTable.ForMerge(keyFields, _source is { ColumnCount: 0 } ? [] : [InputRows.ShapeKeys(_source, keyFields)]);
        _ranges = new KeyRanges(_keys, _keys.Count);
        _writer = new DataFileWriter(table, _layout, table.SmallFiles);
    }

    private bool ReadsAll => _merge.WhenNotMatchedBySource.Count > 0;

    public async Task<CommitOutcome> RunAsync(Snapshot snapshot, CancellationToken ct)
    {
        PreparedCommit commit = await PlanAsync(snapshot, ct).ConfigureAwait(false);
        return commit.Actions.Count == 0 && _spec.Transactions.Count == 0
            ? new CommitOutcome.Nothing(snapshot.Version)
            : await Append.FinishAsync(_table, commit, _writer, ct).ConfigureAwait(false);
    }

    private async Task<PreparedCommit> PlanAsync(Snapshot snapshot, CancellationToken ct)
    {
        FilePruning.FileBounds bounds = new(_layout);
        List<AddFile> candidates = [.. snapshot.Files.Where(f => ReadsAll || _ranges.MayContain(bounds.For(f)))];
        bool[] matched = new bool[_keys.Count];
        List<FileMatches> touched = [];
        MergeEffect all = new();
        foreach (AddFile file in candidates)
        {
            if (await FileAsync(file, matched, all, ct).ConfigureAwait(false) is FileMatches match)
            {
                touched.Add(match);
            }
        }

        List<RecordBatch> inserts = Inserts(matched);
        FileRewrite rewrite = await FileRewrite.PrepareAsync(_table, _layout, _writer, touched, ct).ConfigureAwait(false);
        List<RecordBatch> newRows = [.. all.Updated.Select(static u => u.After), .. inserts];
        List<AddFile> added = await _writer.WriteAsync(PartitionSplit.Split(newRows, _layout), dataChange: true, ct).ConfigureAwait(false);
        List<DeltaAction> actions = [.. _schemaActions, .. rewrite.Actions, .. added];
        if (_layout.ChangeFeedEnabled && touched.Count > 0)
        {
            actions.AddRange(await WriteChangesAsync(all, inserts, ct).ConfigureAwait(false));
        }

        return new PreparedCommit(snapshot, actions, _spec)
        {
            Read = ReadsAll ? ReadSet.WholeTable : new ReadSet { Files = [.. candidates.Select(static f => f.Path)], Covers = file => _ranges.MayContain(new FilePruning.FileBounds(_layout) { File = file }) },
            Rebase = async (newest, token) => _base.Fits(TableLayout.Of(newest)) ? await AgainAsync(newest, token).ConfigureAwait(false) : null,
            Metrics = rewrite.Metrics with { RowsAdded = newRows.Sum(static r => (long)r.Length), FilesAdded = rewrite.Metrics.FilesAdded + added.Count, BytesAdded = rewrite.Metrics.BytesAdded + added.Sum(static f => f.Size) },
        };
    }

    private async Task<PreparedCommit> AgainAsync(Snapshot newest, CancellationToken ct)
    {
        await _writer.DiscardAsync().ConfigureAwait(false);
        return await PlanAsync(newest, ct).ConfigureAwait(false);
    }

    // Which source row each live row of the file matches; then whole rows of those that a clause may touch.
    private async Task<FileMatches?> FileAsync(AddFile file, bool[] matched, MergeEffect all, CancellationToken ct)
    {
        (List<long> places, List<int> numbers, DeletionVector deleted, long rowCount) = await PlacesAsync(file, matched, ct).ConfigureAwait(false);
        if (places.Count == 0)
        {
            return null;
        }

        MergeEffect effect = new();
        int seen = 0;
        await foreach (RecordBatch rows in TableScan.ReadRowsAsync(_table.Store, _layout, file, _layout.Schema.Fields, DeletionVector.Of(places), inside: true, ct).ConfigureAwait(false))
        {
            int[] inSource = [.. Enumerable.Range(0, rows.Length).Where(i => numbers[seen + i] >= 0)];
            int[] alone = [.. Enumerable.Range(0, rows.Length).Where(i => numbers[seen + i] < 0)];
            int start = seen;
            if (inSource.Length > 0 && _merge.WhenMatched.Count > 0)
            {
                RecordBatch beside = ArrayTake.Take(_source, inSource.Select(i => numbers[start + i]).ToArray());
                MergeClauses.Apply(_merge.WhenMatched, ArrayTake.Take(rows, inSource), beside, [.. inSource.Select(i => places[start + i])], _layout, effect);
            }

            if (alone.Length > 0)
            {
                MergeClauses.Apply(_merge.WhenNotMatchedBySource, ArrayTake.Take(rows, alone), null, [.. alone.Select(i => places[start + i])], _layout, effect);
            }

            seen += rows.Length;
        }

        all.Updated.AddRange(effect.Updated);
        all.Deleted.AddRange(effect.Deleted);
        return effect.Touched.Count == 0 ? null : new FileMatches(file, deleted, DeletionVector.Of(effect.Touched), rowCount);
    }

    private async Task<(List<long> Places, List<int> Numbers, DeletionVector Deleted, long RowCount)> PlacesAsync(AddFile file, bool[] matched, CancellationToken ct)
    {
        List<long> places = [];
        List<int> numbers = [];
        long rowCount = 0;
        DeletionVector deleted = await DeletionVectorFiles.ReadAsync(_table.Store, file.DeletionVector, ct).ConfigureAwait(false);
        Func<RowGroupBounds, bool>? skip = ReadsAll ? null : group => !_ranges.MayContain(new TableScan.FileBounds(_layout, file.PartitionValues, group));
        await foreach (FileRows rows in TableScan.ReadFileAsync(_table.Store, _layout, file, _keys.Fields, [], skip, n => rowCount = n, ct).ConfigureAwait(false))
        {
            int[] found = _keys.Find(rows.Rows);
            for (int i = 0; i < found.Length; i++)
            {
                long place = rows.FirstRow + i;
                if ((found[i] < 0 && !ReadsAll) || deleted.Contains(place))
                {
                    continue;
                }

                if (found[i] >= 0)
                {
                    matched[found[i]] = true;
                    CheckSingle(found[i]);
                }

                places.Add(place);
                numbers.Add(found[i]);
            }
        }

        return (places, numbers, deleted, rowCount);
    }

    private void CheckSingle(int number)
    {
        if (_keys.IsDouble(number) && _merge.WhenMatched.Count > 0)
        {
            throw new ConstraintViolationException($"Several rows of the MERGE source match one row of the table (key columns {string.Join(", ", _merge.KeyColumns)}, first at source row {number + 1}). Keep only the source row that shall win.");
        }
    }

    private List<RecordBatch> Inserts(bool[] matched)
    {
        int[] rows = [.. Enumerable.Range(0, _source.Length).Where(i => !matched[_keys.FirstOf(i)])];
        return rows.Length == 0 || _merge.WhenNotMatched.Count == 0 ? [] : [.. MergeClauses.Inserts(_merge.WhenNotMatched, ArrayTake.Take(_source, rows), _layout)];
    }

    private Task<IReadOnlyList<AddCdcFile>> WriteChangesAsync(MergeEffect all, List<RecordBatch> inserts, CancellationToken ct)
    {
        ChangeFileSet changes = new(_layout);
        foreach ((RecordBatch before, RecordBatch after) in all.Updated)
        {
            changes.Add(before, static _ => ChangeKind.UpdatePreimage);
            changes.Add(after, static _ => ChangeKind.UpdatePostimage);
        }

        all.Deleted.ForEach(rows => changes.Add(rows, static _ => ChangeKind.Delete));
        inserts.ForEach(rows => changes.Add(rows, static _ => ChangeKind.Insert));
        return changes.WriteAsync(_writer, ct);
    }

    private static RecordBatch Concatenated(IReadOnlyList<RecordBatch> batches)
    {
        RecordBatch[] some = [.. batches.Where(static b => b.Length > 0)];
        return some.Length switch
        {
            0 => batches.Count > 0 ? batches[0] : new RecordBatch(new Apache.Arrow.Schema([], null), [], 0),
            1 => some[0],
            _ => new RecordBatch(some[0].Schema, Enumerable.Range(0, some[0].ColumnCount).Select(c => ArrowArrayConcatenator.Concatenate([.. some.Select(b => b.Column(b.Schema.GetFieldIndex(some[0].Schema.GetFieldByIndex(c).Name)))])), some.Sum(static b => b.Length)),
        };
    }
}
