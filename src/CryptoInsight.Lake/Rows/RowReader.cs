using Apache.Arrow;
using Apache.Arrow.Types;
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

    /// <summary>Lists of structs: the elements of all rows are read once, then handed out row by row.</summary>
    public Func<int, IReadOnlyList<TItem>> Structs<TItem>(string name, Func<RowReader, IReadOnlyList<TItem>> read)
    {
        if (Column<ListArray>(name) is not { } lists)
        {
            return _ => [];
        }

        // The values may hold more than this batch's lists (a slice), so offsets are taken as they are.
        var structs = (StructArray)lists.Values;
        var type = (StructType)structs.Data.DataType;
        using var elements = new RecordBatch(new Schema(type.Fields, null), structs.Fields, structs.Length);
        IReadOnlyList<TItem> all = read(new RowReader(elements));
        return i => lists.IsNull(i) ? [] : [.. all.Skip(lists.ValueOffsets[i]).Take(lists.GetValueLength(i))];
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
