using Apache.Arrow;
using CryptoInsight.Delta.Schema;
using ParquetSharp;
using ParquetSharp.Arrow;
using ParquetSharp.Schema;

namespace CryptoInsight.Delta.Data;

/// <summary>Writes record batches as one Parquet file: page checksums, bounded row groups, microsecond UTC timestamps.</summary>
/// <remarks>Buffers one row group at most. A batch must have exactly the columns of the schema that the file was opened with.</remarks>
internal sealed class ParquetFileWriter : IDisposable
{
    internal const string CreatedBy = "CryptoInsight.Delta";

    private static readonly ArrowWriterProperties ArrowProperties = MakeArrowProperties();

    private readonly FileWriter _writer;
    private readonly Apache.Arrow.Schema _schema;
    private readonly int _rowGroupRowsMax;
    private bool _buffered;

    public ParquetFileWriter(Stream stream, Apache.Arrow.Schema schema, WriterProperties properties, int rowGroupRowsMax)
    {
        _schema = schema;
        _rowGroupRowsMax = rowGroupRowsMax;
        _writer = new FileWriter(stream, schema, properties, ArrowProperties, leaveOpen: true);
    }

    /// <summary>The native properties for a table's columns; build once, share between files.</summary>
    public static WriterProperties PropertiesFor(IReadOnlyList<StructField> fields, ColumnMappingMode mapping, ParquetWriteOptions options)
    {
        using WriterPropertiesBuilder builder = new();
        builder.Version(ParquetVersion.PARQUET_2_6).EnablePageChecksum().CreatedBy(CreatedBy)
            .MaxRowGroupLength(options.RowGroupRowsMax).DataPagesize(options.PageBytesMax).EnableStoreDecimalAsInteger();
        switch (options.Compression)
        {
            case ParquetCompression.Snappy:
                builder.Compression(Compression.Snappy);
                break;
            case ParquetCompression.Zstd:
                builder.Compression(Compression.Zstd).CompressionLevel(options.ZstdLevel);
                break;
            default:
                builder.Compression(Compression.Uncompressed);
                break;
        }

        foreach (StructField field in fields)
        {
            bool? asked = options.Encodings.TryGetValue(field.Name, out ColumnEncoding e) ? e == ColumnEncoding.Dictionary : null;
            SetDictionary(builder, field.Type, [ColumnMapping.PhysicalName(field, mapping)], asked, mapping);
        }

        return builder.Build();
    }

    /// <summary>Appends the rows; one batch alone makes row groups without a copy, several small ones share row groups.</summary>
    public void Write(RecordBatch batch, bool isOnlyBatch = false)
    {
        if (batch.Length == 0)
        {
            return;
        }

        // The names and nullability that count are the file's; the arrays are the caller's.
        RecordBatch named = new(_schema, batch.Arrays, batch.Length);
        if (isOnlyBatch && !_buffered)
        {
            _writer.WriteRecordBatch(named, _rowGroupRowsMax);
        }
        else
        {
            _buffered = true;
            _writer.WriteBufferedRecordBatch(named);
        }
    }

    /// <summary>Writes the footer; the stream stays open.</summary>
    public void Finish() => _writer.Close();

    public void Dispose() => _writer.Dispose();

    private static void SetDictionary(WriterPropertiesBuilder builder, DataType type, string[] path, bool? asked, ColumnMappingMode mapping)
    {
        switch (type)
        {
            case StructType s:
                foreach (StructField f in s.Fields)
                {
                    SetDictionary(builder, f.Type, [.. path, ColumnMapping.PhysicalName(f, mapping)], asked, mapping);
                }

                break;
            case ArrayType a:
                SetDictionary(builder, a.ElementType, [.. path, "list", "element"], asked, mapping);
                break;
            case MapType m:
                SetDictionary(builder, m.KeyType, [.. path, "key_value", "key"], asked, mapping);
                SetDictionary(builder, m.ValueType, [.. path, "key_value", "value"], asked, mapping);
                break;
            default:
                using (ColumnPath column = new(path))
                {
                    _ = asked ?? HasFewValues(type) ? builder.EnableDictionary(column) : builder.DisableDictionary(column);
                }

                break;
        }
    }

    private static bool HasFewValues(DataType type) => type is PrimitiveType { Name: "string" or "date" or "long" or "integer" or "short" or "byte" };

    private static ArrowWriterProperties MakeArrowProperties()
    {
        using ArrowWriterPropertiesBuilder builder = new();
        return builder.EnableCompliantNestedTypes().UseThreads(false).Build();
    }
}
