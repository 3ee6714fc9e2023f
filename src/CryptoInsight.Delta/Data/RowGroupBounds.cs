using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace CryptoInsight.Delta.Data;

/// <summary>What the footer says about the columns of one row group.</summary>
internal sealed class RowGroupBounds(RowGroupMetaData group, FileReader reader, IReadOnlyList<StructField> fields, int[] fileFields, long firstRow) : IColumnBounds
{
    /// <summary>The file's number of the group's first row.</summary>
    public long FirstRow => firstRow;

    /// <summary>Rows in the group.</summary>
    public long RowCount => group.NumRows;

    // Writes instants of microseconds as bounds in milliseconds, and orders text by UTF-16.
    private const string MistrustedWriter = "Parquet.Net";

    public ColumnBounds Of(StructField column)
    {
        int at = -1;
        for (int i = 0; i < fields.Count && at < 0; i++)
        {
            at = ReferenceEquals(fields[i], column) || fields[i].Name == column.Name ? fileFields[i] : -1;
            if (at < 0 && fields[i].Name == column.Name)
            {
                return ColumnBounds.OnlyNulls;
            }
        }

        if (at < 0 || reader.SchemaManifest.SchemaField(at) is not { ColumnIndex: >= 0 and int leaf })
        {
            return ColumnBounds.Unknown;
        }

        using ColumnChunkMetaData chunk = group.GetColumnChunkMetaData(leaf);
        if (!chunk.IsStatsSet || reader.ParquetReader.FileMetaData.CreatedBy?.StartsWith(MistrustedWriter, StringComparison.OrdinalIgnoreCase) == true)
        {
            return ColumnBounds.Unknown;
        }

        using Statistics? statistics = chunk.Statistics;
        if (statistics is null)
        {
            return ColumnBounds.Unknown;
        }

        if (statistics.NullCount == group.NumRows)
        {
            return ColumnBounds.OnlyNulls;
        }

        Value? min = statistics.HasMinMax ? Convert(statistics.MinUntyped, reader.Schema.GetFieldByIndex(at).DataType, column.Type) : null;
        Value? max = statistics.HasMinMax ? Convert(statistics.MaxUntyped, reader.Schema.GetFieldByIndex(at).DataType, column.Type) : null;
        return new ColumnBounds(min, max, statistics.NullCount == 0 ? NullState.None : NullState.Some);
    }

    // Only the encodings that this engine and its peers write every day; all others say nothing and the row group is read.
    private static Value? Convert(object bound, Apache.Arrow.Types.IArrowType stored, DataType type) => (type, bound) switch
    {
        (PrimitiveType { Name: "long" or "integer" or "short" or "byte" }, long v) when stored is Apache.Arrow.Types.Int64Type => Value.Of(v),
        (PrimitiveType { Name: "long" or "integer" or "short" or "byte" }, int v) when stored is Apache.Arrow.Types.Int32Type or Apache.Arrow.Types.Int16Type or Apache.Arrow.Types.Int8Type => Value.Of(v),
        (PrimitiveType { Name: "date" }, int v) when stored is Apache.Arrow.Types.Date32Type => Value.Of(v),
        (PrimitiveType { Name: "timestamp" or "timestamp_ntz" }, long v) when stored is Apache.Arrow.Types.TimestampType t => t.Unit switch
        {
            Apache.Arrow.Types.TimeUnit.Microsecond => Value.Of(v),
            Apache.Arrow.Types.TimeUnit.Millisecond when Math.Abs(v) < long.MaxValue / 1000 => Value.Of(v * 1000),
            _ => null,
        },
        (PrimitiveType { Name: "double" or "float" }, double v) when !double.IsNaN(v) => Value.Of(v),
        (PrimitiveType { Name: "double" or "float" }, float v) when !float.IsNaN(v) => Value.Of((double)v),
        (PrimitiveType { Name: "string" }, ByteArray v) => Value.Of(ToBytes(v)),
        _ => null,
    };

    private static unsafe byte[] ToBytes(ByteArray v) => new ReadOnlySpan<byte>((void*)v.Pointer, v.Length).ToArray();
}
