using System.Text.Json;
using CryptoInsight.Lake.Tests;

namespace CryptoInsight.Host.Tests.Commands;

public sealed class SqlCommandSpecs
{
    private const string TwoRows = "SELECT symbol, open_time, close, taker_buy_quote, dt FROM silver_charts WHERE symbol = 'ETHUSDT' AND open_time < '2025-01-01 02:00:00' ORDER BY open_time";

    [Fact]
    public async Task Answer_as_a_table_has_columns_cells_and_a_count()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (int exit, string output, string error) = await Cli.RunAsync("sql", TwoRows, "--lake", lake.Location.Root);

        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("taker_buy_quote", output, StringComparison.Ordinal);
        Assert.Contains("2025-01-01 01:00:00", output, StringComparison.Ordinal);
        Assert.Contains("NULL", output, StringComparison.Ordinal);
        Assert.EndsWith("2 rows" + Environment.NewLine, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_as_json_is_an_array_of_objects()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (int exit, string output, _) = await Cli.RunAsync("sql", TwoRows, "--output", "json", "--lake", lake.Location.Root);

        Assert.Equal(0, exit);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(2, json.RootElement.GetArrayLength());
        Assert.Equal("""{"symbol":"ETHUSDT","open_time":"2025-01-01T01:00:00Z","close":11,"taker_buy_quote":44,"dt":"2025-01-01"}""", json.RootElement[1].GetRawText());
        Assert.Equal(JsonValueKind.Null, json.RootElement[0].GetProperty("taker_buy_quote").ValueKind);
    }

    [Fact]
    public async Task Answer_as_csv_follows_RFC_4180()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (_, string output, _) = await Cli.RunAsync("sql", "SELECT 'a,b' AS \"x,y\", 'say \"hi\"' AS q, '' AS nothing, NULL AS missing, 'two\nlines' AS l", "--output", "csv", "--lake", lake.Location.Root);

        Assert.Equal("\"x,y\",q,nothing,missing,l\r\n\"a,b\",\"say \"\"hi\"\"\",\"\",,\"two\nlines\"\r\n", output);
    }

    [Fact]
    public async Task Several_statements_are_answered_in_order()
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (int exit, string output, _) = await Cli.RunAsync("sql", "CREATE SCHEMA IF NOT EXISTS demo_catalog.demo_schema; SELECT COUNT(*) AS n FROM silver_charts;", "--output", "ndjson", "--lake", lake.Location.Root);

        Assert.Equal(0, exit);
        Assert.Equal(["{\"status\":\"Schema demo_catalog.demo_schema is there already.\"}", "{\"n\":144}"], output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("SELECT * FROM nowhere", "nowhere")]
    [InlineData("DROP TABLE silver_charts", "--confirm silver_charts")]
    [InlineData("SELECT 1; SELECT nope; SELECT 2", "Statement 2 of 3")]
    [InlineData("DESCRIBE DETAIL nowhere", "nowhere")]
    [InlineData("SELECT 'abc", "not closed")]
    public async Task Wrong_statement_fails_with_1_and_says_why_on_the_error_stream(string statement, string part)
    {
        await using SampleLake lake = await SampleLake.FilledAsync();

        (int exit, string output, string error) = await Cli.RunAsync("sql", statement, "--lake", lake.Location.Root, "--output", "csv");

        Assert.Equal(1, exit);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(statement.StartsWith("SELECT 1;", StringComparison.Ordinal) ? "1\r\n1\r\n" : "", output);
    }

    [Fact]
    public async Task Nothing_to_run_is_wrong_usage()
    {
        (int exit, _, string error) = await Cli.RunAsync("sql", " -- only a comment");

        Assert.Equal(2, exit);
        Assert.Contains("statement", error, StringComparison.Ordinal);
    }
}
