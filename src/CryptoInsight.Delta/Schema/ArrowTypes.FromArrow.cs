using Apache.Arrow;
using Apache.Arrow.Types;

namespace CryptoInsight.Delta.Schema;

// From Arrow to Delta.
public static partial class ArrowTypes
{
    /// <summary>The Delta schema that an Arrow schema asks for: the way from rows in memory to a table for them; <see cref="UnsupportedFeatureException"/> for an Arrow type that no Delta type can hold.</summary>
    /// <remarks>Types that Delta lacks go to the next wider one that holds every value (unsigned integers, seconds and milliseconds); instants with a zone become <c>timestamp</c>, without one <c>timestamp_ntz</c>;
    /// nanoseconds are taken as microseconds, rounded down.</remarks>
    public static StructType FromArrowSchema(Apache.Arrow.Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new StructType([.. schema.FieldsList.Select(FromArrow)]);
    }

    /// <summary>The Delta field that an Arrow field asks for.</summary>
    public static StructField FromArrow(Field field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new StructField(field.Name, FromArrow(field.DataType, field.Name), field.IsNullable);
    }

    private static DataType FromArrow(IArrowType type, string column) => type switch
    {
        DictionaryType d => FromArrow(d.ValueType, column),
        Apache.Arrow.Types.StructType s => new StructType([.. s.Fields.Select(FromArrow)]),
        Apache.Arrow.Types.MapType m => new MapType(FromArrow(m.KeyField.DataType, column), FromArrow(m.ValueField.DataType, column), m.ValueField.IsNullable),
        ListType l => new ArrayType(FromArrow(l.ValueDataType, column), l.ValueField.IsNullable),
        LargeListType l => new ArrayType(FromArrow(l.ValueDataType, column), l.ValueField.IsNullable),
        FixedSizeListType l => new ArrayType(FromArrow(l.ValueDataType, column), l.ValueField.IsNullable),
        Decimal128Type d => new DecimalType(d.Precision, d.Scale),
        TimestampType t => string.IsNullOrEmpty(t.Timezone) ? DataType.TimestampNtz : DataType.Timestamp,
        _ => Plain(type.TypeId) ?? throw new UnsupportedFeatureException($"The rows hold column '{column}' as {type.Name}, which no type of Delta can hold. Convert the column first.", [type.Name]),
    };

    private static PrimitiveType? Plain(ArrowTypeId type) => type switch
    {
        ArrowTypeId.Boolean => DataType.Boolean,
        ArrowTypeId.Int8 => DataType.Byte,
        ArrowTypeId.Int16 or ArrowTypeId.UInt8 => DataType.Short,
        ArrowTypeId.Int32 or ArrowTypeId.UInt16 => DataType.Integer,
        ArrowTypeId.Int64 or ArrowTypeId.UInt32 => DataType.Long,
        ArrowTypeId.Float => DataType.Float,
        ArrowTypeId.Double => DataType.Double,
        ArrowTypeId.String or ArrowTypeId.LargeString or ArrowTypeId.StringView => DataType.String,
        ArrowTypeId.Binary or ArrowTypeId.LargeBinary or ArrowTypeId.BinaryView or ArrowTypeId.FixedSizedBinary => DataType.Binary,
        ArrowTypeId.Date32 or ArrowTypeId.Date64 => DataType.Date,
        ArrowTypeId.Null => new PrimitiveType("void"),
        _ => null,
    };
}
