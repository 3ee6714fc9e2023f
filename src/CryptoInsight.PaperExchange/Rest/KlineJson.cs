using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Rest;

/// <summary>Candles as the exchange writes them: arrays of 12 elements, decimals of 8 digits as strings.</summary>
internal static class KlineJson
{
    private const int RowBytesMax = 420;

    /// <summary>The rows as a JSON array of arrays.</summary>
    /// <param name="klines">The candles, in the order to send.</param>
    /// <param name="inMicroseconds">Times in microseconds rather than milliseconds.</param>
    /// <param name="extraElement">JSON text of a 13th element, as an exchange might add one day; null for none.</param>
    /// <param name="isCut">Without the unused last element.</param>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<Kline> klines, bool inMicroseconds, string? extraElement = null, bool isCut = false)
    {
        ArrayBufferWriter<byte> buffer = new(klines.Count * 190 + 16);
        buffer.Write("["u8);
        for (int i = 0; i < klines.Count; i++)
        {
            if (i > 0)
            {
                buffer.Write(","u8);
            }

            Row(buffer, klines[i], inMicroseconds, isCut);
            if (extraElement is not null)
            {
                buffer.Write(","u8);
                buffer.Write(Encoding.UTF8.GetBytes(extraElement));
            }

            buffer.Write("]"u8);
        }

        buffer.Write("]"u8);
        return buffer.WrittenMemory;
    }

    /// <summary>Writes an amount in units of 1e-8 with 8 digits after the point.</summary>
    public static int Amount(Span<byte> to, Int128 units)
    {
        int at = 0;
        if (units < 0)
        {
            to[at++] = (byte)'-';
            units = -units;
        }

        (Int128 whole, Int128 part) = units <= long.MaxValue
            ? ((Int128)((long)units / Bar.One), (Int128)((long)units % Bar.One))
            : Int128.DivRem(units, Bar.One);
        if (whole <= long.MaxValue)
        {
            Utf8Formatter.TryFormat((long)whole, to[at..], out int written);
            at += written;
        }
        else
        {
            whole.TryFormat(to[at..], out int written, default, CultureInfo.InvariantCulture);
            at += written;
        }

        to[at++] = (byte)'.';
        long digits = (long)part;
        for (int d = 7; d >= 0; d--)
        {
            to[at + d] = (byte)('0' + digits % 10);
            digits /= 10;
        }

        return at + 8;
    }

    /// <summary>A time in the client's unit.</summary>
    public static long Time(UnixMicros t, bool inMicroseconds) => inMicroseconds ? t.Value : t.Milliseconds;

    private static void Row(ArrayBufferWriter<byte> buffer, in Kline k, bool inMicroseconds, bool isCut)
    {
        Span<byte> to = buffer.GetSpan(RowBytesMax);
        int at = 0;
        to[at++] = (byte)'[';
        Number(to, ref at, Time(k.OpenTime, inMicroseconds));
        Quoted(to, ref at, k.Bar.Open);
        Quoted(to, ref at, k.Bar.High);
        Quoted(to, ref at, k.Bar.Low);
        Quoted(to, ref at, k.Bar.Close);
        Quoted(to, ref at, k.Bar.Volume);
        to[at++] = (byte)',';
        Number(to, ref at, Time(k.CloseTime, inMicroseconds));
        Quoted(to, ref at, k.Bar.QuoteVolume);
        to[at++] = (byte)',';
        Number(to, ref at, k.Bar.Trades);
        Quoted(to, ref at, k.Bar.TakerBase);
        Quoted(to, ref at, k.Bar.TakerQuote);
        if (!isCut)
        {
            ",\"0\""u8.CopyTo(to[at..]);
            at += 4;
        }

        buffer.Advance(at);
    }

    private static void Number(Span<byte> to, ref int at, long number)
    {
        Utf8Formatter.TryFormat(number, to[at..], out int written);
        at += written;
    }

    private static void Quoted(Span<byte> to, ref int at, Int128 units)
    {
        to[at++] = (byte)',';
        to[at++] = (byte)'"';
        at += Amount(to[at..], units);
        to[at++] = (byte)'"';
    }
}
