using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>Partition values that paths do not show plainly: nulls, odd characters, different lengths, several columns.</summary>
public sealed class PartitionSpecs
{
    [Fact]
    public async Task Partition_values_of_any_text_are_read_back()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("lake tests 한글-");
        LakeLocation lake = LakeLocation.Local(folder.FullName);
        string?[] values = ["a", "b c", "d/e", "f=g", "100%", "한글", null, "z'z", "\"q\"", "x:y"];
        var definition = new TableDefinition(new Delta.Schema.StructType([new StructField("p", DataType.String), new StructField("n", DataType.Long), new StructField("q", DataType.Integer)])) { PartitionColumns = ["p", "q"] };
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(lake.StoreOf("odd"), definition);
        await table.AppendAsync([Batch(values)], new CommitSpec("WRITE"));
        await using (SqlSession sql = SqlSession.Open(lake))
        {
            IReadOnlyList<IReadOnlyList<object?>> rows = (await sql.AskAsync("SELECT p, n, q FROM odd ORDER BY n")).Rows;

            Assert.Equal(values.Select((v, i) => (v, (long)i, i % 3)), rows.Select(r => ((string?)r[0], (long)r[1]!, (int)r[2]!)));
            Assert.Equal(3L, await sql.ValueAsync("SELECT n FROM odd WHERE p = 'f=g'"));
            Assert.Equal(6L, await sql.ValueAsync("SELECT n FROM odd WHERE p IS NULL"));
            Assert.Equal(["p", "n", "q"], (await sql.AskAsync("SELECT * FROM odd")).Columns);
        }

        folder.Delete(recursive: true);
    }

    private static RecordBatch Batch(string?[] values)
    {
        var p = new StringArray.Builder();
        var n = new Int64Array.Builder();
        var q = new Int32Array.Builder();
        for (int i = 0; i < values.Length; i++)
        {
            _ = values[i] is { } text ? p.Append(text) : p.AppendNull();
            n.Append(i);
            q.Append(i % 3);
        }

        return new RecordBatch.Builder().Append("p", true, p.Build()).Append("n", true, n.Build()).Append("q", true, q.Build()).Build();
    }
}
