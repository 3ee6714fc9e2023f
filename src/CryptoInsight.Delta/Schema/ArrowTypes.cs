using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace CryptoInsight.Delta.Schema;

/// <summary>Which Arrow type each Delta type has in memory, and which names and ids it has in a Parquet file.</summary>
/// <remarks>Timestamps are microseconds, zone <c>UTC</c>, or no zone for <c>timestamp_ntz</c>; decimals are 128 bits wide; a list's element is <c>element</c>, a map's entry
/// <c>key_value</c> of <c>key</c> and <c>value</c>; an unshredded variant is a struct of <c>metadata</c> and <c>value</c>. <b>Source</b>: PROTOCOL.md, "Delta Data Type to Parquet Type Mappings".</remarks>
public static partial class ArrowTypes
{
    internal const string FieldIdKey = "PARQUET:field_id";

    private static readonly IArrowType TimestampUtc = new TimestampType(TimeUnit.Microsecond, "UTC");
    private static readonly IArrowType TimestampWall = new TimestampType(TimeUnit.Microsecond, (string?)null);
    private static readonly IArrowType Variant = new Apache.Arrow.Types.StructType([new Field("metadata", BinaryType.Default, false), new Field("value", BinaryType.Default, false)]);

    /// <summary>The Arrow schema of a Delta schema, logical names.</summary>
    public static Apache.Arrow.Schema ToArrowSchema(StructType schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new Apache.Arrow.Schema([.. schema.Fields.Select(ToArrow)], null);
    }

    /// <summary>The Arrow field of a Delta field, logical names.</summary>
    public static Field ToArrow(StructField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        return new Field(field.Name, ToArrow(field.Type), field.Nullable);
    }

    /// <summary>The Arrow type of a Delta type, logical names; <see cref="UnsupportedFeatureException"/> for a type that this engine does not know.</summary>
    public static IArrowType ToArrow(DataType type) => Convert(type, ColumnMappingMode.None);

    /// <summary>The field as a data file holds it: physical names and field ids of the mapping mode, without void fields.</summary>
    internal static Field ToParquet(StructField field, ColumnMappingMode mode) =>
        new(ColumnMapping.PhysicalName(field, mode), Convert(field.Type, mode, forFile: true), field.Nullable, IdMetadata(field, mode));

    /// <summary>The type without void fields inside structs, as files store it.</summary>
    internal static DataType WithoutVoid(DataType type) => type switch
    {
        StructType s => new StructType([.. s.Fields.Where(f => !IsVoid(f.Type)).Select(f => f with { Type = WithoutVoid(f.Type) })]),
        ArrayType a => a with { ElementType = WithoutVoid(a.ElementType) },
        MapType m => m with { KeyType = WithoutVoid(m.KeyType), ValueType = WithoutVoid(m.ValueType) },
        _ => type,
    };

    internal static bool IsVoid(DataType type) => type is PrimitiveType { Name: "void" };

    private static IArrowType Convert(DataType type, ColumnMappingMode mode, bool forFile = false) => type switch
    {
        PrimitiveType p => Primitive(p),
        DecimalType d => new Decimal128Type(d.Precision, d.Scale),
        StructType s => new Apache.Arrow.Types.StructType([.. s.Fields.Where(f => !forFile || !IsVoid(f.Type)).Select(f => Nested(f, mode, forFile))]),
        ArrayType a => new ListType(new Field("element", Convert(a.ElementType, mode, forFile), forFile || a.ContainsNull)),
        MapType m => new Apache.Arrow.Types.MapType(new Field("key", Convert(m.KeyType, mode, forFile), false), new Field("value", Convert(m.ValueType, mode, forFile), forFile || m.ValueContainsNull)),
        _ => throw new InvalidOperationException("The union of Delta types is closed."),
    };

    private static Field Nested(StructField f, ColumnMappingMode mode, bool forFile) =>
        // In a file every nested field may be null: the writer cannot tell a null parent's child from a null that must not be.
        new(ColumnMapping.PhysicalName(f, mode), Convert(f.Type, mode, forFile), forFile || f.Nullable, IdMetadata(f, mode));

    private static Dictionary<string, string>? IdMetadata(StructField f, ColumnMappingMode mode) =>
        mode != ColumnMappingMode.None && ColumnMapping.FieldId(f) is int id
            ? new Dictionary<string, string> { [FieldIdKey] = id.ToString(CultureInfo.InvariantCulture) }
            : null;

    private static IArrowType Primitive(PrimitiveType p) => p.Name switch
    {
        "long" => Int64Type.Default,
        "integer" => Int32Type.Default,
        "short" => Int16Type.Default,
        "byte" => Int8Type.Default,
        "double" => DoubleType.Default,
        "float" => FloatType.Default,
        "string" => StringType.Default,
        "binary" => BinaryType.Default,
        "boolean" => BooleanType.Default,
        "date" => Date32Type.Default,
        "timestamp" => TimestampUtc,
        "timestamp_ntz" => TimestampWall,
        "void" => NullType.Default,
        "variant" => Variant,
        _ => throw new UnsupportedFeatureException("A column of the table has a type that this engine does not know. Read the table with a newer version of the engine, or without that column.", ["unknown type"]),
    };
}
