using System.Globalization;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Delta.Store;
using DuckDB.NET.Data;

namespace CryptoInsight.Delta.Tests.Data;

/// <summary>Our files in the eyes of two other Parquet implementations.</summary>
public sealed class OtherReadersSpecs : IDisposable
{
    private static readonly StructType Schema = new(
    [
        new StructField("id", DataType.Long, false),
        new StructField("event_time", DataType.Timestamp),
        new StructField("price", DataType.Double),
        new StructField("text", DataType.String),
        new StructField("amount", new DecimalType(20, 4)),
        new StructField("day", DataType.Date),
        new StructField("flag", DataType.Boolean),
        new StructField("st", new StructType([new StructField("a", DataType.Integer), new StructField("b", DataType.String)])),
        new StructField("list", new ArrayType(DataType.String, true)),
    ]);

    private readonly string _folder = Directory.CreateTempSubdirectory("delta-other-readers").FullName;

    private static List<object?[]> Rows { get; } =
    [
        .. Enumerable.Range(0, 500).Select(i => new object?[]
        {
            (long)i, i % 7 == 0 ? null : 1_700_000_000_123_456 + (i * 1_000_003L), i % 5 == 0 ? null : i / 3.0, i % 11 == 0 ? null : $"t{i}é漢", i % 3 == 0 ? null : (Int128)i * 12345, i % 4 == 0 ? null : 19000L + i, i % 2 == 0,
            i % 6 == 0 ? null : new object?[] { (long)i, i % 8 == 0 ? null : "s" }, i % 9 == 0 ? null : Enumerable.Range(0, i % 4).Select(e => e == 1 ? null : (object)$"e{e}").ToArray(),
        }),
    ];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task DuckDB_reads_the_same_values()
    {
        string file = await WriteAsync();
        using DuckDBConnection connection = new("DataSource=:memory:");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT id, epoch_us(event_time), price, text, CAST(amount * 10000 AS HUGEINT), day - DATE '1970-01-01', flag, st IS NULL, st.a, st.b, list IS NULL, len(list), array_to_string(list, '|') FROM read_parquet('{file}') ORDER BY id";
        using System.Data.Common.DbDataReader reader = command.ExecuteReader();
        foreach (object?[] row in Rows)
        {
            Assert.True(reader.Read());
            object?[] st = (object?[]?)row[7] ?? [null, null];
            object?[]? list = (object?[]?)row[8];
            object?[] expected = [row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7] is null, st[0], st[1], list is null, list?.Length, list is null ? null : string.Join('|', list.Where(e => e is not null))];
            for (int c = 0; c < expected.Length; c++)
            {
                Assert.Equal(Text(expected[c]), reader.IsDBNull(c) ? "null" : Text(reader.GetValue(c)));
            }
        }

        Assert.False(reader.Read());
    }

    [Fact]
    public async Task DuckDB_finds_rows_through_our_row_group_statistics()
    {
        string file = await WriteAsync();
        using DuckDBConnection connection = new("DataSource=:memory:");
        connection.Open();
        using DuckDBCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM read_parquet('{file}') WHERE event_time >= make_timestamptz(CAST(1700000000123456 + 499 * 1000003 AS BIGINT))";
        Assert.Equal(1L, command.ExecuteScalar()); // i = 499 is not divisible by 7: its time is not null
        command.CommandText = $"SELECT count(*) FROM read_parquet('{file}') WHERE text > 't99'";
        Assert.Equal((long)Rows.Count(r => r[3] is string t && string.CompareOrdinal(t, "t99") > 0), command.ExecuteScalar());
    }

    [Fact]
    public async Task ParquetNet_reads_the_same_flat_values()
    {
        using FileStream stream = File.OpenRead(await WriteAsync());
        List<Dictionary<string, object?>> read = [.. (await Parquet.Serialization.ParquetSerializer.DeserializeUntypedAsync(stream)).Data.Cast<Dictionary<string, object?>>()];
        Check(read, "id", 0, v => v);
        Check(read, "price", 2, v => v);
        Check(read, "text", 3, v => v);
        Check(read, "amount", 4, v => v is null ? null : (Int128)((decimal)v * 10000));
        Check(read, "flag", 6, v => v);
    }

    private static void Check(List<Dictionary<string, object?>> read, string name, int column, Func<object?, object?> convert) =>
        Assert.Equal(Rows.Select(r => Text(r[column])), read.Select(r => Text(convert(r.GetValueOrDefault(name)))));

    private static string Text(object? value) => value switch
    {
        null => "null",
        System.Numerics.BigInteger b => b.ToString(CultureInfo.InvariantCulture),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    private async Task<string> WriteAsync()
    {
        LocalObjectStore store = new(_folder, fsync: false);
        DeltaTable table = await DeltaTable.OpenOrCreateAsync(store, new TableDefinition(Schema));
        await table.AppendAsync([RowBatches.Of(Schema, Rows)], new CommitSpec("WRITE"));
        AddFile file = Assert.Single(table.Snapshot.Files);
        return Path.Combine(_folder, file.Path);
    }
}
