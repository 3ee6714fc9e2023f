using System.Diagnostics.CodeAnalysis;
using CryptoInsight.Domain.Market;

namespace CryptoInsight.Lake.Rows;

/// <summary>Parses the symbol and interval columns, remembering the last of each: batches come sorted by series.</summary>
internal sealed class KnownLabels
{
    private string? _symbolText;
    private Symbol _symbol;
    private bool _symbolIsGood;
    private string? _intervalText;
    private Interval? _interval;

    public bool TrySymbol(string? text, out Symbol symbol)
    {
        if (!ReferenceEquals(text, _symbolText))
        {
            _symbolText = text;
            _symbolIsGood = Symbol.TryParse(text, out _symbol);
        }

        symbol = _symbol;
        return _symbolIsGood;
    }

    /// <summary>The symbol of a table's row; a text that is none was put there by another writer.</summary>
    public Symbol SymbolOf(string? text, string table) =>
        TrySymbol(text, out Symbol symbol)
            ? symbol
            : throw new InvalidDataException($"{table} holds a row whose symbol is none: another writer changed the table. Restore it to the version before, see DESCRIBE HISTORY {table}.");

    public bool TryInterval(string? text, [NotNullWhen(true)] out Interval? interval)
    {
        if (!ReferenceEquals(text, _intervalText))
        {
            _intervalText = text;
            _ = Interval.TryParse(text, out _interval); // null if it is none
        }

        interval = _interval;
        return interval is not null;
    }
}
