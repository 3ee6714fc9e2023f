using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Domain.Market;
using CryptoInsight.Lake.Rows;

namespace CryptoInsight.Lake.Silver;

/// <summary>The columns that an operator added, to Arrow and back: kinds are few, so a value is boxed, and only where such a column is.</summary>
internal static class ExtraColumns
{
    private static readonly TimestampType s_timestamp = new(TimeUnit.Microsecond, "UTC");

    /// <summary>The same batch with the added columns of its rows behind the others.</summary>
    public static RecordBatch With(RecordBatch batch, IReadOnlyList<ExtraColumn> columns, IReadOnlyList<SilverCandle> rows)
    {
        if (columns.Count == 0)
        {
            return batch;
        }

        var fields = new List<Field>(batch.Schema.FieldsList);
        var arrays = new List<IArrowArray>(batch.Arrays);
        for (int i = 0; i < columns.Count; i++)
        {
            int at = i;
            (IArrowType type, IArrowArray values) = ArrayOf(columns[i].Type, rows.Select(r => r.Extra[at]), rows.Count);
            fields.Add(new Field(columns[i].Name, type, true));
            arrays.Add(values);
        }

        return new RecordBatch(new Schema(fields, null), arrays, batch.Length);
    }

    /// <summary>Reads the added columns of a batch row by row; a column that the batch lacks is null.</summary>
    public static Func<int, ExtraValues> Reader(RowReader reader, IReadOnlyList<ExtraColumn> columns)
    {
        if (columns.Count == 0)
        {
            return _ => ExtraValues.None;
        }

        Func<int, object?>[] cells = [.. columns.Select(c => Cell(reader, c))];
        var row = new object?[cells.Length];
        return i =>
        {
            for (int c = 0; c < cells.Length; c++)
            {
                row[c] = cells[c](i);
            }

            return ExtraValues.Of(row);
        };
    }

    private static Func<int, object?> Cell(RowReader reader, ExtraColumn column)
    {
        if (column.Type == DataType.String)
        {
            return reader.Text(column.Name);
        }

        if (column.Type == DataType.Double)
        {
            Func<int, double?> number = reader.Number(column.Name);
            return i => number(i);
        }

        if (column.Type == DataType.Long)
        {
            Func<int, long?> whole = reader.Long(column.Name);
            return i => whole(i);
        }

        if (column.Type == DataType.Integer)
        {
            Func<int, int?> small = reader.Int(column.Name);
            return i => small(i);
        }

        if (column.Type == DataType.Boolean)
        {
            Func<int, bool?> flag = reader.Flag(column.Name);
            return i => flag(i);
        }

        Func<int, UnixMicros?> time = reader.Time(column.Name);
        return i => time(i);
    }

    private static (IArrowType Type, IArrowArray Values) ArrayOf(DataType type, IEnumerable<object?> values, int count)
    {
        if (type == DataType.String)
        {
            return (StringType.Default, values.Aggregate(new StringArray.Builder().Reserve(count), (b, v) => v is string text ? b.Append(text) : b.AppendNull()).Build());
        }

        if (type == DataType.Double)
        {
            return (DoubleType.Default, values.Aggregate(new DoubleArray.Builder().Reserve(count), (b, v) => b.Append(v as double?)).Build());
        }

        if (type == DataType.Long)
        {
            return (Int64Type.Default, values.Aggregate(new Int64Array.Builder().Reserve(count), (b, v) => b.Append(v as long?)).Build());
        }

        if (type == DataType.Integer)
        {
            return (Int32Type.Default, values.Aggregate(new Int32Array.Builder().Reserve(count), (b, v) => b.Append(v as int?)).Build());
        }

        if (type == DataType.Boolean)
        {
            return (BooleanType.Default, values.Aggregate(new BooleanArray.Builder().Reserve(count), (b, v) => v is bool flag ? b.Append(flag) : b.AppendNull()).Build());
        }

        return (s_timestamp, Times(values, count));
    }

    private static TimestampArray Times(IEnumerable<object?> values, int count)
    {
        var micros = new ArrowBuffer.Builder<long>(count);
        var validity = new ArrowBuffer.BitmapBuilder(count);
        int nulls = 0;
        foreach (object? value in values)
        {
            micros.Append(value is UnixMicros time ? time.Value : 0);
            validity.Append(value is UnixMicros);
            nulls += value is UnixMicros ? 0 : 1;
        }

        return new TimestampArray(s_timestamp, micros.Build(), validity.Build(), count, nulls, 0);
    }
}
