using System.Globalization;
using System.Text.Json;
using CryptoInsight.Lake.Sql;

namespace CryptoInsight.Host.Api;

/// <summary>A statement that changes the lake, with what the operator said beside it.</summary>
public sealed record ChangeRequest(string Statement, bool AcceptLoss = false);

/// <summary>What it answered. Cells: null, true, false, numbers, texts; times as texts.</summary>
public sealed record ChangeDocument(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<JsonElement>> Rows, string? Note)
{
    public static ChangeDocument Of(ChangeAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return new ChangeDocument(answer.Columns, [.. answer.Rows.Select(r => (IReadOnlyList<JsonElement>)[.. r.Select(c => JsonSerializer.SerializeToElement(c))])], answer.Note);
    }

    public ChangeAnswer ToAnswer() => new(Columns, [.. Rows.Select(r => (IReadOnlyList<object?>)[.. r.Select(Cell)])]) { Note = Note };

    private static object? Cell(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => cell.TryGetInt64(out long whole) ? whole : cell.GetDouble(),
        JsonValueKind.String => cell.GetString(),
        _ => cell.GetRawText().ToString(CultureInfo.InvariantCulture),
    };
}
