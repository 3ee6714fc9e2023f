using System.Text.Json;
using CryptoInsight.Delta.Schema;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Lake.Tests.Sql;

/// <summary>Tables that Spark, delta-rs and delta-kernel-rs wrote, read through SQL and compared cell by cell with the expected rows.</summary>
public sealed class GoldenTableSqlSpecs
{
    /// <summary>What SQL refuses to read today, with a message; `dump` reads them all.</summary>
    private static readonly HashSet<string> s_refused =
    [
        "g-spark-variant-checkpoint", // variant
        "g-table-with-columnmapping-mode-id", "g-table-with-columnmapping-mode-name", "g-table-with-icebegCompatV2Enabled", "kr-stats-writing-all-types__delta", // nested columns with mapped names
    ];

    public static TheoryData<string> Tables()
    {
        var ids = new TheoryData<string>();
        if (SharedData.GoldenTables is { } folder)
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "manifest.json")));
            JsonElement all = manifest.RootElement.ValueKind == JsonValueKind.Array ? manifest.RootElement : manifest.RootElement.GetProperty("tables");
            foreach (JsonElement table in all.EnumerateArray().Where(t => t.GetProperty("expect").GetString() == "rows"))
            {
                ids.Add(table.GetProperty("id").GetString()!);
            }
        }

        if (ids.Count == 0)
        {
            ids.Add(SharedData.Absent);
        }

        return ids;
    }

    [SkippableTheory]
    [MemberData(nameof(Tables))]
    public async Task Table_reads_the_same_through_SQL(string id)
    {
        Skip.If(SharedData.GoldenTables is null, SharedData.Absent);
        using var folder = new GoldenFolder(id);
        await using SqlSession sql = SqlSession.Open(folder.Lake);
        if (s_refused.Contains(id))
        {
            Assert.Contains("dump", (await sql.RefusedAsync("SELECT * FROM golden")).Message, StringComparison.Ordinal);
            return;
        }

        StructType schema = (await Delta.DeltaTable.OpenAsync(folder.Lake.StoreOf("golden"))).Snapshot.Schema;
        (IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<object?>> rows) = await sql.AskAsync("SELECT * FROM golden");

        Assert.Equal(schema.Fields.Select(f => f.Name), columns);
        string[] lines = [.. rows.Select(r => CanonicalCells.Line(r, schema)).Order(StringComparer.Ordinal)];
        Assert.Equal(folder.RowCount, lines.Length);
        if (folder.ExpectedLines is { } expected)
        {
            Assert.Equal(expected.Select(CanonicalCells.Normal).Order(StringComparer.Ordinal), lines);
        }
    }

    /// <summary>What the log says of greatest and least values is only believed where it is so: also of logs that others wrote.</summary>
    [SkippableTheory]
    [MemberData(nameof(Tables))]
    public async Task Extremes_and_counts_are_those_of_the_rows(string id)
    {
        Skip.If(SharedData.GoldenTables is null, SharedData.Absent);
        using var folder = new GoldenFolder(id);
        await using SqlSession sql = SqlSession.Open(folder.Lake);
        if (s_refused.Contains(id))
        {
            Assert.Contains("dump", (await sql.RefusedAsync("SELECT COUNT(*), MAX(rowid) FROM golden")).Message, StringComparison.Ordinal);
            return;
        }

        StructType schema = (await Delta.DeltaTable.OpenAsync(folder.Lake.StoreOf("golden"))).Snapshot.Schema;
        foreach (string name in schema.Fields.Where(f => f.Type is DecimalType or PrimitiveType { Name: not ("void" or "binary") }).Select(f => $"\"{f.Name.Replace("\"", "\"\"", StringComparison.Ordinal)}\""))
        {
            string asked = $"SELECT MIN({name})::VARCHAR, MAX({name})::VARCHAR, COUNT(*) FROM ";

            Assert.Equal((await sql.AskAsync($"{asked}(SELECT * FROM golden OFFSET 0)")).Rows, (await sql.AskAsync($"{asked}golden")).Rows);
        }
    }

    /// <summary>A lake whose one table is a copy of a golden one.</summary>
    private sealed class GoldenFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("golden-sql-");

        public GoldenFolder(string id)
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(SharedData.GoldenTables!, "manifest.json")));
            JsonElement all = manifest.RootElement.ValueKind == JsonValueKind.Array ? manifest.RootElement : manifest.RootElement.GetProperty("tables");
            JsonElement table = all.EnumerateArray().Single(t => t.GetProperty("id").GetString() == id);
            RowCount = table.GetProperty("rowCount").GetInt64();
            ExpectedLines = table.GetProperty("expectedFile").GetString() is { } file ? File.ReadAllLines(Path.Combine(SharedData.GoldenTables!, file)) : null;
            Copy(Path.Combine(SharedData.GoldenTables!, table.GetProperty("path").GetString()!), Path.Combine(_folder.FullName, "demo_catalog", "demo_schema", "golden"));
        }

        public LakeLocation Lake => LakeLocation.Local(_folder.FullName);

        public long RowCount { get; }

        public string[]? ExpectedLines { get; }

        public void Dispose() => _folder.Delete(recursive: true);

        private static void Copy(string from, string to)
        {
            foreach (string file in Directory.EnumerateFiles(from, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }))
            {
                string target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }
}
