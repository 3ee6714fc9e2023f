using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Tests.Data;

/// <summary>Builds record batches out of plain values and reads tables back as canonical lines.</summary>
/// <remarks>Values: long (integers, days, micros, unscaled decimals as Int128), double, string, byte[], bool; object[] for structs, lists and maps (pairs); null.</remarks>
internal static class RowBatches
{
    public static RecordBatch Of(Delta.Schema.StructType schema, IReadOnlyList<object?[]> rows) =>
        new(ArrowTypes.ToArrowSchema(schema), schema.Fields.Select((f, c) => Column(f.Type, [.. rows.Select(r => r[c])])), rows.Count);

    public static IArrowArray Column(DataType type, IReadOnlyList<object?> values) => ArrowArrayFactory.BuildArray(DataOf(type, values));

    public static async Task<List<string>> LinesAsync(DeltaTable table, Delta.Log.Snapshot? snapshot = null)
    {
        using MemoryStream output = new();
        await CanonicalRows.WriteAsync(table, snapshot ?? table.Snapshot, output);
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    public static async Task<List<string>> ChangeLinesAsync(DeltaTable table, long fromExclusive, long toInclusive)
    {
        using MemoryStream output = new();
        await CanonicalRows.WriteChangesAsync(table, fromExclusive, toInclusive, output);
        return [.. Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>The canonical lines of plain rows, sorted as the dump sorts them.</summary>
    public static List<string> Lines(Delta.Schema.StructType schema, IReadOnlyList<object?[]> rows) =>
        [.. CanonicalRows.Lines(Of(schema, rows), schema).Select(l => (l, Encoding.UTF8.GetBytes(l))).OrderBy(p => p.Item2, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))).Select(p => p.l)];

    private static ArrayData DataOf(DataType type, IReadOnlyList<object?> values)
    {
        int n = values.Count;
        byte[] bits = new byte[(n + 7) / 8];
        int nulls = 0;
        for (int i = 0; i < n; i++)
        {
            if (values[i] is null)
            {
                nulls++;
            }
            else
            {
                bits[i / 8] |= (byte)(1 << (i % 8));
            }
        }

        ArrowBuffer bitmap = nulls == 0 ? ArrowBuffer.Empty : new ArrowBuffer(bits);
        IArrowType arrow = ArrowTypes.ToArrow(type);
        switch (type)
        {
            case Delta.Schema.StructType s:
                return new ArrayData(arrow, n, nulls, 0, [bitmap], [.. s.Fields.Select((f, c) => DataOf(f.Type, [.. values.Select(v => ((object?[]?)v)?[c])]))]);
            case ArrayType a:
                return new ArrayData(arrow, n, nulls, 0, [bitmap, Offsets(values, v => ((object?[])v).Length)], [DataOf(a.ElementType, [.. values.Where(v => v is not null).SelectMany(v => (object?[])v!)])]);
            case Delta.Schema.MapType m:
                object?[][] pairs = [.. values.Where(v => v is not null).SelectMany(v => ((object?[])v!).Select(p => (object?[])p!))];
                Apache.Arrow.Types.MapType map = (Apache.Arrow.Types.MapType)arrow;
                ArrayData entries = new(map.KeyValueType, pairs.Length, 0, 0, [ArrowBuffer.Empty], [DataOf(m.KeyType, [.. pairs.Select(p => p[0])]), DataOf(m.ValueType, [.. pairs.Select(p => p[1])])]);
                return new ArrayData(arrow, n, nulls, 0, [bitmap, Offsets(values, v => ((object?[])v).Length)], [entries]);
            case DecimalType:
                return Fixed(arrow, values, bitmap, nulls, v => v is Int128 wide ? wide : (Int128)Convert.ToInt64(v, CultureInfo.InvariantCulture));
            case PrimitiveType { Name: "void" }:
                return new NullArray(n).Data;
            case PrimitiveType { Name: "string" }:
                return Bytes(arrow, values, bitmap, nulls, v => Encoding.UTF8.GetBytes((string)v));
            case PrimitiveType { Name: "binary" }:
                return Bytes(arrow, values, bitmap, nulls, v => (byte[])v);
            case PrimitiveType { Name: "boolean" }:
                byte[] flags = new byte[(n + 7) / 8];
                for (int i = 0; i < n; i++)
                {
                    flags[i / 8] |= (byte)((values[i] is true ? 1 : 0) << (i % 8));
                }

                return new ArrayData(arrow, n, nulls, 0, [bitmap, new ArrowBuffer(flags)]);
            case PrimitiveType { Name: "double" }:
                return Fixed(arrow, values, bitmap, nulls, v => Convert.ToDouble(v, CultureInfo.InvariantCulture));
            case PrimitiveType { Name: "float" }:
                return Fixed(arrow, values, bitmap, nulls, v => (float)Convert.ToDouble(v, CultureInfo.InvariantCulture));
            case PrimitiveType { Name: "integer" or "date" }:
                return Fixed(arrow, values, bitmap, nulls, v => (int)Convert.ToInt64(v, CultureInfo.InvariantCulture));
            case PrimitiveType { Name: "short" }:
                return Fixed(arrow, values, bitmap, nulls, v => (short)Convert.ToInt64(v, CultureInfo.InvariantCulture));
            case PrimitiveType { Name: "byte" }:
                return Fixed(arrow, values, bitmap, nulls, v => (sbyte)Convert.ToInt64(v, CultureInfo.InvariantCulture));
            default:
                return Fixed(arrow, values, bitmap, nulls, v => Convert.ToInt64(v, CultureInfo.InvariantCulture));
        }
    }

    private static ArrayData Fixed<T>(IArrowType type, IReadOnlyList<object?> values, ArrowBuffer bitmap, int nulls, Func<object, T> convert)
        where T : unmanaged
    {
        T[] items = [.. values.Select(v => v is null ? default : convert(v))];
        return new ArrayData(type, items.Length, nulls, 0, [bitmap, new ArrowBuffer(System.Runtime.InteropServices.MemoryMarshal.AsBytes(items.AsSpan()).ToArray())]);
    }

    private static ArrayData Bytes(IArrowType type, IReadOnlyList<object?> values, ArrowBuffer bitmap, int nulls, Func<object, byte[]> convert)
    {
        byte[][] items = [.. values.Select(v => v is null ? [] : convert(v))];
        return new ArrayData(type, items.Length, nulls, 0, [bitmap, Offsets(items, v => ((byte[])v).Length), new ArrowBuffer(items.SelectMany(b => b).ToArray())]);
    }

    private static ArrowBuffer Offsets(IReadOnlyList<object?> values, Func<object, int> length)
    {
        int[] offsets = new int[values.Count + 1];
        for (int i = 0; i < values.Count; i++)
        {
            offsets[i + 1] = offsets[i] + (values[i] is null ? 0 : length(values[i]!));
        }

        return new ArrowBuffer(System.Runtime.InteropServices.MemoryMarshal.AsBytes(offsets.AsSpan()).ToArray());
    }
}
