using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Files;

/// <summary>Chooses the reader for a content by its first bytes.</summary>
internal static class RowReaders
{
    private const int FirstLineBytesMax = 4 * 1024;

    public static RowReader Of(ContentBuffer buffer, KlineWireSchema schema)
    {
        buffer.Fill();
        if (buffer.Unread.StartsWith("\uFEFF"u8))
        {
            buffer.Consume(3);
        }

        int blanks = buffer.Unread.IndexOfAnyExcept(" \t\r\n"u8);
        while (blanks < 0 && !buffer.Ended)
        {
            buffer.Consume(buffer.Unread.Length);
            buffer.Fill();
            blanks = buffer.Unread.IndexOfAnyExcept(" \t\r\n"u8);
        }

        ReadOnlySpan<byte> start = blanks < 0 ? default : buffer.Unread[blanks..];
        if (start.Length == 0)
        {
            throw buffer.Damage is { } damage
                ? new KlineFileRefusedException(KlineFileRefusal.Wrapping, $"Nothing can be unpacked from it: {HostileText.Show(damage.Message.AsSpan(), 160)}")
                : new KlineFileRefusedException(KlineFileRefusal.Empty, "The file is empty: there is nothing to replay.");
        }

        if (ContentOpener.Foreign(start) is { } foreign)
        {
            throw new KlineFileRefusedException(KlineFileRefusal.Wrapping, $"The content is {foreign}: unpack it first.");
        }

        return start[0] switch
        {
            (byte)'[' => new JsonRowReader(buffer, schema),
            (byte)'{' => throw new KlineFileRefusedException(
                KlineFileRefusal.UnknownFormat,
                $"The content is a JSON object (an error answer, perhaps), not an array of klines. It begins with \"{HostileText.Show(start[..Math.Min(start.Length, 200)], 120)}\"."),
            _ => Csv(buffer, start, schema),
        };
    }

    private static CsvRowReader Csv(ContentBuffer buffer, ReadOnlySpan<byte> start, KlineWireSchema schema)
    {
        int end = start.IndexOf((byte)'\n');
        ReadOnlySpan<byte> first = (end < 0 ? start : start[..end]).TrimEnd((byte)'\r');
        if (first.Contains((byte)0))
        {
            throw new KlineFileRefusedException(KlineFileRefusal.UnknownFormat, "The content is binary (its first line has NUL bytes), not text: CSV or JSON is expected.");
        }

        return end < 0 && !buffer.Ended && start.Length > FirstLineBytesMax
            ? throw new KlineFileRefusedException(KlineFileRefusal.UnknownFormat, "The first line does not end: this is no CSV of klines, and no JSON array either.")
            : new CsvRowReader(buffer, schema, CsvLayout.Of(first));
    }
}
