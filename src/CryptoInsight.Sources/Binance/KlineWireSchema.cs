using System.Text;

namespace CryptoInsight.Sources.Binance;

/// <summary>Which array element or object field of a kline is which column, of what type: configuration, so that drift is answered without a build.</summary>
/// <remarks>The columns of <see cref="Candle"/> are always there; every other column is an extra one, in the order given. Elements that no column claims are rescued at ingestion.
/// <b>Source</b>: Binance rest-api.md "Kline/Candlestick data", web-socket-streams.md "Kline/Candlestick Streams".</remarks>
public sealed class KlineWireSchema
{
    private const int ElementMax = 255;
    private const int ExtraMax = 64;

    private static readonly (string Name, WireType Type, KlineSlot Slot)[] s_candleColumns =
    [
        ("open_time", WireType.VenueTime, KlineSlot.OpenTime),
        ("open", WireType.Decimal, KlineSlot.Open),
        ("high", WireType.Decimal, KlineSlot.High),
        ("low", WireType.Decimal, KlineSlot.Low),
        ("close", WireType.Decimal, KlineSlot.Close),
        ("volume", WireType.Decimal, KlineSlot.Volume),
        ("close_time", WireType.VenueTime, KlineSlot.CloseTime),
        ("quote_volume", WireType.Decimal, KlineSlot.QuoteVolume),
        ("trades", WireType.Integer, KlineSlot.Trades),
        ("taker_buy_base", WireType.Decimal, KlineSlot.TakerBuyBase),
        ("taker_buy_quote", WireType.Decimal, KlineSlot.TakerBuyQuote),
    ];

    private readonly KlineField?[] _byElement;
    private readonly Dictionary<string, KlineField> _byName = new(StringComparer.Ordinal);

    /// <summary>Checks the columns against each other; <see cref="ArgumentException"/> names every fault at once.</summary>
    public KlineWireSchema(IEnumerable<WireColumn> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Columns = [.. columns];
        List<string> faults = [.. FaultsOf(Columns)];
        if (faults.Count > 0)
        {
            throw new ArgumentException($"The kline wire schema cannot be used: {string.Join("; ", faults)}.", nameof(columns));
        }

        ElementCount = Columns.Max(c => c.Element + 1) ?? 0;
        _byElement = new KlineField?[ElementCount];
        ExtraColumns = [.. Columns.Where(c => c.Type != WireType.Ignored && SlotOf(c.Name) is null)];
        foreach (WireColumn column in Columns)
        {
            KlineSlot slot = column.Type == WireType.Ignored ? KlineSlot.Ignored : SlotOf(column.Name) ?? KlineSlot.Extra;
            KlineField field = new(column, slot, slot == KlineSlot.Extra ? ExtraColumns.ToList().IndexOf(column) : -1);
            if (column.Element is { } element)
            {
                _byElement[element] = field;
            }

            if (column.JsonName is { } name)
            {
                _byName.Add(name, field);
            }
        }

        IsGapless = Array.TrueForAll(_byElement, f => f is not null);
        OpenTimeElement = Columns.First(c => c.Name == "open_time").Element;
    }

    /// <summary>Binance's twelve elements, and the fields of its kline stream.</summary>
    public static KlineWireSchema Binance { get; } = new(
    [
        new("open_time", 0, "t", WireType.VenueTime),
        new("open", 1, "o", WireType.Decimal),
        new("high", 2, "h", WireType.Decimal),
        new("low", 3, "l", WireType.Decimal),
        new("close", 4, "c", WireType.Decimal),
        new("volume", 5, "v", WireType.Decimal),
        new("close_time", 6, "T", WireType.VenueTime),
        new("quote_volume", 7, "q", WireType.Decimal),
        new("trades", 8, "n", WireType.Integer),
        new("taker_buy_base", 9, "V", WireType.Decimal),
        new("taker_buy_quote", 10, "Q", WireType.Decimal),
        new("unused", 11, "B", WireType.Ignored),
        new("symbol", null, "s", WireType.Ignored),
        new("interval", null, "i", WireType.Ignored),
        new("first_trade_id", null, "f", WireType.Ignored),
        new("last_trade_id", null, "L", WireType.Ignored),
        new("is_closed", null, "x", WireType.Ignored),
    ]);

    /// <summary>Every column, as configured.</summary>
    public IReadOnlyList<WireColumn> Columns { get; }

    /// <summary>The columns beyond those of a candle, in order: what an operator added.</summary>
    public IReadOnlyList<WireColumn> ExtraColumns { get; }

    /// <summary>How many elements of the array are known; those from here on are drift.</summary>
    public int ElementCount { get; }

    /// <summary>The same schema with one more column; an ignored column of the same place gives way.</summary>
    public KlineWireSchema With(WireColumn added)
    {
        ArgumentNullException.ThrowIfNull(added);
        return new KlineWireSchema([.. Columns.Where(c => c.Type != WireType.Ignored || !SharesPlace(c, added)), added]);
    }

    /// <summary>True if a column, ignored or not, claims the element.</summary>
    public bool KnowsElement(int element) => element < _byElement.Length && _byElement[element] is not null;

    /// <summary>True if a column, ignored or not, claims the field of an object.</summary>
    public bool KnowsField(string jsonName) => _byName.ContainsKey(jsonName);

    /// <summary>True if every element up to <see cref="ElementCount"/> is claimed.</summary>
    internal bool IsGapless { get; }

    /// <summary>The element of the open time, or null if arrays do not have it.</summary>
    internal int? OpenTimeElement { get; }

    internal KlineField? ByElement(int element) => (uint)element < (uint)_byElement.Length ? _byElement[element] : null;

    internal KlineField? ByName(ReadOnlySpan<byte> utf8)
    {
        // Field names are short; a longer one is none of ours.
        Span<char> chars = stackalloc char[64];
        return utf8.Length <= chars.Length && Encoding.UTF8.TryGetChars(utf8, chars, out int written)
            && _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..written], out KlineField? field)
                ? field
                : null;
    }

    /// <summary>The type as configurations write it.</summary>
    public static string NameOf(WireType type) => type switch
    {
        WireType.Text => "string",
        WireType.Decimal => "double",
        WireType.Integer => "long",
        WireType.Integer32 => "int",
        WireType.VenueTime => "timestamp",
        WireType.Boolean => "boolean",
        _ => "ignored",
    };

    internal static KlineSlot? SlotOf(string name)
    {
        foreach ((string known, _, KlineSlot slot) in s_candleColumns)
        {
            if (known == name)
            {
                return slot;
            }
        }

        return null;
    }

    private static bool SharesPlace(WireColumn a, WireColumn b) =>
        (a.Element is not null && a.Element == b.Element) || (a.JsonName is not null && a.JsonName == b.JsonName);

    /// <summary>Everything that keeps these columns from being a schema; empty if they are one.</summary>
    public static IEnumerable<string> FaultsOf(IReadOnlyList<WireColumn> columns)
    {
        foreach (WireColumn c in columns)
        {
            if (string.IsNullOrWhiteSpace(c.Name))
            {
                yield return "a column has no name";
            }

            if (c.Element is < 0 or > ElementMax)
            {
                yield return $"column {c.Name} wants element {c.Element}, which is outside 0..{ElementMax}";
            }

            if (c.Element is null && c.JsonName is null)
            {
                yield return $"column {c.Name} has neither an element nor a field name";
            }
        }

        foreach ((string name, WireType type, _) in s_candleColumns)
        {
            if (columns.FirstOrDefault(c => c.Name == name) is not { } column)
            {
                yield return $"column {name} is missing";
            }
            else if (column.Type != type)
            {
                yield return $"column {name} must be of type {NameOf(type)}, not {NameOf(column.Type)}";
            }
        }

        if (columns.Count(c => c.Type != WireType.Ignored && SlotOf(c.Name) is null) > ExtraMax)
        {
            yield return $"there are more than {ExtraMax} columns beyond a candle's";
        }

        foreach (string twice in columns.GroupBy(c => c.Name).Where(g => g.Count() > 1).Select(g => $"column {g.Key} is there twice")
            .Concat(columns.Where(c => c.Element is not null).GroupBy(c => c.Element).Where(g => g.Count() > 1).Select(g => $"element {g.Key} is claimed twice"))
            .Concat(columns.Where(c => c.JsonName is not null).GroupBy(c => c.JsonName).Where(g => g.Count() > 1).Select(g => $"field {g.Key} is claimed twice")))
        {
            yield return twice;
        }
    }
}
