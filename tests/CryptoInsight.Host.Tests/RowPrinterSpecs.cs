using System.Globalization;
using System.Text.Json;
using CryptoInsight.Host.Output;

namespace CryptoInsight.Host.Tests;

public sealed class RowPrinterSpecs
{
    private static readonly string[] s_columns = ["text", "number", "time", "flag", "nothing"];

    private static readonly IReadOnlyList<object?>[] s_rows =
    [
        ["a,\"b\"\nc", 1.5, new DateTime(2025, 1, 2, 3, 4, 5, DateTimeKind.Utc), true, null],
        ["평온", double.NaN, new DateTime(2025, 1, 2, 3, 4, 5, 6, DateTimeKind.Utc), false, 7L],
    ];

    [Fact]
    public async Task Csv_quotes_what_needs_it_and_ends_lines_as_the_standard_says()
    {
        Assert.Equal(
            "text,number,time,flag,nothing\r\n\"a,\"\"b\"\"\nc\",1.5,2025-01-02 03:04:05,true,\r\n평온,NaN,2025-01-02 03:04:05.006000,false,7\r\n",
            await PrintedAsync(OutputForm.Csv));
    }

    [Fact]
    public async Task Json_is_one_array_and_ndjson_one_object_a_line()
    {
        using JsonDocument all = JsonDocument.Parse(await PrintedAsync(OutputForm.Json));
        Assert.Equal(2, all.RootElement.GetArrayLength());
        string[] lines = (await PrintedAsync(OutputForm.Ndjson)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        using JsonDocument second = JsonDocument.Parse(lines[1]);
        Assert.Equal("NaN", second.RootElement.GetProperty("number").GetString());
        Assert.Equal(7, second.RootElement.GetProperty("nothing").GetInt64());
    }

    [Fact]
    public async Task Control_characters_never_reach_the_terminal()
    {
        var output = new StringWriter(CultureInfo.InvariantCulture);
        await RowPrinter.PrintAsync(output, OutputForm.Table, ["x\u001b[2J"], [["\u001b[31mred\u0007"]]);
        Assert.DoesNotContain('\u001b', output.ToString().Replace("\u001b[0m", "", StringComparison.Ordinal));
        Assert.DoesNotContain('\u0007', output.ToString());
    }

    [Fact]
    public async Task Two_columns_of_one_name_are_kept_apart_in_json()
    {
        var output = new StringWriter(CultureInfo.InvariantCulture);
        await RowPrinter.PrintAsync(output, OutputForm.Ndjson, ["a", "a"], [[1, 2]]);
        Assert.Equal("{\"a\":1,\"a_2\":2}", output.ToString().Trim());
    }

    private static async Task<string> PrintedAsync(OutputForm form)
    {
        var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        await RowPrinter.PrintAsync(output, form, s_columns, s_rows);
        return output.ToString();
    }
}
