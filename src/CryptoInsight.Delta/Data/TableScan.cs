using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Data;

/// <summary>Reads rows of a table's files: partition values added, deleted rows left out, filtered exactly.</summary>
internal static class TableScan
{
    /// <summary>The columns in the order asked for; null: all, in the schema's order.</summary>
    public static IReadOnlyList<StructField> Fields(TableLayout layout, IReadOnlyList<string>? columns) =>
        columns is null ? layout.Schema.Fields : [.. columns.Select(layout.Field)];

    /// <summary>Files up to this size are decoded whole where several are read at once.</summary>
    public const long SmallFileBytesMax = 4L << 20;

    /// <summary>The live rows of the files, in the order of the files; some small files are decoded ahead of the consumer if the width is above 1.</summary>
    public static async IAsyncEnumerable<RecordBatch> ReadAsync(IObjectStore store, TableLayout layout, IEnumerable<AddFile> files, IReadOnlyList<StructField> fields, BoundPredicate? predicate, int width, [EnumeratorCancellation] CancellationToken ct)
    {
        List<StructField> extra = predicate is null ? [] : [.. predicate.Columns()];
        IAsyncEnumerable<RecordBatch> OneAsync(AddFile file, CancellationToken token) => ReadOneAsync(store, layout, file, fields, extra, predicate, token);
        async Task<(AddFile File, List<RecordBatch>? Rows)> WholeAsync(AddFile file, CancellationToken token) =>
            (file, width > 1 && file.Size <= SmallFileBytesMax ? await OneAsync(file, token).ToListAsync(token).ConfigureAwait(false) : null);
        await foreach ((AddFile file, List<RecordBatch>? rows) in ReadAhead.RunAsync(files, width, WholeAsync, ct).ConfigureAwait(false))
        {
            await foreach (RecordBatch batch in (rows?.ToAsyncEnumerable() ?? OneAsync(file, ct)).ConfigureAwait(false))
            {
                yield return batch;
            }
        }
    }

    private static async IAsyncEnumerable<RecordBatch> ReadOneAsync(IObjectStore store, TableLayout layout, AddFile file, IReadOnlyList<StructField> fields, List<StructField> extra, BoundPredicate? predicate, [EnumeratorCancellation] CancellationToken ct)
    {
        Func<RowGroupBounds, bool>? skip = predicate is null ? null : group => !Maybe.True(predicate, new FileBounds(layout, file.PartitionValues, group));
        DeletionVector deleted = await DeletionVectorFiles.ReadAsync(store, file.DeletionVector, ct).ConfigureAwait(false);
        await foreach (FileRows rows in ReadFileAsync(store, layout, file, fields, extra, skip, null, ct).ConfigureAwait(false))
        {
            if (Filtered(rows, fields, deleted, predicate) is RecordBatch batch)
            {
                yield return batch;
            }
        }
    }

    /// <summary>Chosen rows of one file: only those that the vector names (<paramref name="inside"/>), or all but those.</summary>
    public static async IAsyncEnumerable<RecordBatch> ReadRowsAsync(IObjectStore store, TableLayout layout, NamedFile named, IReadOnlyList<StructField> fields, DeletionVector vector, bool inside, [EnumeratorCancellation] CancellationToken ct)
    {
        Func<RowGroupBounds, bool>? skip = inside ? group => !vector.MayTouch(group.FirstRow, group.RowCount) : null;
        await foreach (FileRows rows in ReadFileAsync(store, layout, named, fields, [], skip, null, ct).ConfigureAwait(false))
        {
            int[]? picked = vector.Pick(rows.FirstRow, rows.Rows.Length, inside);
            if (picked is null)
            {
                yield return rows.Rows;
            }
            else if (picked.Length > 0)
            {
                yield return ArrayTake.Take(rows.Rows, picked);
            }
        }
    }

    /// <summary>All physical rows of one file, deleted ones too, with their places, row groups that may be skipped left out.</summary>
    /// <remarks>The batches have the wanted fields first, then the extra ones that are not among them.</remarks>
    public static async IAsyncEnumerable<FileRows> ReadFileAsync(IObjectStore store, TableLayout layout, NamedFile named, IReadOnlyList<StructField> fields, IReadOnlyList<StructField> extra, Func<RowGroupBounds, bool>? skip, Action<long>? rowCount, [EnumeratorCancellation] CancellationToken ct)
    {
        List<StructField> all = [.. fields];
        foreach (StructField needed in extra)
        {
            if (!all.Exists(f => f.Name == needed.Name))
            {
                all.Add(needed);
            }
        }

        List<StructField> stored = [.. all.Where(f => !layout.IsPartition(f))];
        string file = DataFiles.Printable(named.Path);
        Stream stream = await DataFiles.OpenAsync(store, named.Path, ct).ConfigureAwait(false);
        using ParquetFileReader reader = ParquetFileReader.Open(stream, stored, layout.Mapping, file);
        named.CheckColumns(layout, reader);
        rowCount?.Invoke(reader.RowCount);
        foreach (FileRows rows in reader.Read(skip, ct))
        {
            yield return all.Count == stored.Count ? rows : rows with { Rows = AddPartitions(rows.Rows, all, stored, named.PartitionValues, layout) };
        }
    }

    private static RecordBatch? Filtered(FileRows rows, IReadOnlyList<StructField> fields, DeletionVector deleted, BoundPredicate? predicate)
    {
        int[]? kept = deleted.Cardinality == 0 ? null : deleted.Pick(rows.FirstRow, rows.Rows.Length, deleted: false);
        if (predicate is not null)
        {
            int[] matches = PredicateEvaluator.Matches(predicate, rows.Rows);
            kept = kept is null ? matches : Intersection(kept, matches);
        }

        RecordBatch projected = Project(rows.Rows, fields.Count);
        return kept is null || kept.Length == projected.Length ? (projected.Length == 0 ? null : projected)
            : kept.Length == 0 ? null
            : ArrayTake.Take(projected, kept);
    }

    /// <summary>The first columns of a batch.</summary>
    public static RecordBatch Project(RecordBatch batch, int columns) =>
        batch.ColumnCount == columns ? batch
            : new RecordBatch(new Apache.Arrow.Schema([.. batch.Schema.FieldsList.Take(columns)], null), batch.Arrays.Take(columns), batch.Length);

    /// <summary>The wanted columns, those of the file from the batch and those of the partition repeated.</summary>
    public static RecordBatch AddPartitions(RecordBatch batch, IReadOnlyList<StructField> all, List<StructField> stored, IReadOnlyDictionary<string, string?> values, TableLayout layout)
    {
        Apache.Arrow.Schema schema = new([.. all.Select(ArrowTypes.ToArrow)], null);
        IArrowArray[] columns = new IArrowArray[all.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            int at = stored.IndexOf(all[i]);
            columns[i] = at >= 0 ? batch.Column(at) : PartitionValues.Column(FileStats.TextOf(values, layout.PhysicalName(all[i]), all[i]), all[i], batch.Length);
        }

        return new RecordBatch(schema, columns, batch.Length);
    }

    private static int[] Intersection(int[] a, int[] b)
    {
        List<int> both = new(Math.Min(a.Length, b.Length));
        for (int i = 0, j = 0; i < a.Length && j < b.Length;)
        {
            if (a[i] == b[j])
            {
                both.Add(a[i]);
                i++;
                j++;
            }
            else if (a[i] < b[j])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return [.. both];
    }

    /// <summary>Partition columns by the log, all others by the footer of one row group.</summary>
    internal sealed class FileBounds(TableLayout layout, IReadOnlyDictionary<string, string?> partitionValues, RowGroupBounds group) : IColumnBounds
    {
        public ColumnBounds Of(StructField column)
        {
            if (!layout.IsPartition(column))
            {
                return group.Of(column);
            }

            Value? value = PartitionValues.Parse(FileStats.TextOf(partitionValues, layout.PhysicalName(column), column), column);
            return value is Value v ? ColumnBounds.Single(v) : ColumnBounds.OnlyNulls;
        }
    }
}
