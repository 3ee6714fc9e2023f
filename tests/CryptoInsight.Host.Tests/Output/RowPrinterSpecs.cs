using CryptoInsight.Host.Output;

namespace CryptoInsight.Host.Tests.Output;

public sealed class RowPrinterSpecs
{
    private static readonly DateTimeOffset s_instant = new(2025, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static TheoryData<object?, string, string> Cells => new()
    {
        { null, "null", "" },
        { true, "true", "true" },
        { 5L, "5", "5" },
        { 0.1, "0.1", "0.1" },
        { double.NaN, "\"NaN\"", "NaN" },
        { double.PositiveInfinity, "\"Infinity\"", "Infinity" },
        { 1.50m, "1.50", "1.50" },
        { s_instant, "\"2025-01-02T03:04:05Z\"", "2025-01-02 03:04:05" },
        { s_instant.AddTicks(1230), "\"2025-01-02T03:04:05.000123Z\"", "2025-01-02 03:04:05.000123" },
        { s_instant.UtcDateTime, "\"2025-01-02T03:04:05\"", "2025-01-02 03:04:05" },
        { new DateOnly(2025, 1, 2), "\"2025-01-02\"", "2025-01-02" },
        { new byte[] { 1, 255 }, "\"01ff\"", "01ff" },
        { "한글 <b>", "\"한글 <b>\"", "한글 <b>" },
        { "", "\"\"", "\"\"" },
        { "a\"b", "\"a\\\"b\"", "\"a\"\"b\"" },
        { new List<object?> { 1, null }, "[1,null]", "\"[1,null]\"" },
        { new Dictionary<string, object?> { ["a"] = s_instant }, "{\"a\":\"2025-01-02T03:04:05Z\"}", "\"{\"\"a\"\":\"\"2025-01-02T03:04:05Z\"\"}\"" },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Cell_is_printed_in_the_form_asked_for(object? cell, string json, string csv)
    {
        Assert.Equal($"{{\"c\":{json}}}\n", await PrintAsync(OutputForm.Ndjson, ["c"], [[cell]]));
        Assert.Equal($"c\r\n{csv}\r\n", await PrintAsync(OutputForm.Csv, ["c"], [[cell]]));
    }

    [Fact]
    public async Task Json_is_one_array_also_when_there_are_no_rows_and_names_are_made_distinct()
    {
        Assert.Equal("[\n]\n", await PrintAsync(OutputForm.Json, ["a"], []));
        Assert.Equal("[\n  {\"a\":1,\"a_2\":2},\n  {\"a\":3,\"a_2\":4}\n]\n", await PrintAsync(OutputForm.Json, ["a", "a"], [[1, 2], [3, 4]]));
    }

    [Fact]
    public async Task Table_never_lets_control_characters_through()
    {
        string printed = await PrintAsync(OutputForm.Table, ["a\u001b[31m"], [["x\u001b]0;title\u0007y\nz"]]);

        Assert.DoesNotContain('\u001b', printed);
        Assert.DoesNotContain('\u0007', printed);
        Assert.Contains("x ]0;title y z", printed, StringComparison.Ordinal);
        Assert.EndsWith("1 row\n", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_answer_is_laid_out_in_pieces_and_counted_whole()
    {
        string printed = await PrintAsync(OutputForm.Table, ["n"], [.. Enumerable.Range(0, 1_234).Select(i => (IReadOnlyList<object?>)[i])]);

        Assert.EndsWith("1,234 rows\n", printed, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 1_234), i => Assert.Contains($" {i} ", printed, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rows_are_printed_before_the_last_one_is_there()
    {
        using var output = new StringWriter { NewLine = "\n" };
        async IAsyncEnumerable<IReadOnlyList<object?>> Rows()
        {
            yield return [1];
            Assert.Equal("{\"n\":1}\n", output.ToString());
            await Task.CompletedTask;
            yield return [2];
        }

        await RowPrinter.PrintAsync(output, OutputForm.Ndjson, ["n"], Rows());

        Assert.Equal("{\"n\":1}\n{\"n\":2}\n", output.ToString());
    }

    private static async Task<string> PrintAsync(OutputForm form, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<object?>> rows)
    {
        using var output = new StringWriter { NewLine = "\n" };
        await RowPrinter.PrintAsync(output, form, columns, rows);
        return output.ToString();
    }
}
