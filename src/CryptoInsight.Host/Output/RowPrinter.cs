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

    public static async Task PrintAsync(
        TextWriter output, OutputForm form, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<object?>> rows, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        switch (form)
        {
            case OutputForm.Json:
                await PrintJsonAsync(output, columns, rows, ct);
                break;
            case OutputForm.Ndjson:
                foreach (IReadOnlyList<object?> row in rows)
                {
                    ct.ThrowIfCancellationRequested();
                    await output.WriteLineAsync(JsonOf(columns, row));
                }

                break;
            case OutputForm.Csv:
                await output.WriteAsync(string.Join(',', columns.Select(Csv)) + "\r\n");
                foreach (IReadOnlyList<object?> row in rows)
                {
                    ct.ThrowIfCancellationRequested();
                    await output.WriteAsync(string.Join(',', row.Select(c => Csv(TextOf(c)))) + "\r\n");
                }

                break;
            default:
                await PrintTableAsync(output, columns, rows, ct);
                break;
        }
    }

    private static async Task PrintJsonAsync(TextWriter output, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<object?>> rows, CancellationToken ct)
    {
        await output.WriteAsync('[');
        string separator = "\n  ";
        foreach (IReadOnlyList<object?> row in rows)
        {
            ct.ThrowIfCancellationRequested();
            await output.WriteAsync(separator + JsonOf(columns, row));
            separator = ",\n  ";
        }

        await output.WriteLineAsync("\n]");
    }

    private static async Task PrintTableAsync(TextWriter output, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<object?>> rows, CancellationToken ct)
    {
        var table = new Table { Border = TableBorder.Rounded };
        foreach (string column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(Printable(column))));
        }

        int count = 0;
        foreach (IReadOnlyList<object?> row in rows)
        {
            ct.ThrowIfCancellationRequested();
            table.AddRow([.. row.Select(c => new Text(c is null ? "NULL" : Printable(TextOf(c))))]);
            count++;
        }

        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output), Interactive = InteractionSupport.No });
        if (Console.IsOutputRedirected || !ReferenceEquals(output, Console.Out))
        {
            console.Profile.Width = 400; // a pipe has no width: rows are not broken
        }

        console.Write(table);
        await output.WriteLineAsync(count == 1 ? "1 row" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} rows"));
    }

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
        DateTime or DateTimeOffset or DateOnly or TimeSpan or byte[] or System.Numerics.BigInteger => TextOf(cell),
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

    private static string Csv(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

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
