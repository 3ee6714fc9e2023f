using System.Text;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Files;

/// <summary>Which column of a CSV is which element of a REST row, told by the first line.</summary>
internal sealed class CsvLayout
{
    /// <summary>Elements of a REST row.</summary>
    public const int RestElements = 12;

    private const int OhlcvElements = 6;
    private const int Unused = 11;
    private const int SymbolName = -1;
    private const int IntervalName = -2;
    private const string FuturesHeader = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore";

    // Spelled without case and punctuation; what exporters and notebooks call Binance's columns.
    private static readonly Dictionary<string, int> s_elementOf = new(StringComparer.Ordinal)
    {
        ["opentime"] = 0, ["timestamp"] = 0, ["time"] = 0, ["date"] = 0, ["datetime"] = 0, ["opentimestamp"] = 0, ["klineopentime"] = 0, ["opentimems"] = 0,
        ["open"] = 1, ["openprice"] = 1,
        ["high"] = 2, ["highprice"] = 2,
        ["low"] = 3, ["lowprice"] = 3,
        ["close"] = 4, ["closeprice"] = 4,
        ["volume"] = 5, ["vol"] = 5, ["basevolume"] = 5, ["baseassetvolume"] = 5,
        ["closetime"] = 6, ["closetimestamp"] = 6, ["klineclosetime"] = 6, ["closetimems"] = 6,
        ["quotevolume"] = 7, ["quoteassetvolume"] = 7, ["qav"] = 7, ["quoteav"] = 7, ["quotevol"] = 7,
        ["count"] = 8, ["trades"] = 8, ["numtrades"] = 8, ["numberoftrades"] = 8, ["tradecount"] = 8, ["tradescount"] = 8, ["ntrades"] = 8,
        ["takerbuyvolume"] = 9, ["takerbase"] = 9, ["takerbuybase"] = 9, ["takerbuybaseassetvolume"] = 9, ["takerbuybasevolume"] = 9, ["tbbav"] = 9, ["tbav"] = 9,
        ["takerbuyquotevolume"] = 10, ["takerquote"] = 10, ["takerbuyquote"] = 10, ["takerbuyquoteassetvolume"] = 10, ["tbqav"] = 10,
        ["ignore"] = Unused, ["ignored"] = Unused, ["unused"] = Unused,
        ["symbol"] = SymbolName, ["ticker"] = SymbolName, ["pair"] = SymbolName,
        ["interval"] = IntervalName, ["timeframe"] = IntervalName,
    };

    private CsvLayout(byte[] header, int columns, int[] columnOfElement)
    {
        Header = header;
        Columns = columns;
        ColumnOfElement = columnOfElement;
        IsFuturesHeader = Encoding.UTF8.GetString(header) == FuturesHeader;
    }

    /// <summary>The header line, empty if there is none.</summary>
    public byte[] Header { get; }

    /// <summary>Columns that every line must have.</summary>
    public int Columns { get; }

    /// <summary>For every element of the row that is made its column, or -1; elements past the twelfth are columns that REST does not have.</summary>
    public int[] ColumnOfElement { get; }

    /// <summary>The column that names the symbol, or -1.</summary>
    public int SymbolColumn { get; private init; } = -1;

    /// <summary>The column that names the interval, or -1.</summary>
    public int IntervalColumn { get; private init; } = -1;

    /// <summary>True for the header that the USDS-M futures archives have and the spot archives have not.</summary>
    public bool IsFuturesHeader { get; }

    /// <summary>Reads the first line; refuses it with what was expected.</summary>
    public static CsvLayout Of(ReadOnlySpan<byte> line)
    {
        string[] names = Encoding.UTF8.GetString(line).Split(',');
        bool isHeader = !VenueTimeText.TryRead(Encoding.UTF8.GetBytes(names[0].Trim('"')), out _)
            && Array.Exists(names, n => s_elementOf.ContainsKey(Spell(n)));
        if (names.Length < OhlcvElements)
        {
            throw Refuse($"its first line has {names.Length} columns between commas, and a candle needs at least time, open, high, low, close and volume", line);
        }

        if (isHeader)
        {
            return OfHeader(line, names);
        }

        if (!VenueTimeText.TryRead(Encoding.UTF8.GetBytes(names[0].Trim('"')), out _))
        {
            throw Refuse(
                long.TryParse(names[0], out _)
                    ? "its first column is a number, but no time in milliseconds or microseconds (seconds are not read: multiply by 1000)"
                    : "its first line is neither a header with known names nor a candle that starts with a time",
                line);
        }

        int[] elements = [.. Enumerable.Range(0, Math.Max(names.Length, RestElements)).Select(i => i < names.Length ? i : -1)];
        return new CsvLayout([], names.Length, elements);
    }

    private static CsvLayout OfHeader(ReadOnlySpan<byte> line, string[] names)
    {
        List<int> elements = [.. Enumerable.Repeat(-1, RestElements)];
        int symbol = -1;
        int interval = -1;
        for (int column = 0; column < names.Length; column++)
        {
            // A second column of the same meaning (a "date" beside an "open_time") is kept beside the twelve.
            bool known = s_elementOf.TryGetValue(Spell(names[column]), out int element);
            if (known && element == SymbolName && symbol < 0)
            {
                symbol = column;
            }
            else if (known && element == IntervalName && interval < 0)
            {
                interval = column;
            }
            else if (known && element >= 0 && elements[element] < 0)
            {
                elements[element] = column;
            }
            else
            {
                elements.Add(column);
            }
        }

        string[] wanted = ["time", "open", "high", "low", "close", "volume"];
        List<string> missing = [.. wanted.Where((_, i) => elements[i] < 0)];
        return missing.Count > 0
            ? throw Refuse($"its header lacks {string.Join(", ", missing)}", line)
            : new CsvLayout(line.ToArray(), names.Length, [.. elements]) { SymbolColumn = symbol, IntervalColumn = interval };
    }

    private static string Spell(string name) =>
        string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static KlineFileRefusedException Refuse(string what, ReadOnlySpan<byte> line) => new(
        KlineFileRefusal.UnknownFormat,
        $"The file is no CSV of klines: {what}. It begins with \"{HostileText.Show(line)}\". Known are Binance's 12 columns (with or without a header), a header with time, open, high, low, close, volume, and REST JSON arrays.");
}
