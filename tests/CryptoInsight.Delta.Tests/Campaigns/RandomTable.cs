using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>Random schemas and rows with hard values, from one seed; values in the form that <see cref="Data.RowBatches"/> takes.</summary>
internal sealed class RandomTable(Random random)
{
    private static readonly StructField[] s_columns =
    [
        new("i", DataType.Integer), new("s", DataType.Short), new("b", DataType.Byte), new("d", DataType.Double), new("f", DataType.Float),
        new("t", DataType.Timestamp), new("n", DataType.TimestampNtz), new("flag", DataType.Boolean), new("bin", DataType.Binary),
        new("dec", new DecimalType(20, 4)), new("dec9", new DecimalType(9, 2)), new("wide", new DecimalType(38, 10)),
        new("st", new StructType([new StructField("a", DataType.Integer), new StructField("in", new StructType([new StructField("x", DataType.String), new StructField("y", DataType.Double)]))])),
        new("list", new ArrayType(DataType.String, true)), new("map", new MapType(DataType.String, DataType.Long, true)),
    ];

    private static readonly string[] s_texts = ["", "a", "Ω/ %:=", "a=b&c", "é漢字", "🙂", "\"quoted\"", "back\\slash", "line\nfeed", "%41", " padded ", "null", new('x', 40), new('漢', 35)];
    private static readonly string[] s_partTexts = ["p", "Ω/ %:=", "a=b&c", "é漢字", "%41", " padded ", "__HIVE__", "a'b"];
    private static readonly double[] s_doubles = [0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, 1e21, -1.5, 0.1];

    private int _added;

    /// <summary>Partition columns of the schema made last.</summary>
    public IReadOnlyList<string> Partitions { get; private set; } = [];

    /// <summary>id and text always, others by chance; partitioned by nothing, a text, a day or both.</summary>
    public StructType Schema()
    {
        List<StructField> fields = [new("id", DataType.Long, false), new("text", DataType.String), .. s_columns.Where(_ => random.Next(3) == 0)];
        List<string> partitions = [];
        if (random.Next(2) == 0)
        {
            fields.Insert(random.Next(fields.Count + 1), new StructField("part", DataType.String));
            partitions.Add("part");
        }

        if (random.Next(3) == 0)
        {
            fields.Add(new StructField("day", DataType.Date));
            partitions.Add("day");
        }

        Partitions = partitions;
        return new StructType(fields);
    }

    public StructField NewColumn() => new($"added{_added++}", s_columns[random.Next(s_columns.Length)].Type);

    public List<object?[]> Rows(StructType schema, int countMax, long idMax = 40) =>
        [.. Enumerable.Range(0, random.Next(1, countMax + 1)).Select(_ => Row(schema, random.NextInt64(idMax)))];

    public object?[] Row(StructType schema, long id) => [.. schema.Fields.Select(f => f.Name switch
    {
        "id" => id,
        "part" => random.Next(5) == 0 ? null : s_partTexts[random.Next(s_partTexts.Length)],
        "day" => random.Next(5) == 0 ? null : 20_000L + random.Next(3),
        _ => random.Next(6) == 0 ? null : Value(f.Type),
    })];

    private object? Value(DataType type) => type switch
    {
        StructType s => s.Fields.Select(f => random.Next(6) == 0 ? null : Value(f.Type)).ToArray(),
        ArrayType a => Enumerable.Range(0, random.Next(4)).Select(_ => random.Next(6) == 0 ? null : Value(a.ElementType)).ToArray(),
        MapType m => Enumerable.Range(0, random.Next(3)).Select(k => (object?)new object?[] { $"k{k}", random.Next(6) == 0 ? null : Value(m.ValueType) }).ToArray(),
        DecimalType d => random.Next(2) == 0 ? (Int128)random.Next(-100, 100) : d.Precision > 18 ? (Int128)random.NextInt64() * random.Next(1, 9) : (Int128)random.Next(-999_999_999, 999_999_999),
        PrimitiveType { Name: "long" } => random.Next(2) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(-5, 5),
        PrimitiveType { Name: "integer" } => random.Next(2) == 0 ? random.Next(int.MinValue, int.MaxValue) : (long)random.Next(-5, 5),
        PrimitiveType { Name: "short" } => (long)random.Next(short.MinValue, short.MaxValue + 1),
        PrimitiveType { Name: "byte" } => (long)random.Next(sbyte.MinValue, sbyte.MaxValue + 1),
        PrimitiveType { Name: "double" } => random.Next(3) == 0 ? s_doubles[random.Next(s_doubles.Length)] : (random.NextDouble() - 0.5) * 1e6,

        // Eighths: a float half-way between two shortest texts is written as either of them, and the readers differ in which.
        PrimitiveType { Name: "float" } => random.Next(3) == 0 ? (double)(float)s_doubles[random.Next(s_doubles.Length)] : random.Next(-40_000, 40_000) / 8.0,

        // 1930 to 2200: what both of the other readers can say.
        PrimitiveType { Name: "timestamp" or "timestamp_ntz" } => random.Next(3) == 0 ? random.Next(-2000, 2000) : random.NextInt64(-1_262_304_000_000_000, 7_258_118_400_000_000),
        PrimitiveType { Name: "boolean" } => random.Next(2) == 0,
        PrimitiveType { Name: "binary" } => Enumerable.Range(0, random.Next(6)).Select(_ => (byte)random.Next(256)).ToArray(),
        _ => s_texts[random.Next(s_texts.Length)],
    };
}
