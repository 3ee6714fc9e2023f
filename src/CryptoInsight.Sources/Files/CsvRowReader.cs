using System.Buffers;
using System.Text;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Files;

/// <summary>Rows of CSV. Lines that are nothing but plain text and commas are never decoded; only the others pay for what they contain.</summary>
internal sealed class CsvRowReader : RowReader
{
    private static readonly SearchValues<byte> s_plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x7F - 0x20).Where(c => c is not ('"' or '\\')).Select(c => (byte)c)]);

    private readonly CsvLayout _layout;
    private readonly int _timeColumn;
    private readonly int[] _starts;
    private byte[] _scratch = new byte[512];
    private long _lines;
    private Kind _kind;
    private int _lineStart;
    private int _lineLength;
    private string[]? _fields;
    private byte[] _cutHead = [];
    private long _cutLength;
    private bool _cutting;
    private int _partialBytes;
    private (byte[] Bytes, string Text) _symbol = ([], "");
    private (byte[] Bytes, string Text) _interval = ([], "");

    public CsvRowReader(ContentBuffer buffer, KlineWireSchema schema, CsvLayout layout)
        : base(buffer, schema)
    {
        _layout = layout;
        _timeColumn = layout.ColumnOfElement[0];
        _starts = new int[layout.Columns + 1];
    }

    private enum Kind
    {
        Plain,
        Decoded,
        Unsplittable,
        Cut,
    }

    public override string Place => $"line {_lines}";

    public override string? SymbolText => FieldText(_layout.SymbolColumn, ref _symbol);

    public override string? IntervalText => FieldText(_layout.IntervalColumn, ref _interval);

    public override bool HasFuturesHeader => _layout.IsFuturesHeader;

    public override string? Truncation => Buffer.Damage is { } damage
        ? _partialBytes > 0 ? $"{damage.Message} The last {_partialBytes} bytes are half a line" : damage.Message
        : null;

    private ReadOnlySpan<byte> Line => Buffer.Unread.Slice(_lineStart, _lineLength);

    protected override bool TryFind(out int length)
    {
        if (_cutting)
        {
            return TryFinishCut(out length);
        }

        length = 0;
        ReadOnlySpan<byte> window = Buffer.Unread;
        int at = 0;
        while (true)
        {
            int end = window[at..].IndexOf((byte)'\n');
            if (end < 0)
            {
                Buffer.Consume(at);
                return TryFindLast(out length);
            }

            _lines++;
            if (Take(window.Slice(at, end), at))
            {
                length = at + end + 1;
                return true;
            }

            at += end + 1;
        }
    }

    protected override (string RawJson, string? Rescued) Text() => _kind switch
    {
        Kind.Plain => (PlainText(), Rescued()),
        Kind.Decoded => (DecodedText(), Rescued()),
        Kind.Cut => CutText(_cutHead, _cutLength),
        _ => (KlineRowText.AsJsonText(Line), null),
    };

    // What is behind the last line end: half a line, a line without an end, or a line that is too long.
    private bool TryFindLast(out int length)
    {
        length = 0;
        ReadOnlySpan<byte> window = Buffer.Unread;
        if (!Buffer.Ended)
        {
            if (!Buffer.IsFull)
            {
                return false;
            }

            _cutHead = window[..CutRowBytesKept].ToArray();
            _cutLength = 0;
            _cutting = true;
            return TryFinishCut(out length);
        }

        if (window.Length == 0 || Buffer.Damage is not null)
        {
            _partialBytes = window.Length;
            return false;
        }

        _lines++;
        length = window.Length;
        if (Take(window, 0))
        {
            return true;
        }

        Buffer.Consume(length);
        length = 0;
        return false;
    }

    private bool TryFinishCut(out int length)
    {
        ReadOnlySpan<byte> window = Buffer.Unread;
        int end = window.IndexOf((byte)'\n');
        if (end < 0 && !Buffer.Ended)
        {
            _cutLength += window.Length;
            Buffer.Consume(window.Length);
            length = 0;
            return false;
        }

        length = end < 0 ? window.Length : end + 1;
        _cutLength += end < 0 ? length : end;
        _cutting = false;
        _kind = Kind.Cut;
        _lines++;
        OpenTime = null;
        return true;
    }

    // Looks at one line; false if it says nothing (blank, or the header once more).
    private bool Take(ReadOnlySpan<byte> line, int at)
    {
        if (line.Length > 0 && line[^1] == '\r')
        {
            line = line[..^1];
        }

        _lineStart = at;
        _lineLength = line.Length;
        if (line.ContainsAnyExcept(s_plain))
        {
            return TakeUnplain(line, at);
        }

        if (line.Length == 0 || line.SequenceEqual(_layout.Header) || !line.ContainsAnyExcept((byte)' '))
        {
            return false;
        }

        if (line.Count((byte)',') != _layout.Columns - 1)
        {
            _kind = Kind.Unsplittable;
            OpenTime = null;
            return true;
        }

        ReadOnlySpan<byte> rest = line;
        for (int column = 0; column < _timeColumn; column++)
        {
            rest = rest[(rest.IndexOf((byte)',') + 1)..];
        }

        int comma = rest.IndexOf((byte)',');
        TakeOpenTime(comma < 0 ? rest : rest[..comma]);
        _kind = OpenTime is null ? Kind.Unsplittable : Kind.Plain;
        return true;
    }

    private bool TakeUnplain(ReadOnlySpan<byte> line, int at)
    {
        if (line.StartsWith("\uFEFF"u8))
        {
            return Take(line[3..], at + 3); // files with a byte order mark, put behind each other
        }

        if (!line.ContainsAnyExcept(" \t\r"u8))
        {
            return false;
        }

        OpenTime = null;
        _kind = Kind.Unsplittable;
        _fields = System.Text.Unicode.Utf8.IsValid(line) ? CsvFields.Split(Encoding.UTF8.GetString(line)) : null;
        if (_fields?.Length == _layout.Columns)
        {
            if (_layout.Header.Length > 0 && line.SequenceEqual(_layout.Header))
            {
                return false;
            }

            TakeOpenTime(Encoding.UTF8.GetBytes(_fields[_timeColumn]));
            _kind = OpenTime is null ? Kind.Unsplittable : Kind.Decoded;
        }

        return true;
    }

    private string PlainText()
    {
        ReadOnlySpan<byte> line = Line;
        Split(line);
        int most = line.Length + 5 * _layout.ColumnOfElement.Length + 2; // two quotes and a comma an element, or "null,"
        if (_scratch.Length < most)
        {
            _scratch = new byte[most * 2];
        }

        Span<byte> to = _scratch;
        int length = 0;
        to[length++] = (byte)'[';
        int[] columns = _layout.ColumnOfElement;
        for (int element = 0; element < columns.Length; element++)
        {
            int column = columns[element];
            ReadOnlySpan<byte> field = column < 0 ? default : line[_starts[column]..(_starts[column + 1] - 1)];
            if (field.Length == 0)
            {
                "null"u8.CopyTo(to[length..]);
                length += 4;
            }
            else if (IsWhole(element) && VenueTimeText.TryReadInteger(field, out _))
            {
                field.CopyTo(to[length..]);
                length += field.Length;
            }
            else
            {
                to[length] = (byte)'"';
                field.CopyTo(to[(length + 1)..]);
                length += field.Length + 2;
                to[length - 1] = (byte)'"';
            }

            to[length++] = (byte)',';
        }

        to[length - 1] = (byte)']';
        return Encoding.Latin1.GetString(to[..length]);
    }

    private string DecodedText()
    {
        StringBuilder json = new("[");
        for (int element = 0; element < _layout.ColumnOfElement.Length; element++)
        {
            int column = _layout.ColumnOfElement[element];
            string field = column < 0 ? "" : _fields![column];
            bool whole = IsWhole(element) && VenueTimeText.TryReadInteger(Encoding.UTF8.GetBytes(field), out _);
            json.Append(field.Length == 0 ? "null" : whole ? field : KlineRowText.AsJsonText(Encoding.UTF8.GetBytes(field))).Append(',');
        }

        json[^1] = ']';
        return json.ToString();
    }

    private string? Rescued()
    {
        StringBuilder? json = null;
        for (int element = CsvLayout.RestElements; element < _layout.ColumnOfElement.Length; element++)
        {
            if (!Schema.KnowsElement(element))
            {
                json ??= new StringBuilder("{");
                json.Append(System.Globalization.CultureInfo.InvariantCulture, $"\"{element}\":")
                    .Append(KlineRowText.AsJsonText(FieldBytes(_layout.ColumnOfElement[element]))).Append(',');
            }
        }

        if (json is null)
        {
            return null;
        }

        json[^1] = '}';
        return json.ToString();
    }

    private void Split(ReadOnlySpan<byte> line)
    {
        int at = 0;
        for (int column = 1; column < _starts.Length - 1; column++)
        {
            at += line[at..].IndexOf((byte)',') + 1;
            _starts[column] = at;
        }

        _starts[^1] = line.Length + 1;
    }

    private ReadOnlySpan<byte> FieldBytes(int column) =>
        _kind == Kind.Decoded ? Encoding.UTF8.GetBytes(_fields![column]) : Line[_starts[column]..(_starts[column + 1] - 1)];

    private string? FieldText(int column, ref (byte[] Bytes, string Text) last)
    {
        if (column < 0 || _kind is not (Kind.Plain or Kind.Decoded))
        {
            return null;
        }

        if (_kind == Kind.Plain)
        {
            Split(Line);
        }

        // The column says the same on every line: one text for all of them.
        ReadOnlySpan<byte> field = FieldBytes(column);
        if (!field.SequenceEqual(last.Bytes))
        {
            last = (field.ToArray(), Encoding.UTF8.GetString(field));
        }

        return last.Text;
    }

    // Times and trades are numbers in a REST row, everything else is text.
    private static bool IsWhole(int element) => element is 0 or 6 or 8;
}
