using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>The live rows of one file that a change touches.</summary>
/// <param name="File">The file as the snapshot has it.</param>
/// <param name="Deleted">Rows that were deleted before.</param>
/// <param name="Touched">Live rows that the change removes or replaces; never empty.</param>
/// <param name="RowCount">Physical rows of the file.</param>
internal sealed record FileMatches(AddFile File, DeletionVector Deleted, DeletionVector Touched, long RowCount)
{
    /// <summary>All live rows of the file, or null if there are none.</summary>
    public static FileMatches? Whole(AddFile file, DeletionVector deleted, long rowCount) =>
        rowCount == deleted.Cardinality ? null : new FileMatches(file, deleted, DeletionVector.All(rowCount).Except(deleted), rowCount);

    /// <summary>What is deleted after the change.</summary>
    public DeletionVector After { get; } = Deleted.Union(Touched);

    /// <summary>Whether no live row is left.</summary>
    public bool IsWholeFile => After.Cardinality == RowCount;

    /// <summary>The action that takes the file, with the vector it had, out of the table.</summary>
    public RemoveFile Remove(long now) => RemoveOf(File, now, dataChange: true);

    /// <summary>The action that puts the file back with its new vector.</summary>
    public AddFile AddBack(DeletionVectorDescriptor vector) => File with
    {
        DataChange = true,
        DeletionVector = vector,
        Stats = File.Stats is string stats ? ColumnStats.Loosened(stats) : ColumnStats.CountOnly(RowCount),
    };

    public static RemoveFile RemoveOf(AddFile file, long now, bool dataChange) => new(file.Path, dataChange)
    {
        DeletionTimestamp = now,
        ExtendedFileMetadata = true,
        PartitionValues = file.PartitionValues,
        Size = file.Size,
        Tags = file.Tags,
        DeletionVector = file.DeletionVector,
        BaseRowId = file.BaseRowId,
        DefaultRowCommitVersion = file.DefaultRowCommitVersion,
    };
}

/// <summary>Looks keys up in the files of a snapshot.</summary>
internal static class KeyLookup
{
    /// <summary>The files that hold live rows of the first <paramref name="count"/> keys; marks the keys found.</summary>
    public static async Task<List<FileMatches>> FindAsync(DeltaTable table, TableLayout layout, IEnumerable<AddFile> candidates, KeyTable keys, KeyRanges ranges, int count, bool[] found, CancellationToken ct)
    {
        List<FileMatches> matches = [];
        foreach (AddFile file in candidates)
        {
            if (await FindInFileAsync(table, layout, file, keys, ranges, count, found, ct).ConfigureAwait(false) is FileMatches match)
            {
                matches.Add(match);
            }
        }

        return matches;
    }

    private static async Task<FileMatches?> FindInFileAsync(DeltaTable table, TableLayout layout, AddFile file, KeyTable keys, KeyRanges ranges, int count, bool[] found, CancellationToken ct)
    {
        List<long> rows = [];
        DeletionVector deleted = await DeletionVectorFiles.ReadAsync(table.Store, file.DeletionVector, ct).ConfigureAwait(false);
        Stream stream = await DataFiles.OpenAsync(table.Store, file.Path, ct).ConfigureAwait(false);
        List<StructField> stored = [.. keys.Fields.Where(f => !layout.IsPartition(f))];
        using ParquetFileReader reader = ParquetFileReader.Open(stream, stored, layout.Mapping, DataFiles.Printable(file.Path));
        ((NamedFile)file).CheckColumns(layout, reader);
        foreach (FileRows batch in reader.Read(g => !ranges.MayContain(new TableScan.FileBounds(layout, file.PartitionValues, g)), ct))
        {
            RecordBatch probe = stored.Count == keys.Fields.Count ? batch.Rows : TableScan.AddPartitions(batch.Rows, keys.Fields, stored, file.PartitionValues, layout);
            int[] numbers = keys.Find(probe);
            for (int i = 0; i < numbers.Length; i++)
            {
                if (numbers[i] >= 0 && numbers[i] < count && !(deleted.Cardinality > 0 && deleted.Contains(batch.FirstRow + i)))
                {
                    rows.Add(batch.FirstRow + i);
                    found[numbers[i]] = true;
                }
            }
        }

        return rows.Count == 0 ? null : new FileMatches(file, deleted, DeletionVector.Of(rows), reader.RowCount);
    }
}
