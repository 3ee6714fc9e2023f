using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Inserts, replaces and deletes rows by key in one commit.</summary>
/// <remarks>Files that cannot hold one of the keys are never opened; of the others only the key columns are read. New rows are written once; after a concurrent OPTIMIZE
/// only the old rows are looked for again. Nulls in keys equal each other.</remarks>
internal sealed class Upsert
{
    private readonly DeltaTable _table;
    private readonly CommitSpec _spec;
    private readonly TableLayout _base;
    private readonly TableLayout _layout;
    private readonly IReadOnlyList<DeltaAction> _schemaActions;
    private readonly List<RecordBatch> _inserts;
    private readonly List<RecordBatch> _upserts;
    private readonly KeyTable _keys;
    private readonly int _lookedFor;
    private readonly int _upsertCount;
    private readonly KeyRanges _ranges;
    private readonly DataFileWriter _writer;
    private List<AddFile> _newFiles = [];

    private Upsert(DeltaTable table, Snapshot snapshot, RowChanges changes, CommitSpec spec)
    {
        _table = table;
        _spec = spec;
        _base = TableLayout.Of(snapshot);
        SchemaEvolution evolution = SchemaEvolution.Of(snapshot, [.. changes.Upserts, .. changes.Inserts], SchemaModes.Checked(spec, SchemaMode.Merge), table.Options.NewId);
        _layout = evolution.Layout;
        _schemaActions = evolution.Actions;
        List<StructField> keyFields = [.. changes.KeyColumns.Select(_layout.Field)];
        if (keyFields.Count == 0)
        {
            throw new ArgumentException("A keyed change needs at least one key column.", nameof(changes));
        }

        _inserts = [.. changes.Inserts.Select(r => InputRows.Shape(r, _layout))];
        _upserts = [.. changes.Upserts.Select(r => InputRows.Shape(r, _layout))];
        List<RecordBatch> upsertKeys = [.. _upserts.Select(r => InputRows.ShapeKeys(r, keyFields))];
        List<RecordBatch> deleteKeys = [.. changes.Deletes.Select(r => InputRows.ShapeKeys(r, keyFields))];

        // Upserts and deletes come first: they are looked for. Inserts are only checked against double keys.
        _keys = new KeyTable(keyFields, [.. upsertKeys, .. deleteKeys, .. _inserts.Select(r => InputRows.ShapeKeys(r, keyFields))]);
        _upsertCount = upsertKeys.Sum(static b => b.Length);
        _lookedFor = _upsertCount + deleteKeys.Sum(static b => b.Length);
        _ranges = new KeyRanges(_keys, _lookedFor);
        _writer = new DataFileWriter(table, _layout, table.SmallFiles);
    }

    public static async Task<CommitOutcome> RunAsync(DeltaTable table, RowChanges changes, CommitSpec spec, CancellationToken ct)
    {
        Snapshot snapshot = table.Snapshot;
        ProtocolSupport.CheckWritable(snapshot.Protocol, snapshot.Metadata, snapshot.Schema, table.Store.Root);
        Upsert run = new(table, snapshot, changes, spec);
        run._newFiles = await run._writer.WriteAsync(PartitionSplit.Split([.. run._upserts, .. run._inserts], run._layout), dataChange: true, ct).ConfigureAwait(false);
        PreparedCommit commit = await run.PlanAsync(snapshot, ct).ConfigureAwait(false);
        return commit.Actions.Count == 0 && spec.Transactions.Count == 0
            ? new CommitOutcome.Nothing(snapshot.Version)
            : await Append.FinishAsync(table, commit, run._writer, ct).ConfigureAwait(false);
    }

    // Pure but for reading: run again on a newer snapshot it finds the same keys wherever their rows lie by then.
    private async Task<PreparedCommit> PlanAsync(Snapshot snapshot, CancellationToken ct)
    {
        bool[] found = new bool[_lookedFor];
        List<AddFile> candidates = _lookedFor == 0 ? [] : Candidates(snapshot);
        List<FileMatches> matches = await KeyLookup.FindAsync(_table, _layout, candidates, _keys, _ranges, _lookedFor, found, ct).ConfigureAwait(false);
        FileRewrite rewrite = await FileRewrite.PrepareAsync(_table, _layout, _writer, matches, ct).ConfigureAwait(false);
        List<DeltaAction> actions = [.. _schemaActions, .. rewrite.Actions, .. _newFiles];
        if (_layout.ChangeFeedEnabled && matches.Count > 0)
        {
            actions.AddRange(await WriteChangesAsync(matches, found, ct).ConfigureAwait(false));
        }

        long added = _upserts.Concat(_inserts).Sum(static b => (long)b.Length);
        return new PreparedCommit(snapshot, actions, _spec)
        {
            Read = _lookedFor == 0 ? ReadSet.Nothing : new ReadSet { Files = [.. candidates.Select(static f => f.Path)], Covers = file => _ranges.MayContain(new FilePruning.FileBounds(_layout) { File = file }) },
            Rebase = async (newest, token) => _base.Fits(TableLayout.Of(newest)) ? await PlanAsync(newest, token).ConfigureAwait(false) : null,
            Metrics = rewrite.Metrics with { RowsAdded = added, FilesAdded = rewrite.Metrics.FilesAdded + _newFiles.Count, BytesAdded = rewrite.Metrics.BytesAdded + _newFiles.Sum(static f => f.Size) },
        };
    }

    private List<AddFile> Candidates(Snapshot snapshot)
    {
        List<AddFile> candidates = [];
        FilePruning.FileBounds bounds = new(_layout);
        foreach (AddFile file in snapshot.Files)
        {
            bounds.File = file;
            if (_ranges.MayContain(bounds))
            {
                candidates.Add(file);
            }
        }

        return candidates;
    }

    private async Task<IReadOnlyList<AddCdcFile>> WriteChangesAsync(List<FileMatches> matches, bool[] found, CancellationToken ct)
    {
        ChangeFileSet changes = new(_layout);
        bool[] hasPreimage = new bool[_upsertCount];
        foreach (FileMatches match in matches)
        {
            await foreach (RecordBatch rows in TableScan.ReadRowsAsync(_table.Store, _layout, match.File, _layout.Schema.Fields, match.Touched, inside: true, ct).ConfigureAwait(false))
            {
                // A key that the table held more than once: one row is replaced, the others are deleted.
                int[] numbers = _keys.Find(InputRows.ShapeKeys(rows, _keys.Fields));
                changes.Add(rows, i =>
                {
                    if (numbers[i] >= _upsertCount || hasPreimage[numbers[i]])
                    {
                        return ChangeKind.Delete;
                    }

                    hasPreimage[numbers[i]] = true;
                    return ChangeKind.UpdatePreimage;
                });
            }
        }

        int first = 0;
        foreach (RecordBatch batch in _upserts)
        {
            int start = first;
            changes.Add(batch, i => found[start + i] ? ChangeKind.UpdatePostimage : ChangeKind.Insert);
            first += batch.Length;
        }

        foreach (RecordBatch batch in _inserts)
        {
            changes.Add(batch, static _ => ChangeKind.Insert);
        }

        return await changes.WriteAsync(_writer, ct).ConfigureAwait(false);
    }
}
