using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace CryptoInsight.Sources.Binance;

/// <summary>A short mark of a row's values, the same for the same candle whether REST or a stream told it.</summary>
/// <remarks>128 bits of SHA-256 over what the parser reads; of a row that is no candle over its text. Marks instead of rows: a series of seconds stays small.</remarks>
internal static class CandleMark
{
    private const int ValueBytes = 11 * 9;

    public static UInt128 Of(RawCandle row, KlineWireSchema schema) => KlineParser.Read(row, schema).Match(
        parsed => parsed.Extra.Count == 0 ? OfCandle(parsed.Candle.Candle) : OfText($"{OfCandle(parsed.Candle.Candle)}|{string.Join('|', parsed.Extra)}"),
        faulty => OfText(row.RawJson));

    private static UInt128 OfCandle(in Candle c)
    {
        Span<byte> values = stackalloc byte[ValueBytes];
        int at = 0;
        Put(values, ref at, c.OpenTime.Value);
        Put(values, ref at, BitConverter.DoubleToInt64Bits(c.Open));
        Put(values, ref at, BitConverter.DoubleToInt64Bits(c.High));
        Put(values, ref at, BitConverter.DoubleToInt64Bits(c.Low));
        Put(values, ref at, BitConverter.DoubleToInt64Bits(c.Close));
        Put(values, ref at, BitConverter.DoubleToInt64Bits(c.Volume));
        Put(values, ref at, c.CloseTime.Milliseconds); // microseconds where a stream has them, milliseconds elsewhere: the same instant
        Put(values, ref at, c.QuoteVolume is { } q ? BitConverter.DoubleToInt64Bits(q) : null);
        Put(values, ref at, c.Trades);
        Put(values, ref at, c.TakerBuyBase is { } b ? BitConverter.DoubleToInt64Bits(b) : null);
        Put(values, ref at, c.TakerBuyQuote is { } t ? BitConverter.DoubleToInt64Bits(t) : null);
        return Hash(values);
    }

    private static void Put(Span<byte> values, ref int at, long? value)
    {
        values[at] = value is null ? (byte)0 : (byte)1;
        long bits = value ?? 0;
        MemoryMarshal.Write(values[(at + 1)..], in bits);
        at += 9;
    }

    private static UInt128 OfText(string text) => Hash(Encoding.UTF8.GetBytes(text));

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}
