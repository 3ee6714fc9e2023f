using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Data;

namespace CryptoInsight.Delta.Log;

/// <summary>Single values out of Arrow arrays, whatever width or layout their writer chose.</summary>
internal static class ArrowCells
{
    /// <summary>The struct's field, or null if the file has none or all its cells are null.</summary>
    internal static IArrowArray? Field(StructArray? array, string name)
    {
        if (array is null)
        {
            return null;
        }

        int index = ((StructType)array.Data.DataType).GetFieldIndex(name);
        return index < 0 || array.Fields[index].NullCount == array.Length ? null : array.Fields[index];
    }

    /// <summary>The UTF-8 bytes of a text cell; empty if null (ask <see cref="IsNull"/> first).</summary>
    internal static ReadOnlySpan<byte> Bytes(IArrowArray array, int row) => array switch
    {
        StringArray s => s.GetBytes(row),
        LargeStringArray l => l.GetBytes(row),
        StringViewArray v => v.GetBytes(row),
        DictionaryArray d => Bytes(d.Dictionary, checked((int)(Number(d.Indices, row) ?? 0))),
        _ => throw new InvalidDataException($"A text column was expected, not {array.Data.DataType.Name}."),
    };

    /// <summary>All texts of a column; the usual layout without a detour per cell.</summary>
    internal static string?[] AllTexts(IArrowArray array)
    {
        string?[] texts = new string?[array.Length];
        if (array is not StringArray)
        {
            for (int row = 0; row < texts.Length; row++)
            {
                texts[row] = Text(array, row);
            }

            return texts;
        }

        Validity validity = Buffers.ValidityOf(array);
        ReadOnlySpan<int> offsets = Buffers.Offsets(array);
        ReadOnlySpan<byte> bytes = Buffers.Bytes(array);
        for (int row = 0; row < texts.Length; row++)
        {
            texts[row] = validity[row] ? Encoding.UTF8.GetString(bytes[offsets[row]..offsets[row + 1]]) : null;
        }

        return texts;
    }

    /// <summary>All numbers of a column, null as the default.</summary>
    internal static long[] AllNumbers(IArrowArray? array, int length, long otherwise)
    {
        long[] numbers = new long[length];
        if (array is Int64Array { NullCount: 0 })
        {
            Buffers.Values<long>(array).CopyTo(numbers);
            return numbers;
        }

        for (int row = 0; row < length; row++)
        {
            numbers[row] = Number(array, row) ?? otherwise;
        }

        return numbers;
    }

    /// <summary>A text cell, or null.</summary>
    internal static string? Text(IArrowArray? array, int row) => IsNull(array, row) ? null : Encoding.UTF8.GetString(Bytes(array!, row));

    /// <summary>A whole number cell, or null.</summary>
    internal static long? Number(IArrowArray? array, int row) => array switch
    {
        null => null,
        Int64Array a => a.GetValue(row),
        Int32Array a => a.GetValue(row),
        Int16Array a => a.GetValue(row),
        Int8Array a => a.GetValue(row),
        UInt32Array a => a.GetValue(row),
        UInt16Array a => a.GetValue(row),
        UInt8Array a => a.GetValue(row),
        _ => throw new InvalidDataException($"A whole number column was expected, not {array.Data.DataType.Name}."),
    };

    /// <summary>A flag cell, or null.</summary>
    internal static bool? Flag(IArrowArray? array, int row) => ((BooleanArray?)array)?.GetValue(row);

    /// <summary>Whether the cell is null or the column is missing.</summary>
    internal static bool IsNull(IArrowArray? array, int row) => array is null || array.IsNull(row);

    /// <summary>A list of texts, or null.</summary>
    internal static List<string>? Texts(IArrowArray? array, int row)
    {
        if (IsNull(array, row))
        {
            return null;
        }

        ListArray list = (ListArray)array!;
        List<string> texts = new(list.GetValueLength(row));
        int from = list.ValueOffsets[row];
        for (int i = 0; i < list.GetValueLength(row); i++)
        {
            texts.Add(Text(list.Values, from + i) ?? throw new InvalidDataException("A null in a list of names."));
        }

        return texts;
    }

    /// <summary>A map of texts, or null.</summary>
    internal static Dictionary<string, string?>? Map(IArrowArray? array, int row)
    {
        if (IsNull(array, row))
        {
            return null;
        }

        MapArray map = (MapArray)array!;
        Dictionary<string, string?> values = new(map.GetValueLength(row), StringComparer.Ordinal);
        int from = map.ValueOffsets[row];
        for (int i = 0; i < map.GetValueLength(row); i++)
        {
            values[Text(map.Keys, from + i)!] = Text(map.Values, from + i);
        }

        return values;
    }
}
