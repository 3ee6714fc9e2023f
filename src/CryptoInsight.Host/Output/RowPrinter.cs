using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace CryptoInsight.Host.Output;

/// <summary>Prints rows in the form that the user asked for.</summary>
/// <remarks>Cells: null, bool, integers, doubles, decimals, strings, dates, UTC times and lists or dictionaries of these. Control characters never reach a terminal.</remarks>
public static class RowPrinter
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>So many rows of a table are laid out together: a long answer is shown while it is still being read.</summary>
    private const int RowsPerTable = 500;

    public static Task PrintAsync(
        TextWriter output, OutputForm form, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<object?>> rows, CancellationToken ct = default) =>
        PrintAsync(output, form, columns, rows.ToAsyncEnumerable(), ct);

    /// <summary>Prints rows as they come; only the table form holds some of them, to find the columns' widths.</summary>
    public static async Task PrintAsync(
        TextWriter output, OutputForm form, IReadOnlyList<string> columns, IAsyncEnumerable<IReadOnlyList<object?>> rows, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        switch (form)
        {
            case OutputForm.Json:
                await PrintJsonAsync(output, columns, rows, ct);
                break;
            case OutputForm.Ndjson:
                await foreach (IReadOnlyList<object?> row in rows.WithCancellation(ct))
                {
                    await output.WriteLineAsync(JsonOf(columns, row));
                }

                break;
            case OutputForm.Csv:
                await output.WriteAsync(string.Join(',', columns.Select(Csv)) + "\r\n");
                await foreach (IReadOnlyList<object?> row in rows.WithCancellation(ct))
                {
                    await output.WriteAsync(string.Join(',', row.Select(c => c is null ? "" : Csv(TextOf(c)))) + "\r\n");
                }

                break;
            default:
                await PrintTableAsync(output, columns, rows, ct);
                break;
        }
    }

    private static async Task PrintJsonAsync(TextWriter output, IReadOnlyList<string> columns, IAsyncEnumerable<IReadOnlyList<object?>> rows, CancellationToken ct)
    {
        await output.WriteAsync('[');
        string separator = "\n  ";
        await foreach (IReadOnlyList<object?> row in rows.WithCancellation(ct))
        {
            await output.WriteAsync(separator + JsonOf(columns, row));
            separator = ",\n  ";
        }

        await output.WriteLineAsync("\n]");
    }

    private static async Task PrintTableAsync(TextWriter output, IReadOnlyList<string> columns, IAsyncEnumerable<IReadOnlyList<object?>> rows, CancellationToken ct)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Interactive = InteractionSupport.No });
        if (Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out))
        {
            console.Profile.Width = 4_000; // a pipe has no width: rows are not broken
        }

        long count = 0;
        var page = new List<IReadOnlyList<object?>>();
        await foreach (IReadOnlyList<object?> row in rows.WithCancellation(ct))
        {
            page.Add(row);
            count++;
            if (page.Count == RowsPerTable)
            {
                console.Write(Laid(columns, page));
                page.Clear();
            }
        }

        if (page.Count > 0 || count == 0)
        {
            console.Write(Laid(columns, page));
        }

        await output.WriteLineAsync(count == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} rows"));
    }

    private static Table Laid(IReadOnlyList<string> columns, List<IReadOnlyList<object?>> rows)
    {
        var table = new Table { Border = TableBorder.Rounded };
        for (int i = 0; i < columns.Count; i++)
        {
            int at = i;
            bool isNumber = rows.Any(r => r[at] is not null) && rows.All(r => r[at] is null || IsNumber(r[at]!));
            table.AddColumn(new TableColumn(Markup.Escape(Printable(columns[i]))) { Alignment = isNumber ? Justify.Right : Justify.Left });
        }

        foreach (IReadOnlyList<object?> row in rows)
        {
            table.AddRow([.. row.Select(c => new Text(c is null ? "NULL" : Printable(TextOf(c))))]);
        }

        return table;
    }

    private static bool IsNumber(object cell) => cell is sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal or System.Numerics.BigInteger;

    private static string JsonOf(IReadOnlyList<string> columns, IReadOnlyList<object?> row)
    {
        var cells = new Dictionary<string, object?>(columns.Count);
        for (int i = 0; i < columns.Count; i++)
        {
            string name = columns[i];
            for (int n = 2; cells.ContainsKey(name); n++)
            {
                name = $"{columns[i]}_{n}"; // a join may give one name twice
            }

            cells[name] = JsonValue(row[i]);
        }

        return JsonSerializer.Serialize(cells, s_json);
    }

    private static object? JsonValue(object? cell) => cell switch
    {
        double d when !double.IsFinite(d) => TextOf(d),
        float f when !float.IsFinite(f) => TextOf(f),
        DateTimeOffset t => t.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        DateTime t => t.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateOnly or TimeSpan or byte[] or System.Numerics.BigInteger => TextOf(cell),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(p => p.Key, p => JsonValue(p.Value)),
        IEnumerable<object?> list => list.Select(JsonValue).ToList(),
        _ => cell,
    };

    private static string TextOf(object? cell) => cell switch
    {
        null => "",
        bool b => b ? "true" : "false",
        DateTime t => t.ToString(t.TimeOfDay.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        DateTimeOffset t => TextOf(t.UtcDateTime),
        DateOnly d => d.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexStringLower(bytes),
        IReadOnlyDictionary<string, object?> or IEnumerable<object?> => JsonSerializer.Serialize(JsonValue(cell), s_json),
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };

    /// <summary>An empty text is quoted, so that it differs from null, which is nothing.</summary>
    private static string Csv(string text) =>
        text.Length > 0 && text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Printable(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var safe = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            safe.Append(char.IsControl(c) ? ' ' : c);
        }

        return safe.ToString();
    }
}
