using System.Text.Json;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Tests.Commands;

/// <summary>Every statement that the users of the replaced pipeline run, word for word, on a lake that a replay of recorded candles made.</summary>
public sealed class OriginalSqlSpecs
{
    private const int CandlesReplayed = 1_200;

    [SkippableFact]
    public async Task Every_statement_runs_as_it_is_written()
    {
        Skip.If(SharedData.Folder is null, SharedData.Absent);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("original-sql-");
        try
        {
            string lake = Path.Combine(folder.FullName, "lake");
            await ReplayAsync(folder.FullName, lake);
            IReadOnlyList<string> statements = Statements();
            Assert.Equal(32, statements.Count);

            foreach (string statement in statements)
            {
                (int exit, string output, string error) = await Cli.RunAsync("sql", statement, "--lake", lake, "--output", "json");

                Assert.True(exit == 0, $"{statement}\n{error}");
                using JsonDocument answer = JsonDocument.Parse(output);
                Check(statement, answer.RootElement);
            }

            (_, string events, _) = await Cli.RunAsync("sql", "SELECT kind FROM ops_events ORDER BY at", "--lake", lake, "--output", "csv");
            Assert.Equal(["kind", "table_optimized", "table_optimized", "table_restored", "view_created", "view_dropped"], events.Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Minutes of 4 h candles would make thousands of folders: some hundred days are enough.</summary>
    private static async Task ReplayAsync(string folder, string lake)
    {
        foreach ((string name, string path) in (IEnumerable<(string, string)>)[("BTCUSDT-15m.json", "klines-15m/BTCUSDT-15m-2025-01_2026-04.json.gz"), ("BTCUSDT-4h.json", "klines-4h/BTCUSDT-4h.json.gz")])
        {
            await using var packed = new System.IO.Compression.GZipStream(
                File.OpenRead(SharedData.MarketData(path)), System.IO.Compression.CompressionMode.Decompress);
            using JsonDocument all = await JsonDocument.ParseAsync(packed);
            string text = $"[{string.Join(",\n", all.RootElement.EnumerateArray().Take(name.Contains("4h", StringComparison.Ordinal) ? 200 : CandlesReplayed).Select(e => e.GetRawText()))}]";
            string file = Path.Combine(folder, name);
            await File.WriteAllTextAsync(file, text);
            (int exit, _, string error) = await Cli.RunAsync("replay", file, "--lake", lake);
            Assert.True(exit == 0, error);
        }
    }

    private static IReadOnlyList<string> Statements()
    {
        string text = File.ReadAllText(SharedData.PathOf("original-sql.md"));
        int start = text.IndexOf("```sql\n", StringComparison.Ordinal) + "```sql\n".Length;
        return SqlScript.Split(text[start..text.IndexOf("```", start, StringComparison.Ordinal)]);
    }

    private static void Check(string statement, JsonElement rows)
    {
        int count = rows.GetArrayLength();
        if (statement.StartsWith("SELECT COUNT(*) FROM demo_catalog.demo_schema.silver_charts", StringComparison.Ordinal) || statement.StartsWith("SELECT COUNT(*) FROM demo_catalog.demo_schema.bronze_charts", StringComparison.Ordinal))
        {
            Assert.Equal(CandlesReplayed + 200, rows[0].GetProperty("count_star()").GetInt64());
        }
        else if (statement.StartsWith("SELECT MAX(", StringComparison.Ordinal) && statement.EndsWith("_charts", StringComparison.Ordinal))
        {
            Assert.Equal(JsonValueKind.String, rows[0].EnumerateObject().Single().Value.ValueKind);
        }
        else if (statement.EndsWith("DESC LIMIT 10", StringComparison.Ordinal) && !statement.Contains("fear_greed", StringComparison.Ordinal))
        {
            Assert.Equal(10, count);
        }
        else if (statement.Contains("v_latest_price", StringComparison.Ordinal) || statement.Contains("v_summary_24h", StringComparison.Ordinal) || statement.Contains("dashboard_summary", StringComparison.Ordinal))
        {
            Assert.Equal("BTCUSDT", Assert.Single(rows.EnumerateArray()).GetProperty("symbol").GetString());
        }
        else if (statement.Contains("RESTORE", StringComparison.Ordinal))
        {
            Assert.Equal(1, rows[0].GetProperty("restored_to").GetInt64());
        }
        else if (statement.Contains("ZORDER", StringComparison.Ordinal))
        {
            Assert.True(rows[0].GetProperty("files_removed").GetInt32() > 0);
        }
    }
}
