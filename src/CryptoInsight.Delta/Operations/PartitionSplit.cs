using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>The partition values of a group of rows, in the order of the partition columns.</summary>
internal sealed class PartitionKey : IEquatable<PartitionKey>
{
    private readonly int _hash;

    public PartitionKey(IReadOnlyList<string?> values)
    {
        Values = values;
        HashCode hash = default;
        foreach (string? v in values)
        {
            hash.Add(v);
        }

        _hash = hash.ToHashCode();
    }

    public IReadOnlyList<string?> Values { get; }

    public bool Equals(PartitionKey? other) => other is not null && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as PartitionKey);

    public override int GetHashCode() => _hash;

    /// <summary>The partition that a file lies in.</summary>
    public static PartitionKey Of(Actions.AddFile file, TableLayout layout) =>
        new([.. layout.PartitionFields.Select(f => FileStats.TextOf(file.PartitionValues, layout.PhysicalName(f), f))]);

    /// <summary>The values by physical column name, as the log writes them.</summary>
    public IReadOnlyDictionary<string, string?> ToLog(TableLayout layout)
    {
        Dictionary<string, string?> values = new(Values.Count, StringComparer.Ordinal);
        for (int i = 0; i < Values.Count; i++)
        {
            values[layout.PhysicalName(layout.PartitionFields[i])] = Values[i];
        }

        return values;
    }
}

/// <summary>Rows sorted out by partition; each part keeps its rows in the order they came.</summary>
internal static class PartitionSplit
{
    /// <summary>Splits shaped batches (all columns of the schema) into parts with the data columns only, as files hold them.</summary>
    public static IReadOnlyList<(PartitionKey Partition, IReadOnlyList<RecordBatch> Rows)> Split(IEnumerable<RecordBatch> batches, TableLayout layout)
    {
        Dictionary<PartitionKey, List<RecordBatch>> parts = [];
        List<PartitionKey> order = [];
        foreach (RecordBatch batch in batches.Where(static b => b.Length > 0))
        {
            foreach ((PartitionKey key, RecordBatch rows) in SplitOne(batch, layout))
            {
                if (!parts.TryGetValue(key, out List<RecordBatch>? part))
                {
                    parts.Add(key, part = []);
                    order.Add(key);
                }

                part.Add(DataColumns(rows, layout));
            }
        }

        return [.. order.Select(k => (k, (IReadOnlyList<RecordBatch>)parts[k]))];
    }

    private static IEnumerable<(PartitionKey Key, RecordBatch Rows)> SplitOne(RecordBatch batch, TableLayout layout)
    {
        if (layout.PartitionFields.Count == 0)
        {
            return [(new PartitionKey([]), batch)];
        }

        IArrowArray[] columns = [.. layout.PartitionFields.Select(f => batch.Column(IndexOf(layout, f)))];
        List<(int Start, int End)> runs = Runs(columns, batch.Length);
        Dictionary<PartitionKey, List<(int Start, int End)>> groups = [];
        List<PartitionKey> order = [];
        foreach ((int start, int end) in runs)
        {
            string?[] values = new string?[columns.Length];
            for (int c = 0; c < columns.Length; c++)
            {
                values[c] = PartitionValues.Format(columns[c], start, layout.PartitionFields[c].Type);
            }

            PartitionKey key = new(values);
            if (!groups.TryGetValue(key, out List<(int, int)>? group))
            {
                groups.Add(key, group = []);
                order.Add(key);
            }

            group.Add((start, end));
        }

        return order.Select(k => (k, Rows(batch, groups[k])));
    }

    // One run is a slice, which copies nothing.
    private static RecordBatch Rows(RecordBatch batch, List<(int Start, int End)> runs)
    {
        if (runs.Count == 1)
        {
            (int start, int end) = runs[0];
            return start == 0 && end == batch.Length ? batch : batch.Slice(start, end - start);
        }

        int[] rows = new int[runs.Sum(r => r.End - r.Start)];
        int n = 0;
        foreach ((int start, int end) in runs)
        {
            for (int i = start; i < end; i++)
            {
                rows[n++] = i;
            }
        }

        return ArrayTake.Take(batch, rows);
    }

    private static List<(int Start, int End)> Runs(IArrowArray[] columns, int length)
    {
        bool[] begins = new bool[length];
        begins[0] = true;
        foreach (IArrowArray column in columns)
        {
            MarkChanges(column, begins);
        }

        List<(int, int)> runs = [];
        int start = 0;
        for (int i = 1; i <= length; i++)
        {
            if (i == length || begins[i])
            {
                runs.Add((start, i));
                start = i;
            }
        }

        return runs;
    }

    private static void MarkChanges(IArrowArray column, bool[] begins)
    {
        switch (column.Data.DataType)
        {
            case Apache.Arrow.Types.StringType or Apache.Arrow.Types.BinaryType:
                ReadOnlySpan<int> offsets = Buffers.Offsets(column);
                ReadOnlySpan<byte> bytes = Buffers.Bytes(column);
                for (int i = 1; i < begins.Length; i++)
                {
                    begins[i] |= !bytes[offsets[i]..offsets[i + 1]].SequenceEqual(bytes[offsets[i - 1]..offsets[i]]);
                }

                break;
            case Apache.Arrow.Types.BooleanType:
                for (int i = 1; i < begins.Length; i++)
                {
                    begins[i] |= ((BooleanArray)column).GetValue(i) != ((BooleanArray)column).GetValue(i - 1);
                }

                break;
            case Apache.Arrow.Types.FixedWidthType { BitWidth: 32 }:
                MarkChanges<int>(column, begins);
                break;
            case Apache.Arrow.Types.FixedWidthType { BitWidth: 64 }:
                MarkChanges<long>(column, begins);
                break;
            case Apache.Arrow.Types.FixedWidthType { BitWidth: 128 }:
                MarkChanges<Int128>(column, begins);
                break;
            case Apache.Arrow.Types.FixedWidthType { BitWidth: 16 }:
                MarkChanges<short>(column, begins);
                break;
            default:
                MarkChanges<byte>(column, begins);
                break;
        }

        if (column.NullCount > 0)
        {
            for (int i = 1; i < begins.Length; i++)
            {
                begins[i] |= column.IsNull(i) != column.IsNull(i - 1);
            }
        }
    }

    private static void MarkChanges<T>(IArrowArray column, bool[] begins)
        where T : unmanaged, IEquatable<T>
    {
        ReadOnlySpan<T> values = Buffers.Values<T>(column);
        for (int i = 1; i < begins.Length; i++)
        {
            begins[i] |= !values[i].Equals(values[i - 1]);
        }
    }

    private static RecordBatch DataColumns(RecordBatch batch, TableLayout layout)
    {
        IArrowArray[] columns = [.. layout.WriteFields.Select(f => WithoutVoid(batch.Column(IndexOf(layout, f)), f.Type))];
        return new RecordBatch(layout.FileSchema.Value, columns, batch.Length);
    }

    // Files hold no void: a struct that has a void field loses it here.
    private static IArrowArray WithoutVoid(IArrowArray column, DataType fileType) =>
        fileType is PrimitiveType or DecimalType ? column : ArrayShaper.Shape(column, fileType, ColumnMappingMode.None);

    private static int IndexOf(TableLayout layout, StructField field)
    {
        for (int i = 0; i < layout.Schema.Fields.Count; i++)
        {
            if (layout.Schema.Fields[i].Name == field.Name)
            {
                return i;
            }
        }

        throw new InvalidOperationException($"Column '{field.Name}' is not in the schema it came from.");
    }
}
