using CryptoInsight.Delta.Schema;
using CsCheck;

namespace CryptoInsight.Delta.Tests.Data;

/// <summary>Random rows of every type, hard values included, in the form that <see cref="RowBatches"/> takes.</summary>
internal static class RandomRows
{
    public static readonly StructType Flat = new(
    [
        new StructField("id", DataType.Long, false),
        new StructField("i", DataType.Integer),
        new StructField("s", DataType.Short),
        new StructField("b", DataType.Byte),
        new StructField("d", DataType.Double),
        new StructField("f", DataType.Float),
        new StructField("t", DataType.Timestamp),
        new StructField("n", DataType.TimestampNtz),
        new StructField("day", DataType.Date),
        new StructField("flag", DataType.Boolean),
        new StructField("text", DataType.String),
        new StructField("bin", DataType.Binary),
        new StructField("dec", new DecimalType(38, 10)),
        new StructField("dec9", new DecimalType(9, 2)),
        new StructField("dec18", new DecimalType(18, 0)),
    ]);

    public static readonly StructType Nested = new(
    [
        .. Flat.Fields,
        new StructField("st", new StructType([new StructField("a", DataType.Integer), new StructField("in", new StructType([new StructField("x", DataType.String), new StructField("y", DataType.Double)]))])),
        new StructField("list", new ArrayType(DataType.String, true)),
        new StructField("ls", new ArrayType(new StructType([new StructField("p", DataType.Long), new StructField("q", DataType.Timestamp)]), true)),
        new StructField("map", new MapType(DataType.String, new ArrayType(DataType.Integer, true), true)),
    ]);

    private static readonly Gen<double> Doubles = Gen.OneOf(Gen.Double, Gen.Int[0, 7].Select(i => new[] { 0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue, 1e21 }[i]), Gen.Int[-5, 5].Select(i => (double)i));

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[0, 8],
        Gen.Select(Gen.Int[0, 4], Gen.Int[28, 40]).Select((k, n) => string.Concat(Enumerable.Repeat(new[] { "a", "é", "漢", "🙂", "\U0010FFFF" }[k], n))),
        Gen.Int[0, 3].Select(i => new[] { "", "a", "ab", "\uD7FF\uE000" }[i])).Select(Valid);

    public static Gen<object?[]> Row(StructType schema) => schema.Fields.Aggregate(
        Gen.Const(Array.Empty<object?>()),
        static (row, f) => Gen.Select(row, Field(f), static (r, v) => (object?[])[.. r, v]));

    public static Gen<object?> Value(DataType type) => type switch
    {
        StructType s => Row(s).Select(r => (object?)r),
        ArrayType a => Nullable(Value(a.ElementType)).Array[0, 3].Select(v => (object?)v),
        MapType m => Nullable(Value(m.ValueType)).Array[0, 3].Select(v => (object?)v.Select((x, i) => (object?)new object?[] { $"k{i}", x }).ToArray()),
        DecimalType d => Gen.OneOf(Gen.Long, Gen.Long[-100, 100]).Select(v => (object?)Fit(d.Precision > 18 ? (Int128)v * v : v, d.Precision)),
        PrimitiveType { Name: "long" } => Gen.OneOf(Gen.Long, Gen.Long[-5, 5]).Select(v => (object?)v),
        PrimitiveType { Name: "integer" } => Gen.OneOf(Gen.Int, Gen.Int[-5, 5]).Select(v => (object?)(long)v),
        PrimitiveType { Name: "short" } => Gen.Short.Select(v => (object?)(long)v),
        PrimitiveType { Name: "byte" } => Gen.SByte.Select(v => (object?)(long)v),
        PrimitiveType { Name: "double" } => Doubles.Select(v => (object?)v),
        PrimitiveType { Name: "float" } => Doubles.Select(v => (object?)(double)(float)v),
        PrimitiveType { Name: "timestamp" or "timestamp_ntz" } => Gen.OneOf(Gen.Long[-62_135_596_800_000_000, 253_402_300_799_999_999], Gen.Long[-2000, 2000]).Select(v => (object?)v),
        PrimitiveType { Name: "date" } => Gen.OneOf(Gen.Long[-719_162, 2_932_896], Gen.Long[-3, 3]).Select(v => (object?)v),
        PrimitiveType { Name: "boolean" } => Gen.Bool.Select(v => (object?)v),
        PrimitiveType { Name: "binary" } => Gen.Byte.Array[0, 6].Select(v => (object?)v),
        _ => Texts.Select(v => (object?)v),
    };

    private static Gen<object?> Field(StructField f) => f.Nullable ? Nullable(Value(f.Type)) : Value(f.Type);

    private static Gen<object?> Nullable(Gen<object?> value) => Gen.Select(Gen.Int[0, 5], value).Select((n, v) => n == 0 ? null : v);

    private static object Fit(Int128 value, int precision)
    {
        Int128 limit = 1;
        for (int i = 0; i < precision; i++)
        {
            limit *= 10;
        }

        return value % limit;
    }

    private static string Valid(string text)
    {
        System.Text.StringBuilder valid = new();
        foreach (System.Text.Rune r in text.EnumerateRunes())
        {
            valid.Append(r.ToString());
        }

        return valid.ToString();
    }
}
