using Apache.Arrow;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Lake.Rows;

/// <summary>Typed access to the columns of a batch by name; a column that the table lacks (an older schema) reads as null.</summary>
internal sealed class RowReader(RecordBatch batch)
{
    private readonly RecordBatch _batch = batch;

    /// <summary>Rows in the batch.</summary>
    public int Count => _batch.Length;

    public Func<int, string?> Text(string name) => Column<StringArray>(name) is { } c ? i => c.GetString(i) : _ => null;

    public Func<int, double?> Number(string name) => Column<DoubleArray>(name) is { } c ? i => c.GetValue(i) : _ => null;

    public Func<int, long?> Long(string name) => Column<Int64Array>(name) is { } c ? i => c.GetValue(i) : _ => null;

    public Func<int, int?> Int(string name) => Column<Int32Array>(name) is { } c ? i => c.GetValue(i) : _ => null;

    public Func<int, bool?> Flag(string name) => Column<BooleanArray>(name) is { } c ? i => c.GetValue(i) : _ => null;

    public Func<int, UnixMicros?> Time(string name) =>
        Column<TimestampArray>(name) is { } c ? i => c.GetValue(i) is long v ? new UnixMicros(v) : null : _ => null;

    /// <summary>Texts of few distinct values: each distinct one is made once per batch run.</summary>
    public Func<int, string?> Label(string name)
    {
        if (Column<StringArray>(name) is not { } c)
        {
            return _ => null;
        }

        string? last = null;
        ReadOnlyMemory<byte> lastBytes = default;
        return i =>
        {
            if (c.IsNull(i))
            {
                return null;
            }

            ReadOnlySpan<byte> bytes = c.GetBytes(i);
            if (last is null || !bytes.SequenceEqual(lastBytes.Span))
            {
                lastBytes = bytes.ToArray();
                last = c.GetString(i);
            }

            return last;
        };
    }

    private TArray? Column<TArray>(string name)
        where TArray : class, IArrowArray
    {
        int at = _batch.Schema.GetFieldIndex(name);
        return at < 0
            ? null
            : _batch.Column(at) as TArray
              ?? throw new InvalidDataException($"Column {name} is {_batch.Column(at).Data.DataType.Name}, not what the table's shape says ({typeof(TArray).Name}); the table was changed by another writer.");
    }
}
