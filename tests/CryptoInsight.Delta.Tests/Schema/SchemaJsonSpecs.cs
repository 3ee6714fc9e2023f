using System.Text.Json;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Tests.Schema;

public sealed class SchemaJsonSpecs
{
    private const string Nested = """{"type":"struct","fields":[{"name":"a","type":"integer","nullable":false,"metadata":{"comment":"x \"y\" é","delta.columnMapping.id":4}},{"name":"b","type":{"type":"array","elementType":{"type":"struct","fields":[{"name":"d","type":"decimal(38,10)","nullable":true,"metadata":{}}]},"containsNull":false},"nullable":true,"metadata":{}},{"name":"m","type":{"type":"map","keyType":"string","valueType":"timestamp_ntz","valueContainsNull":true},"nullable":true,"metadata":{}}]}""";

    [Fact]
    public void A_schema_is_written_back_byte_for_byte() => Assert.Equal(Nested, SchemaJson.Write(SchemaJson.Parse(Nested)));

    [Fact]
    public void Parsed_schemas_compare_by_value() => Assert.Equal(SchemaJson.Parse(Nested), SchemaJson.Parse(Nested));

    [Fact]
    public void Field_metadata_is_kept_as_json()
    {
        StructField a = SchemaJson.Parse(Nested).Find("A")!;
        Assert.Equal(4, a.Metadata["delta.columnMapping.id"].GetInt32());
        Assert.Equal("x \"y\" é", a.Metadata["comment"].GetString());
    }

    [Theory]
    [InlineData("void")]
    [InlineData("variant")]
    [InlineData("geometry(OGC:CRS84)")]
    public void Types_without_a_reader_keep_their_names(string type) =>
        Assert.Equal(new PrimitiveType(type), SchemaJson.Parse($$$"""{"type":"struct","fields":[{"name":"v","type":"{{{type}}}","nullable":true,"metadata":{}}]}""").Fields[0].Type);

    [Fact]
    public void An_unknown_type_is_refused_only_when_it_is_read()
    {
        DataType geometry = SchemaJson.Parse("""{"type":"struct","fields":[{"name":"g","type":"geometry","nullable":true,"metadata":{}}]}""").Fields[0].Type;
        Assert.Throws<UnsupportedFeatureException>(() => ArrowTypes.ToArrow(geometry));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("\"string\"")]
    [InlineData("{\"type\":\"struct\"}")]
    [InlineData("{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"decimal(39,0)\"}]}")]
    [InlineData("{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"decimal(5,6)\"}]}")]
    [InlineData("{\"type\":\"struct\",\"fields\":[{\"name\":\"a\",\"type\":\"long\"},{\"name\":\"A\",\"type\":\"long\"}]}")]
    [InlineData("{\"type\":\"struct\",\"fields\":[{\"name\":1,\"type\":\"long\"}]}")]
    public void Text_that_is_no_schema_is_a_corrupt_table(string text) => Assert.Throws<CorruptTableException>(() => SchemaJson.Parse(text));

    [Fact]
    public void Nesting_without_end_is_refused_before_the_stack_is()
    {
        string type = "\"long\"";
        for (int i = 0; i < 200; i++)
        {
            type = $$"""{"type":"array","elementType":{{type}},"containsNull":true}""";
        }

        Assert.Throws<CorruptTableException>(() => SchemaJson.Parse($$$"""{"type":"struct","fields":[{"name":"a","type":{{{type}}},"nullable":true,"metadata":{}}]}"""));
    }

    [SkippableFact]
    public void Every_schema_of_the_golden_tables_survives_a_round_trip()
    {
        Skip.If(SharedData.GoldenTables is null, SharedData.Absent);
        int seen = 0;
        foreach (string log in Directory.EnumerateFiles(Path.Combine(SharedData.GoldenTables!, "tables"), "*.json", SearchOption.AllDirectories))
        {
            foreach (string line in File.ReadLines(log).Where(l => l.StartsWith("{\"metaData\"", StringComparison.Ordinal)))
            {
                if (JsonDocument.Parse(line).RootElement.GetProperty("metaData").TryGetProperty("schemaString", out JsonElement s) && s.ValueKind == JsonValueKind.String)
                {
                    StructType schema = SchemaJson.Parse(s.GetString()!);
                    Assert.Equal(schema, SchemaJson.Parse(SchemaJson.Write(schema)));
                    seen++;
                }
            }
        }

        Assert.True(seen > 100, $"only {seen} schemas were found");
    }

    [Fact]
    public void New_mapped_tables_get_ids_and_names_at_every_depth()
    {
        (StructType schema, int max) = ColumnMapping.Assign(SchemaJson.Parse(Nested), new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
        StructField d = ((StructType)((ArrayType)schema.Find("b")!.Type).ElementType).Fields[0];
        int[] ids = [.. schema.Fields.Append(d).Select(f => ColumnMapping.FieldId(f)!.Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(ids.Max(), max);
        Assert.All(schema.Fields.Append(d), f => Assert.NotEqual(f.Name, ColumnMapping.PhysicalName(f, ColumnMappingMode.Name)));
    }
}
