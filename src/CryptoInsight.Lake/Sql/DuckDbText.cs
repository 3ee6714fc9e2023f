using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Lake.Sql;

/// <summary>Names, literals and types as DuckDB writes them.</summary>
internal static class DuckDbText
{
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    public static string Name(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The type of a column; timestamps have a zone, and the session's is UTC.</summary>
    public static string Type(DataType type) => type switch
    {
        DecimalType d => $"DECIMAL({d.Precision},{d.Scale})",
        ArrayType a => Type(a.ElementType) + "[]",
        MapType m => $"MAP({Type(m.KeyType)}, {Type(m.ValueType)})",
        StructType s => $"STRUCT({string.Join(", ", s.Fields.Select(f => $"{Name(f.Name)} {Type(f.Type)}"))})",
        PrimitiveType p => p.Name switch
        {
            "long" => "BIGINT",
            "integer" => "INTEGER",
            "short" => "SMALLINT",
            "byte" => "TINYINT",
            "double" => "DOUBLE",
            "float" => "FLOAT",
            "string" => "VARCHAR",
            "binary" => "BLOB",
            "boolean" => "BOOLEAN",
            "date" => "DATE",
            "timestamp" => "TIMESTAMPTZ",
            "timestamp_ntz" => "TIMESTAMP",
            _ => throw new SqlException($"SQL cannot show columns of the type {p.Name} yet; `dump` can."),
        },
        _ => throw new SqlException("SQL cannot show a column of this type yet; `dump` can."),
    };
}
