using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using ParquetSharp;

namespace CryptoInsight.Delta.Data;

/// <summary>What the footer says about the columns of one row group.</summary>
internal sealed class RowGroupBounds(RowGroupMetaData group, RowGroupBounds.FileFacts file, long firstRow) : IColumnBounds
{
    // Writes instants of microseconds as bounds in milliseconds, and orders text by UTF-16.
    private const string MistrustedWriter = "Parquet.Net";

    /// <summary>The file's number of the group's first row.</summary>
    public long FirstRow => firstRow;

    /// <summary>Rows in the group.</summary>
    public long RowCount => group.NumRows;

    public ColumnBounds Of(StructField column)
    {
        int at = file.IndexOf(column);
        if (at < 0)
        {
            return ColumnBounds.Unknown;
        }

        if (file.Stored[at] is not Apache.Arrow.Field stored)
        {
            return ColumnBounds.OnlyNulls;
        }

        if (file.Leaves[at] < 0 || file.CreatedBy?.StartsWith(MistrustedWriter, StringComparison.OrdinalIgnoreCase) == true)
        {
            return ColumnBounds.Unknown;
        }

        using ColumnChunkMetaData chunk = group.GetColumnChunkMetaData(file.Leaves[at]);
        using Statistics? statistics = chunk.IsStatsSet ? chunk.Statistics : null;
        if (statistics is null)
        {
            return ColumnBounds.Unknown;
        }

        if (statistics.NullCount == group.NumRows)
        {
            return ColumnBounds.OnlyNulls;
        }

        Value? min = statistics.HasMinMax ? Convert(statistics.MinUntyped, stored.DataType, column.Type) : null;
        Value? max = statistics.HasMinMax ? Convert(statistics.MaxUntyped, stored.DataType, column.Type) : null;
        return new ColumnBounds(min, max, statistics.NullCount == 0 ? NullState.None : NullState.Some);
    }

    /// <summary>What all row groups of a file share: per wanted column the stored field and its leaf, null and -1 where the file lacks it.</summary>
    internal sealed record FileFacts(string? CreatedBy, IReadOnlyList<StructField> Fields, IReadOnlyList<Apache.Arrow.Field?> Stored, IReadOnlyList<int> Leaves)
    {
        public int IndexOf(StructField column)
        {
            for (int i = 0; i < Fields.Count; i++)
            {
                if (Fields[i].Name == column.Name)
                {
                    return i;
                }
            }

            return -1;
        }
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
