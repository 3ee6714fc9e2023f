using Apache.Arrow;
using Apache.Arrow.Ipc;
using CryptoInsight.Delta.Schema;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace CryptoInsight.Delta.Data;

/// <summary>Rows of one data file that lie together: the row with index 0 is row <paramref name="FirstRow"/> of the file.</summary>
internal sealed record FileRows(long FirstRow, RecordBatch Rows);

/// <summary>Reads the wanted columns of one Parquet file as batches in the table's types, row group by row group.</summary>
/// <remarks>Holds one row group's compressed pages and one batch. Page checksums are verified where the writer left some.
/// Columns that the file lacks are null. INT96 instants are read as microseconds, so years beyond 2262 survive.</remarks>
internal sealed class ParquetFileReader : IDisposable
{
    private const int BatchRows = 1 << 16;

    private static readonly ReaderProperties Verifying = MakeReaderProperties();

    private readonly FileReader _reader;
    private readonly ParquetSharp.ParquetFileReader _parquet;
    private readonly FileMetaData _footer;
    private readonly RowGroupBounds.FileFacts _facts;
    private readonly IReadOnlyList<StructField> _fields;
    private readonly ColumnMappingMode _mapping;
    private readonly Apache.Arrow.Schema _schema;
    private readonly int[] _fileFields;
    private readonly int[] _leaves;
    private readonly string _file;

    private ParquetFileReader(FileReader reader, IReadOnlyList<StructField> fields, ColumnMappingMode mapping, string file)
    {
        _reader = reader;
        _fields = fields;
        _mapping = mapping;
        _file = file;
        _schema = new Apache.Arrow.Schema([.. fields.Select(ArrowTypes.ToArrow)], null);
        _parquet = reader.ParquetReader;
        _footer = _parquet.FileMetaData;
        IReadOnlyList<Field> found = reader.Schema.FieldsList;
        _fileFields = [.. fields.Select(f => ArrowTypes.IsVoid(f.Type) ? -1 : ArrayShaper.IndexOf(found, f, mapping))];
        SchemaManifest manifest = reader.SchemaManifest;
        _leaves = LeavesOf(manifest, _fileFields);
        _facts = new RowGroupBounds.FileFacts(_footer.CreatedBy, fields, [.. _fileFields.Select(f => f < 0 ? null : found[f])], [.. _fileFields.Select(f => f < 0 ? -1 : manifest.SchemaField(f).ColumnIndex)]);
    }

    /// <summary>Rows in the file, by its footer.</summary>
    public long RowCount => _footer.NumRows;

    /// <summary>Whether this engine wrote the file.</summary>
    public bool IsOurs => _footer.CreatedBy?.StartsWith(ParquetFileWriter.CreatedBy, StringComparison.Ordinal) == true;

    /// <summary>The wanted columns that the file lacks.</summary>
    public IEnumerable<StructField> Absent => _fields.Where((f, i) => _fileFields[i] < 0 && !ArrowTypes.IsVoid(f.Type));

    /// <summary>Opens the file over a seekable stream, which the reader then owns.</summary>
    /// <param name="stream">The file's bytes.</param>
    /// <param name="fields">The columns wanted, in the order wanted.</param>
    /// <param name="mapping">How columns are found.</param>
    /// <param name="file">The file's name, for messages.</param>
    public static ParquetFileReader Open(Stream stream, IReadOnlyList<StructField> fields, ColumnMappingMode mapping, string file)
    {
        try
        {
            using ArrowReaderProperties arrow = ArrowReaderProperties.GetDefault();
            arrow.UseThreads = false;
            arrow.BatchSize = BatchRows;

            // Pre-buffering reads on native threads that may drop the file after its managed side is gone: under load that ends the process in a finalizer.
            arrow.PreBuffer = false;
            arrow.CoerceInt96TimestampUnit = Apache.Arrow.Types.TimeUnit.Microsecond;
            return new ParquetFileReader(new FileReader(stream, Verifying, arrow, leaveOpen: false), fields, mapping, file);
        }
        catch (ParquetException e)
        {
            stream.Dispose();
            throw Damaged(file, e);
        }
    }

    /// <summary>The rows of every row group, in the file's order.</summary>
    /// <param name="skip">Row groups that need not be read, or null.</param>
    /// <param name="ct">Ends the reading between batches.</param>
    public IEnumerable<FileRows> Read(Func<RowGroupBounds, bool>? skip, CancellationToken ct)
    {
        long firstRow = 0;
        for (int g = 0; g < _footer.NumRowGroups; g++)
        {
            long rows;
            bool skipped;
            using (RowGroupReader group = _parquet.RowGroup(g))
            {
                rows = group.MetaData.NumRows;
                skipped = skip is not null && skip(new RowGroupBounds(group.MetaData, _facts, firstRow));
            }

            if (!skipped)
            {
                long expected = firstRow;
                foreach (FileRows batch in ReadGroup(g, firstRow, rows, ct))
                {
                    expected += batch.Rows.Length;
                    yield return batch;
                }

                if (expected != firstRow + rows)
                {
                    throw new CorruptTableException($"Row group {g} of '{_file}' has {expected - firstRow} rows, its footer says {rows}. The file is damaged: restore it from a backup or remove its rows from the table.");
                }
            }

            firstRow += rows;
        }

        if (firstRow != _footer.NumRows)
        {
            throw new CorruptTableException($"The row groups of '{_file}' have {firstRow} rows, its footer says {_footer.NumRows}. The file is damaged: restore it from a backup or remove its rows from the table.");
        }
    }

    public void Dispose()
    {
        // Everything that the native file hangs on goes now, on this thread: none of it may be left to finalizers.
        _footer.Dispose();
        _parquet.Dispose();
        _reader.Dispose();
    }

    private IEnumerable<FileRows> ReadGroup(int group, long firstRow, long rows, CancellationToken ct)
    {
        if (_leaves.Length == 0)
        {
            // No column of the file is wanted: only the number of rows is.
            for (long done = 0; done < rows; done += BatchRows)
            {
                yield return new FileRows(firstRow + done, Shaped(null, (int)Math.Min(BatchRows, rows - done)));
            }

            yield break;
        }

        using IArrowArrayStream stream = OpenGroup(group);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            RecordBatch? raw = Next(stream);
            if (raw is null)
            {
                yield break;
            }

            yield return new FileRows(firstRow, Shaped(raw, raw.Length));
            firstRow += raw.Length;
        }
    }

    private IArrowArrayStream OpenGroup(int group)
    {
        try
        {
            return _reader.GetRecordBatchReader([group], _leaves);
        }
        catch (ParquetException e)
        {
            throw Damaged(_file, e);
        }
    }

    private RecordBatch? Next(IArrowArrayStream stream)
    {
        try
        {
            // The native stream decodes on the calling thread; the task it returns is complete.
#pragma warning disable RS0030
            return stream.ReadNextRecordBatchAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
#pragma warning restore RS0030
        }
        catch (Exception e) when (e is ParquetException or InvalidDataException || e.GetType() == typeof(Exception))
        {
            // The stream reports what the native reader found (a bad page, a wrong checksum) as a bare Exception.
            throw Damaged(_file, e);
        }
    }

    private RecordBatch Shaped(RecordBatch? raw, int length)
    {
        // The native reader gives the chosen columns in the order of the file.
        int[] present = [.. _fileFields.Where(f => f >= 0).Distinct().Order()];
        IArrowArray[] columns = new IArrowArray[_fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            int at = _fileFields[i] < 0 ? -1 : System.Array.BinarySearch(present, _fileFields[i]);
            columns[i] = at < 0
                ? FilledArrays.Nulls(_schema.GetFieldByIndex(i).DataType, length)
                : ArrayShaper.Shape(raw!.Column(at), _fields[i].Type, _mapping);
        }

        return new RecordBatch(_schema, columns, length);
    }

    private static int[] LeavesOf(SchemaManifest manifest, int[] fileFields)
    {
        SortedSet<int> leaves = [];
        foreach (int f in fileFields.Where(f => f >= 0))
        {
            Collect(manifest.SchemaField(f), leaves);
        }

        return [.. leaves];
    }

    private static void Collect(SchemaField field, SortedSet<int> leaves)
    {
        if (field.ColumnIndex >= 0)
        {
            leaves.Add(field.ColumnIndex);
        }

        foreach (SchemaField child in field.Children)
        {
            Collect(child, leaves);
        }
    }

    private static CorruptTableException Damaged(string file, Exception e) =>
        new($"The data file '{file}' cannot be read as Parquet: its bytes are damaged or not Parquet at all. Restore the file from a backup, or remove its rows from the table (RESTORE, DELETE).", e);

    private static ReaderProperties MakeReaderProperties()
    {
        ReaderProperties properties = ReaderProperties.GetDefaultReaderProperties();
        properties.EnablePageChecksumVerification();
        return properties;
    }
}
