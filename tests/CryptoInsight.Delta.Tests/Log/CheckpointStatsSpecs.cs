using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using CryptoInsight.Delta.Tests.Data;
using DuckDB.NET.Data;

namespace CryptoInsight.Delta.Tests.Log;

/// <summary>Checkpoints whose statistics are columns, as Databricks tables ask for them.</summary>
public class CheckpointStatsSpecs
{
    private static readonly StructType Schema = new(
    [
        new StructField("id", DataType.Long, false), new StructField("i", DataType.Integer), new StructField("s", DataType.Short), new StructField("b", DataType.Byte), new StructField("d", DataType.Double),
        new StructField("f", DataType.Float), new StructField("text", DataType.String), new StructField("dec", new DecimalType(20, 4)), new StructField("day", DataType.Date), new StructField("at", DataType.Timestamp),
        new StructField("wall", DataType.TimestampNtz), new StructField("flag", DataType.Boolean), new StructField("bytes", DataType.Binary),
        new StructField("st", new StructType([new StructField("a", DataType.Integer), new StructField("list", new ArrayType(DataType.String, true))])),
        new StructField("part", DataType.Date), new StructField("part2", DataType.String),
    ]);

    private static List<object?[]> Rows { get; } =
    [
        .. Enumerable.Range(0, 40).Select(i => new object?[]
        {
            (long)i, -i, i, i, i / 3.0, i / 7.0, i % 5 == 0 ? null : new string((char)('a' + (i % 20)), 40) + "漢", (Int128)i * 12345, 19000L + i, 1_700_000_000_123_456L + i, i % 9 == 0 ? null : (object)(1_600_000_000_000_000L - i), i % 2 == 0,
            new byte[] { 1 }, i % 6 == 0 ? null : new object?[] { (long)i, new object?[] { "x" } }, i % 4 == 0 ? null : 20000L + (i % 4), i % 3 == 0 ? null : $"p {i % 3}",
        }),
    ];

    [Theory]
    [InlineData("true", "none")]
    [InlineData("false", "none")]
    [InlineData("false", "name")]
    public async Task Every_bound_is_the_same_read_from_columns_as_from_text(string asJson, string mapping)
    {
        MemoryObjectStore store = new();
        DeltaTable table = await NewAsync(store, asJson, mapping);
        Snapshot before = table.Snapshot;
        await table.CheckpointAsync();
        for (long version = 0; version < before.Version; version++)
        {
            await store.DeleteAsync(LogFiles.Commit(version));
        }

        Snapshot after = (await DeltaTable.OpenAsync(store)).Snapshot;
        Assert.Equal(before.Version, after.CheckpointVersion);
        Assert.Equal(before.Files.Count, after.Files.Count);
        TableLayout layout = TableLayout.Of(after);
        foreach (AddFile file in before.Files)
        {
            AddFile read = after.FindFile(file.Path)!;
            Assert.Equal(asJson == "true", read.Stats == file.Stats);
            Assert.Equal(FileStats.Of(file).NumRecords, FileStats.Of(read).NumRecords);
            foreach (StructField column in Schema.Fields.Where(f => f.Type is not StructType && !layout.IsPartition(f)))
            {
                StructField known = after.Schema.Find(column.Name)!;
                ColumnBounds expected = FileStats.Of(file).Of(layout.PhysicalName(known), column.Type), found = FileStats.Of(read).Of(layout.PhysicalName(known), column.Type);
                Assert.Equal((expected.Nulls, $"{expected.Min}", $"{expected.Max}"), (found.Nulls, $"{found.Min}", $"{found.Max}"));
            }
        }

        Predicate some = Predicate.Equal("id", 7L);
        Assert.Equal(before.FilesFor(some).Select(f => f.Path), after.FilesFor(some).Select(f => f.Path));
        Assert.Equal(RowBatches.Lines(Schema, Rows), await RowBatches.LinesAsync(await DeltaTable.OpenAsync(store)));
    }

    [Fact]
    public async Task Another_engine_reads_the_columns_as_the_protocol_names_them()
    {
        using TemporaryFolder folder = new();
        DeltaTable table = await NewAsync(new LocalObjectStore(folder.Path, fsync: false), "false", "none");
        await table.CheckpointAsync();
        using DuckDBConnection connection = new("DataSource=:memory:");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT sum(add.stats_parsed.numRecords), min(add.stats_parsed.minValues.id), max(add.stats_parsed.maxValues.at), sum(add.stats_parsed.nullCount.st.a), count(add.partitionValues_parsed.part), count(add.stats), bool_and(add.stats_parsed.tightBounds)
            FROM read_parquet('{folder.Path}/_delta_log/*.checkpoint.parquet') WHERE add IS NOT NULL
            """;
        using System.Data.Common.DbDataReader reader = command.ExecuteReader();
        Assert.True(reader.Read());
        Assert.Equal(("40", "0", "7"), ($"{reader.GetValue(0)}", $"{reader.GetValue(1)}", $"{reader.GetValue(3)}"));
        Assert.Equal(table.Snapshot.Files.Count(f => f.PartitionValues["part"] is not null), Convert.ToInt32(reader.GetValue(4), System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(0L, reader.GetValue(5));
        Assert.True(reader.GetBoolean(6));
    }

    private static async Task<DeltaTable> NewAsync(IObjectStore store, string asJson, string mapping)
    {
        Dictionary<string, string> properties = new() { ["delta.checkpoint.writeStatsAsStruct"] = "true", ["delta.checkpoint.writeStatsAsJson"] = asJson };
        if (mapping != "none")
        {
            properties["delta.columnMapping.mode"] = mapping;
        }

        DeltaTable table = await DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema) { PartitionColumns = ["part", "part2"], Properties = properties }, SeededIds.Options(1) with { Upkeep = LogUpkeepMode.Off });
        foreach (object?[][] part in Rows.Chunk(13))
        {
            await table.AppendAsync([RowBatches.Of(Schema, part)]);
        }

        return table;
    }
}
