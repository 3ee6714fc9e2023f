using System.Globalization;

namespace CryptoInsight.Delta.Schema;

/// <summary>A Delta type: primitive, decimal, struct, array or map.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Schema Serialization Format".</remarks>
public abstract record DataType
{
    private protected DataType()
    {
    }

    /// <summary>64-bit integer.</summary>
    public static readonly PrimitiveType Long = new("long");

    /// <summary>32-bit integer.</summary>
    public static readonly PrimitiveType Integer = new("integer");

    /// <summary>16-bit integer.</summary>
    public static readonly PrimitiveType Short = new("short");

    /// <summary>8-bit integer.</summary>
    public static readonly PrimitiveType Byte = new("byte");

    /// <summary>64-bit float.</summary>
    public static readonly PrimitiveType Double = new("double");

    /// <summary>32-bit float.</summary>
    public static readonly PrimitiveType Float = new("float");

    /// <summary>UTF-8 text.</summary>
    public static readonly PrimitiveType String = new("string");

    /// <summary>Bytes.</summary>
    public static readonly PrimitiveType Binary = new("binary");

    /// <summary>True or false.</summary>
    public static readonly PrimitiveType Boolean = new("boolean");

    /// <summary>Days since the epoch.</summary>
    public static readonly PrimitiveType Date = new("date");

    /// <summary>Microseconds since the epoch, UTC.</summary>
    public static readonly PrimitiveType Timestamp = new("timestamp");

    /// <summary>Microseconds of a wall clock without a zone.</summary>
    public static readonly PrimitiveType TimestampNtz = new("timestamp_ntz");
}

/// <summary>A primitive by its protocol name.</summary>
public sealed record PrimitiveType(string Name) : DataType
{
    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A decimal of at most 38 digits, <paramref name="Scale"/> of them after the point.</summary>
public sealed record DecimalType(int Precision, int Scale) : DataType
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"decimal({Precision},{Scale})");
}

/// <summary>A list of elements of one type.</summary>
public sealed record ArrayType(DataType ElementType, bool ContainsNull) : DataType;

/// <summary>Keys to values.</summary>
public sealed record MapType(DataType KeyType, DataType ValueType, bool ValueContainsNull) : DataType;

/// <summary>Named fields in order; the table's schema is one.</summary>
public sealed record StructType(IReadOnlyList<StructField> Fields) : DataType
{
    /// <summary>The field of that name (case-insensitive, as Delta's names are), or null.</summary>
    public StructField? Find(string name) => Fields.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public bool Equals(StructType? other) => other is not null && Fields.SequenceEqual(other.Fields);

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Aggregate(17, (h, f) => HashCode.Combine(h, f));
}
