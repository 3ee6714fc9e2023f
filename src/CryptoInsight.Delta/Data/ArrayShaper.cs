using System.Globalization;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using CryptoInsight.Delta.Schema;
using ArrowStruct = Apache.Arrow.Types.StructType;
using DeltaMap = CryptoInsight.Delta.Schema.MapType;
using DeltaStruct = CryptoInsight.Delta.Schema.StructType;

namespace CryptoInsight.Delta.Data;

/// <summary>Gives an array as a file holds it the type that the table has: renames, widens, fills missing fields, and changes nothing where nothing is to change.</summary>
/// <remarks>Buffers are shared with the source wherever the bytes are the same. <b>Source</b>: PROTOCOL.md, "Type Widening", "Column Mapping", "Consistency Between Table Metadata and Data Files".</remarks>
internal static class ArrayShaper
{
    /// <summary>The source in the type of the field; <see cref="CorruptTableException"/> if no lossless way leads there.</summary>
    public static IArrowArray Shape(IArrowArray source, DataType target, ColumnMappingMode mapping)
    {
        IArrowType type = source.Data.DataType;
        switch (type.TypeId)
        {
            case ArrowTypeId.Null:
                return FilledArrays.Nulls(ArrowTypes.ToArrow(target), source.Length);
            case ArrowTypeId.Dictionary:
                return Shape(Decode((DictionaryArray)source), target, mapping);
            default:
                break;
        }

        return target switch
        {
            DeltaStruct s => ShapeStruct(source, s, mapping),
            Schema.ArrayType a => ShapeList(source, a, mapping),
            DeltaMap m => ShapeMap(source, m, mapping),
            _ => ArrayCast.Cast(source, target),
        };
    }

    /// <summary>Which field of a struct (or file) holds a column: by id, or by name, exact before any casing; -1 if none.</summary>
    public static int IndexOf(IReadOnlyList<Field> fields, StructField wanted, ColumnMappingMode mapping)
    {
        // A column outside the schema (a change file's own) has no id even there.
        if (mapping == ColumnMappingMode.Id && ColumnMapping.FieldId(wanted) is int id)
        {
            return IndexOfId(fields, id);
        }

        string name = ColumnMapping.PhysicalName(wanted, mapping);
        int other = -1;
        for (int i = 0; i < fields.Count; i++)
        {
            if (fields[i].Name == name)
            {
                return i;
            }

            if (other < 0 && string.Equals(fields[i].Name, name, StringComparison.OrdinalIgnoreCase))
            {
                other = i;
            }
        }

        return other;
    }

    private static int IndexOfId(IReadOnlyList<Field> fields, int id)
    {
        string text = id.ToString(CultureInfo.InvariantCulture);
        for (int i = 0; i < fields.Count; i++)
        {
            if (fields[i].HasMetadata && fields[i].Metadata.TryGetValue(ArrowTypes.FieldIdKey, out string? found) && found == text)
            {
                return i;
            }
        }

        return -1;
    }

    private static IArrowArray ShapeStruct(IArrowArray source, DeltaStruct target, ColumnMappingMode mapping)
    {
        if (source.Data.DataType is not ArrowStruct from)
        {
            throw Mismatch(source.Data.DataType, target);
        }

        ArrayData data = source.Data;
        ArrayData[] children = new ArrayData[target.Fields.Count];
        for (int i = 0; i < children.Length; i++)
        {
            StructField field = target.Fields[i];
            int at = IndexOf(from.Fields, field, mapping);
            children[i] = at < 0
                ? FilledArrays.Nulls(ArrowTypes.ToArrow(field.Type), data.Length).Data
                : Shape(ArrowArrayFactory.BuildArray(Cut(data.Children[at], data)), field.Type, mapping).Data;
        }

        return ArrowArrayFactory.BuildArray(new ArrayData(ArrowTypes.ToArrow(target), data.Length, source.NullCount, 0, [FilledArrays.BitmapFromZero(source)], children));
    }

    private static IArrowArray ShapeList(IArrowArray source, Schema.ArrayType target, ColumnMappingMode mapping)
    {
        ArrayData data = source.Data;
        ArrowBuffer offsets = OffsetsFromZero(source, target);
        IArrowArray values = Shape(ArrowArrayFactory.BuildArray(data.Children[0]), target.ElementType, mapping);
        return ArrowArrayFactory.BuildArray(new ArrayData(ArrowTypes.ToArrow(target), data.Length, source.NullCount, 0, [FilledArrays.BitmapFromZero(source), offsets], [values.Data]));
    }

    private static IArrowArray ShapeMap(IArrowArray source, DeltaMap target, ColumnMappingMode mapping)
    {
        ArrayData data = source.Data;
        if (data.DataType.TypeId is not (ArrowTypeId.Map or ArrowTypeId.List) || data.Children[0].DataType is not ArrowStruct { Fields.Count: 2 })
        {
            throw Mismatch(data.DataType, target);
        }

        ArrayData entries = data.Children[0];
        Apache.Arrow.Types.MapType type = (Apache.Arrow.Types.MapType)ArrowTypes.ToArrow(target);
        ArrayData key = Shape(ArrowArrayFactory.BuildArray(Cut(entries.Children[0], entries)), target.KeyType, mapping).Data;
        ArrayData value = Shape(ArrowArrayFactory.BuildArray(Cut(entries.Children[1], entries)), target.ValueType, mapping).Data;
        ArrayData pairs = new(type.KeyValueType, entries.Length, 0, 0, [ArrowBuffer.Empty], [key, value]);
        return ArrowArrayFactory.BuildArray(new ArrayData(type, data.Length, source.NullCount, 0, [FilledArrays.BitmapFromZero(source), OffsetsFromZero(source, target)], [pairs]));
    }

    private static ArrowBuffer OffsetsFromZero(IArrowArray source, DataType target)
    {
        ArrayData data = source.Data;
        byte[] bytes = new byte[(data.Length + 1) * sizeof(int)];
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(bytes.AsSpan());
        switch (data.DataType)
        {
            case Apache.Arrow.Types.MapType or ListType:
                Buffers.Offsets(source).CopyTo(offsets);
                break;
            case LargeListType:
                ReadOnlySpan<long> wide = MemoryMarshal.Cast<byte, long>(data.Buffers[1].Span).Slice(data.Offset, data.Length + 1);
                for (int i = 0; i < wide.Length; i++)
                {
                    offsets[i] = checked((int)wide[i]);
                }

                break;
            case FixedSizeListType fixedSize:
                for (int i = 0; i <= data.Length; i++)
                {
                    offsets[i] = checked((data.Offset + i) * fixedSize.ListSize);
                }

                break;
            default:
                throw Mismatch(data.DataType, target);
        }

        return new ArrowBuffer(bytes);
    }

    // A struct's children keep all rows of the struct's parent buffer: cut them to the struct's own rows.
    private static ArrayData Cut(ArrayData child, ArrayData parent) =>
        parent.Offset == 0 && child.Length == parent.Length ? child : child.Slice(parent.Offset, parent.Length);

    private static IArrowArray Decode(DictionaryArray array)
    {
        int[] rows = new int[array.Length];
        IArrowArray indices = array.Indices;
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = array.IsNull(i) ? -1 : IndexAt(indices, i);
        }

        return ArrayTake.Take(array.Dictionary, rows);
    }

    private static int IndexAt(IArrowArray indices, int row) => indices switch
    {
        Int8Array a => a.Values[row],
        Int16Array a => a.Values[row],
        Int32Array a => a.Values[row],
        Int64Array a => checked((int)a.Values[row]),
        UInt8Array a => a.Values[row],
        UInt16Array a => a.Values[row],
        UInt32Array a => checked((int)a.Values[row]),
        _ => throw new CorruptTableException("A data file has a dictionary column with indices of an unknown type. Write the file again with another engine."),
    };

    internal static CorruptTableException Mismatch(IArrowType found, DataType wanted) =>
        new($"A data file holds a column as {found.Name}, the table's schema says {wanted}; no lossless conversion leads from one to the other. The file does not belong to this schema: remove it, or restore the table to a version before it.");
}
