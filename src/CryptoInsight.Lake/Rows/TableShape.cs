using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Schema;
using StructType = CryptoInsight.Delta.Schema.StructType;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Lake.Rows;

/// <summary>The columns of one table, declared once: from it come the Delta schema and the Arrow columns of rows of <typeparamref name="TRow"/>.</summary>
/// <remarks>Building is column by column over the whole batch: one typed builder, no boxing.</remarks>
internal sealed class TableShape<TRow>
{
    private static readonly TimestampType s_timestamp = new(TimeUnit.Microsecond, "UTC");

    private readonly List<StructField> _fields = [];
    private readonly List<Field> _arrowFields = [];
    private readonly List<Func<IReadOnlyList<TRow>, IArrowArray>> _build = [];

    /// <summary>The Delta schema, columns in the order of declaration.</summary>
    public StructType Schema => new(_fields);

    /// <summary>The Arrow columns of the rows.</summary>
    public RecordBatch ToBatch(IReadOnlyList<TRow> rows)
    {
        var schema = new Schema(_arrowFields, null);
        return new RecordBatch(schema, _build.Select(b => b(rows)), rows.Count);
    }

    public TableShape<TRow> Text(string name, Func<TRow, string?> value, bool nullable = false) =>
        Add(name, DataType.String, StringType.Default, nullable, rows =>
        {
            var builder = new StringArray.Builder().Reserve(rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                string? text = value(rows[i]);
                if (text is null)
                {
                    builder.AppendNull();
                }
                else
                {
                    builder.Append(text);
                }
            }

            return builder.Build();
        });

    public TableShape<TRow> Time(string name, Func<TRow, UnixMicros> value) =>
        Add(name, DataType.Timestamp, s_timestamp, false, rows => Times(rows, (int i, out long v) =>
        {
            v = value(rows[i]).Value;
            return true;
        }));

    public TableShape<TRow> NullableTime(string name, Func<TRow, UnixMicros?> value) =>
        Add(name, DataType.Timestamp, s_timestamp, true, rows => Times(rows, (int i, out long v) =>
        {
            UnixMicros? t = value(rows[i]);
            v = t.GetValueOrDefault().Value;
            return t.HasValue;
        }));

    public TableShape<TRow> Date(string name, Func<TRow, int> dayOfEpoch) =>
        Add(name, DataType.Date, Date32Type.Default, false, rows =>
        {
            var values = new ArrowBuffer.Builder<int>(rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                values.Append(dayOfEpoch(rows[i]));
            }

            return new Date32Array(values.Build(), ArrowBuffer.Empty, rows.Count, 0, 0);
        });

    public TableShape<TRow> Number(string name, Func<TRow, double> value) =>
        Add(name, DataType.Double, DoubleType.Default, false, rows =>
        {
            var values = new ArrowBuffer.Builder<double>(rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                values.Append(value(rows[i]));
            }

            return new DoubleArray(values.Build(), ArrowBuffer.Empty, rows.Count, 0, 0);
        });

    public TableShape<TRow> NullableNumber(string name, Func<TRow, double?> value) =>
        Add(name, DataType.Double, DoubleType.Default, true, rows =>
        {
            var builder = new DoubleArray.Builder().Reserve(rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                builder.Append(value(rows[i]));
            }

            return builder.Build();
        });

    public TableShape<TRow> NullableLong(string name, Func<TRow, long?> value, bool nullable = true) =>
        Add(name, DataType.Long, Int64Type.Default, nullable, rows =>
        {
            var builder = new Int64Array.Builder().Reserve(rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                builder.Append(value(rows[i]));
            }

            return builder.Build();
        });

    public TableShape<TRow> NullableInt(string name, Func<TRow, int?> value, bool nullable = true) =>
        Add(name, DataType.Integer, Int32Type.Default, nullable, rows =>
        {
            var builder = new Int32Array.Builder().Reserve(rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                builder.Append(value(rows[i]));
            }

            return builder.Build();
        });

    public TableShape<TRow> NullableFlag(string name, Func<TRow, bool?> value, bool nullable = true) =>
        Add(name, DataType.Boolean, BooleanType.Default, nullable, rows =>
        {
            var builder = new BooleanArray.Builder().Reserve(rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                bool? flag = value(rows[i]);
                if (flag.HasValue)
                {
                    builder.Append(flag.Value);
                }
                else
                {
                    builder.AppendNull();
                }
            }

            return builder.Build();
        });

    /// <summary>A list of structs per row: an array column that every engine can unnest.</summary>
    public TableShape<TRow> Structs<TItem>(string name, Func<TRow, IReadOnlyList<TItem>> items, TableShape<TItem> item)
    {
        var element = new Field("element", new Apache.Arrow.Types.StructType(item._arrowFields), true);
        var type = new ListType(element);
        return Add(name, new ArrayType(item.Schema, ContainsNull: true), type, false, rows =>
        {
            var offsets = new ArrowBuffer.Builder<int>(rows.Count + 1);
            var all = new List<TItem>();
            offsets.Append(0);
            foreach (TRow row in rows)
            {
                all.AddRange(items(row));
                offsets.Append(all.Count);
            }

            var structs = new StructArray(element.DataType, all.Count, item._build.Select(b => b(all)), ArrowBuffer.Empty, 0);
            return new ListArray(type, rows.Count, offsets.Build(), structs, ArrowBuffer.Empty, 0);
        });
    }

    private delegate bool TimeAt(int row, out long micros);

    private static TimestampArray Times(IReadOnlyList<TRow> rows, TimeAt at)
    {
        var values = new ArrowBuffer.Builder<long>(rows.Count);
        var validity = new ArrowBuffer.BitmapBuilder(rows.Count);
        int nulls = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            bool present = at(i, out long micros);
            values.Append(micros);
            validity.Append(present);
            nulls += present ? 0 : 1;
        }

        return new TimestampArray(s_timestamp, values.Build(), nulls == 0 ? ArrowBuffer.Empty : validity.Build(), rows.Count, nulls, 0);
    }

    private TableShape<TRow> Add(string name, DataType type, IArrowType arrow, bool nullable, Func<IReadOnlyList<TRow>, IArrowArray> build)
    {
        _fields.Add(new StructField(name, type, nullable));
        _arrowFields.Add(new Field(name, arrow, nullable));
        _build.Add(build);
        return this;
    }
}
