using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Files;

/// <summary>Rows of REST JSON: streamed, so that a file of any size costs one window.</summary>
internal sealed class JsonRowReader(ContentBuffer buffer, KlineWireSchema schema) : RowReader(buffer, schema)
{
    private KlineArrayScanner _scanner;
    private Range _row;
    private byte[]? _cutHead;
    private long _cutLength;
    private bool _cutting;
    private bool _truncated;

    public override string Place => $"row {Rows}";

    public override string? Truncation => Buffer.Damage?.Message
        ?? (_truncated ? "the JSON ends inside an array" : null);

    protected override bool TryFind(out int length)
    {
        length = 0;
        _cutHead = _cutting ? _cutHead : null;
        while (true)
        {
            if (_cutting)
            {
                return TryFinishCut(out length);
            }

            switch (_scanner.Next(Buffer.Unread, Buffer.Ended, out int consumed, out _row))
            {
                case KlineArrayScanner.Find.Row:
                    length = consumed;
                    TakeRowTime(Buffer.Unread[_row]);
                    return true;
                case KlineArrayScanner.Find.NeedMore when Buffer.IsFull && consumed == 0:
                    _cutHead = Buffer.Unread[..CutRowBytesKept].ToArray();
                    _cutLength = 0;
                    _cutting = true;
                    _scanner.BeginSkip();
                    break;
                case KlineArrayScanner.Find.Truncated:
                    _truncated = true;
                    return false;
                default:
                    Buffer.Consume(consumed);
                    return false;
            }
        }
    }

    protected override (string RawJson, string? Rescued) Text() =>
        _cutHead is null ? KlineRowText.Keep(Buffer.Unread[_row], Schema) : CutText(_cutHead, _cutLength);

    private bool TryFinishCut(out int length)
    {
        bool done = _scanner.Skip(Buffer.Unread, out int consumed);
        _cutLength += consumed;
        length = done ? consumed : 0;
        if (done)
        {
            _cutting = false;
            OpenTime = null;
            return true;
        }

        Buffer.Consume(consumed);
        _truncated |= Buffer.Ended;
        return false;
    }

    private void TakeRowTime(ReadOnlySpan<byte> row)
    {
        int comma = row.IndexOf((byte)',');
        if (Schema.OpenTimeElement == 0 && row[0] == '[' && comma > 0)
        {
            TakeOpenTime(row[1..comma].Trim(" \r\n\t\""u8));
            return;
        }

        OpenTime = KlineRowText.OpenTimeOf(row, Schema);
        TimeUnit = OpenTime is null ? TimeUnit : KlineTimeUnit.Mixed;
    }
}
