using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Files;

/// <summary>What a reader stamps on every row that it builds.</summary>
internal sealed record RowStamp(string Source, Symbol Symbol, Interval Interval, string FileName, string ContentSha256, IngestRun Run);

/// <summary>Walks over the rows of a window of content; a row is only looked at until it is built.</summary>
internal abstract class RowReader(ContentBuffer buffer, KlineWireSchema schema)
{
    /// <summary>How much of a row that is too long is kept.</summary>
    protected const int CutRowBytesKept = 4 * 1024;

    private int _pending;

    /// <summary>The open time of the row in front, or null if it has none that can be read.</summary>
    public UnixMicros? OpenTime { get; protected set; }

    /// <summary>How that open time is written.</summary>
    public KlineTimeUnit TimeUnit { get; protected set; }

    /// <summary>Rows seen so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Where the row in front stands, for people.</summary>
    public abstract string Place { get; }

    /// <summary>The symbol that the row in front names, or null if there is no such column.</summary>
    public virtual string? SymbolText => null;

    /// <summary>The interval that the row in front names, or null if there is no such column.</summary>
    public virtual string? IntervalText => null;

    /// <summary>True if the header is that of the USDS-M futures archives.</summary>
    public virtual bool HasFuturesHeader => false;

    /// <summary>Why the content is not whole, once it is over; null if it is.</summary>
    public abstract string? Truncation { get; }

    protected ContentBuffer Buffer { get; } = buffer;

    protected KlineWireSchema Schema { get; } = schema;

    /// <summary>Moves to the next row; false if the window must be filled first, or the content is over.</summary>
    public bool TryNext()
    {
        Buffer.Consume(_pending);
        _pending = 0;
        if (!TryFind(out _pending))
        {
            return false;
        }

        Rows++;
        return true;
    }

    /// <summary>Makes the row in front.</summary>
    public RawCandle Build(RowStamp stamp)
    {
        (string rawJson, string? rescued) = Text();
        return new RawCandle(
            stamp.Source,
            stamp.Symbol,
            stamp.Interval,
            OpenTime,
            stamp.Run.IngestTime,
            rawJson,
            stamp.FileName,
            stamp.ContentSha256,
            stamp.Run.RunId,
            rescued);
    }

    /// <summary>Finds the next row in the window; <paramref name="length"/> bytes are done with when it is.</summary>
    protected abstract bool TryFind(out int length);

    /// <summary>The row in front as Bronze keeps it.</summary>
    protected abstract (string RawJson, string? Rescued) Text();

    /// <summary>A row that was too long to hold, as Bronze keeps it.</summary>
    protected static (string RawJson, string? Rescued) CutText(ReadOnlySpan<byte> head, long length) =>
        (KlineRowText.AsJsonText(head, $" ...[cut: the row is {length} bytes long, the first {head.Length} are kept]"), $"{{\"cut_row_bytes\":{length}}}");

    /// <summary>Reads the text of an open time and takes note of how it is written.</summary>
    protected void TakeOpenTime(ReadOnlySpan<byte> text)
    {
        if (!VenueTimeText.TryRead(text, out UnixMicros time))
        {
            OpenTime = null;
            return;
        }

        const int digitsOfMicros = 15; // 10^14 has 15 digits
        OpenTime = time;
        TimeUnit = text.Length > 4 && text[4] == '-' ? KlineTimeUnit.Text : text.Length >= digitsOfMicros ? KlineTimeUnit.Microseconds : KlineTimeUnit.Milliseconds;
    }
}
