using System.Runtime.CompilerServices;
using System.Text;
using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Operations;

/// <summary>Turns commits into row changes.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Reader Requirements for AddCDCFile".</remarks>
internal sealed class ChangeFeedReader(DeltaTable table)
{
    internal const string ChangeTypeColumn = "_change_type";

    private static readonly StructField ChangeType = new(ChangeTypeColumn, DataType.String);

    public async IAsyncEnumerable<ChangeBatch> ReadAsync(long fromExclusive, long toInclusive, IReadOnlyList<string>? columns, [EnumeratorCancellation] CancellationToken ct)
    {
        if (toInclusive <= fromExclusive)
        {
            yield break;
        }

        Snapshot end = await table.SnapshotAtAsync(toInclusive, ct).ConfigureAwait(false);
        TableLayout layout = TableLayout.Of(end);
        IReadOnlyList<StructField> fields = TableScan.Fields(layout, columns);
        for (long version = fromExclusive + 1; version <= toInclusive; version++)
        {
            LogCommit commit = await table.Log.CommitAtAsync(version, ct).ConfigureAwait(false)
                ?? throw new VersionNotFoundException($"Version {version} of the table at {table.Store.Root} is no longer in the log, so its changes cannot be read. Start again from a snapshot.");
            IAsyncEnumerable<ChangeBatch> changes = commit.ChangeFiles.Count > 0
                ? FromChangeFilesAsync(commit, layout, fields, ct)
                : FromFileActionsAsync(commit, layout, fields, ct);
            await foreach (ChangeBatch batch in changes.ConfigureAwait(false))
            {
                yield return batch;
            }
        }
    }

    private async IAsyncEnumerable<ChangeBatch> FromChangeFilesAsync(LogCommit commit, TableLayout layout, IReadOnlyList<StructField> fields, [EnumeratorCancellation] CancellationToken ct)
    {
        StructField[] withType = [.. fields, ChangeType];
        foreach (AddCdcFile file in commit.ChangeFiles)
        {
            await foreach (FileRows rows in TableScan.ReadFileAsync(table.Store, layout, new NamedFile(file.Path, file.PartitionValues), withType, [], null, null, ct).ConfigureAwait(false))
            {
                foreach ((ChangeKind kind, RecordBatch batch) in ByKind(rows.Rows, commit.Version))
                {
                    yield return new ChangeBatch(commit.Version, kind, batch);
                }
            }
        }
    }

    private static IEnumerable<(ChangeKind Kind, RecordBatch Rows)> ByKind(RecordBatch rows, long version)
    {
        StringArray types = (StringArray)rows.Column(rows.ColumnCount - 1);
        List<int>[] picked = [[], [], [], []];
        for (int i = 0; i < rows.Length; i++)
        {
            picked[(int)Kind(types, i, version)].Add(i);
        }

        RecordBatch data = new(new Apache.Arrow.Schema([.. rows.Schema.FieldsList.Take(rows.ColumnCount - 1)], null), rows.Arrays.Take(rows.ColumnCount - 1), rows.Length);
        for (int kind = 0; kind < picked.Length; kind++)
        {
            if (picked[kind].Count > 0)
            {
                yield return ((ChangeKind)kind, picked[kind].Count == rows.Length ? data : ArrayTake.Take(data, picked[kind].ToArray()));
            }
        }
    }

    private static ChangeKind Kind(StringArray types, int row, long version)
    {
        ReadOnlySpan<byte> text = types.GetBytes(row);
        return text.SequenceEqual("insert"u8) ? ChangeKind.Insert
            : text.SequenceEqual("update_preimage"u8) ? ChangeKind.UpdatePreimage
            : text.SequenceEqual("update_postimage"u8) ? ChangeKind.UpdatePostimage
            : text.SequenceEqual("delete"u8) ? ChangeKind.Delete
            : throw new CorruptTableException($"A change file of version {version} has a row whose {ChangeTypeColumn} is none of the four that the protocol knows.");
    }

    /// <summary>The schema of a table's change files: the data columns, then the kind.</summary>
    internal static Apache.Arrow.Schema FileSchema(TableLayout layout) =>
        new([.. layout.FileSchema.Value.FieldsList, new Field(ChangeTypeColumn, Apache.Arrow.Types.StringType.Default, false)], null);

    /// <summary>The text of a kind in change files.</summary>
    internal static byte[] TextOf(ChangeKind kind) => Encoding.ASCII.GetBytes(kind switch
    {
        ChangeKind.Insert => "insert",
        ChangeKind.UpdatePreimage => "update_preimage",
        ChangeKind.UpdatePostimage => "update_postimage",
        _ => "delete",
    });

    private async IAsyncEnumerable<ChangeBatch> FromFileActionsAsync(LogCommit commit, TableLayout layout, IReadOnlyList<StructField> fields, [EnumeratorCancellation] CancellationToken ct)
    {
        Dictionary<string, RemoveFile> removed = new(StringComparer.Ordinal);
        foreach (RemoveFile remove in commit.Removes.Where(static r => r.DataChange))
        {
            removed[TablePath.Canonical(remove.Path, table.Store.Root)] = remove;
        }

        foreach (AddFile add in commit.Adds.Where(static a => a.DataChange))
        {
            DeletionVector now = await DeletionVectorFiles.ReadAsync(table.Store, add.DeletionVector, ct).ConfigureAwait(false);
            if (removed.Remove(TablePath.Canonical(add.Path, table.Store.Root), out RemoveFile? before))
            {
                // The same file with another vector: only the rows between the two changed.
                DeletionVector then = await DeletionVectorFiles.ReadAsync(table.Store, before.DeletionVector, ct).ConfigureAwait(false);
                await foreach (ChangeBatch b in RowsAsync(commit, ChangeKind.Delete, add.Path, add.PartitionValues, now.Except(then), true, layout, fields, ct).ConfigureAwait(false))
                {
                    yield return b;
                }

                await foreach (ChangeBatch b in RowsAsync(commit, ChangeKind.Insert, add.Path, add.PartitionValues, then.Except(now), true, layout, fields, ct).ConfigureAwait(false))
                {
                    yield return b;
                }
            }
            else
            {
                await foreach (ChangeBatch b in RowsAsync(commit, ChangeKind.Insert, add.Path, add.PartitionValues, now, false, layout, fields, ct).ConfigureAwait(false))
                {
                    yield return b;
                }
            }
        }

        foreach (RemoveFile gone in removed.Values)
        {
            DeletionVector then = await DeletionVectorFiles.ReadAsync(table.Store, gone.DeletionVector, ct).ConfigureAwait(false);
            IReadOnlyDictionary<string, string?> values = gone.PartitionValues ?? await PartitionValuesBeforeAsync(commit.Version, gone, layout, ct).ConfigureAwait(false);
            await foreach (ChangeBatch b in RowsAsync(commit, ChangeKind.Delete, gone.Path, values, then, false, layout, fields, ct).ConfigureAwait(false))
            {
                yield return b;
            }
        }
    }

    private async IAsyncEnumerable<ChangeBatch> RowsAsync(LogCommit commit, ChangeKind kind, string path, IReadOnlyDictionary<string, string?> values, DeletionVector vector, bool inside, TableLayout layout, IReadOnlyList<StructField> fields, [EnumeratorCancellation] CancellationToken ct)
    {
        if (inside && vector.Cardinality == 0)
        {
            yield break;
        }

        await foreach (RecordBatch rows in TableScan.ReadRowsAsync(table.Store, layout, new NamedFile(path, values), fields, vector, inside, ct).ConfigureAwait(false))
        {
            yield return new ChangeBatch(commit.Version, kind, rows);
        }
    }

    // Old writers left the partition values out of remove actions: the version before still has the add.
    private async Task<IReadOnlyDictionary<string, string?>> PartitionValuesBeforeAsync(long version, RemoveFile remove, TableLayout layout, CancellationToken ct)
    {
        if (layout.PartitionFields.Count == 0)
        {
            return new Dictionary<string, string?>();
        }

        Snapshot before = await table.SnapshotAtAsync(version - 1, ct).ConfigureAwait(false);
        return before.FindFile(remove.Path)?.PartitionValues
            ?? throw new CorruptTableException($"Version {version} of the table at {table.Store.Root} removes a file that version {version - 1} does not have, without its partition values: its rows cannot be told.");
    }
}
