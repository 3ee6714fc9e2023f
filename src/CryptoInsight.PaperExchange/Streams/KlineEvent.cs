using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Market;
using CryptoInsight.PaperExchange.Rest;

namespace CryptoInsight.PaperExchange.Streams;

/// <summary>A candle as a stream event.</summary>
internal static class KlineEvent
{
    // Trades are numbered by day: a number can be told without counting from the first trade ever. Within a day they are consecutive.
    private const long TradesPerDayMax = 1_000_000_000;

    private static readonly Interval s_second = Interval.Parse("1s");

    /// <summary>The event's JSON.</summary>
    public static ReadOnlyMemory<byte> Write(StreamName stream, in Kline kline, bool isClosed, UnixMicros eventTime, in StreamFormat format, bool drifts, bool isCut = false)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        if (format.IsCombined)
        {
            json.WriteStartObject();
            json.WriteString("stream", stream.Text);
            json.WritePropertyName("data");
        }

        json.WriteStartObject();
        json.WriteString("e", "kline");
        json.WriteNumber("E", KlineJson.Time(eventTime, format.InMicroseconds));
        json.WriteString("s", stream.Series.Instrument.Code);
        json.WriteStartObject("k");
        Candle(json, stream, kline, isClosed, eventTime, format.InMicroseconds, isCut);
        json.WriteEndObject();
        if (drifts)
        {
            json.WriteString("st", "drift");
        }

        json.WriteEndObject();
        if (format.IsCombined)
        {
            json.WriteEndObject();
        }

        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>The announcement that a connection will end soon.</summary>
    public static ReadOnlyMemory<byte> Shutdown(UnixMicros now, in StreamFormat format) => Plain("!serverShutdown", "serverShutdown", now, format);

    /// <summary>An event that no client has heard of: the exchange adds such without notice.</summary>
    public static ReadOnlyMemory<byte> Unheard(UnixMicros now, in StreamFormat format) => Plain("!venueNote", "venueNote", now, format);

    private static ReadOnlyMemory<byte> Plain(string stream, string name, UnixMicros now, in StreamFormat format)
    {
        ArrayBufferWriter<byte> buffer = new(128);
        using Utf8JsonWriter json = new(buffer);
        if (format.IsCombined)
        {
            json.WriteStartObject();
            json.WriteString("stream", stream);
            json.WritePropertyName("data");
        }

        json.WriteStartObject();
        json.WriteString("e", name);
        json.WriteNumber("E", KlineJson.Time(now, format.InMicroseconds));
        json.WriteEndObject();
        if (format.IsCombined)
        {
            json.WriteEndObject();
        }

        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void Candle(Utf8JsonWriter json, StreamName stream, in Kline kline, bool isClosed, UnixMicros now, bool inMicroseconds, bool isCut)
    {
        Bar bar = kline.Bar;
        long first = bar.Trades == 0 ? -1 : FirstTrade(stream.Series, kline.OpenTime, now);
        json.WriteNumber("t", KlineJson.Time(kline.OpenTime, inMicroseconds));
        json.WriteNumber("T", KlineJson.Time(kline.CloseTime, inMicroseconds));
        json.WriteString("s", stream.Series.Instrument.Code);
        json.WriteString("i", stream.Interval.Code);
        if (!isCut)
        {
            json.WriteNumber("f", first);
            json.WriteNumber("L", bar.Trades == 0 ? -1 : first + bar.Trades - 1);
        }

        Amount(json, "o", bar.Open);
        Amount(json, "c", bar.Close);
        Amount(json, "h", bar.High);
        Amount(json, "l", bar.Low);
        Amount(json, "v", bar.Volume);
        json.WriteNumber("n", bar.Trades);
        json.WriteBoolean("x", isClosed);
        Amount(json, "q", bar.QuoteVolume);
        Amount(json, "V", bar.TakerBase);
        Amount(json, "Q", bar.TakerQuote);
        if (!isCut)
        {
            json.WriteString("B", "0");
        }
    }

    private static long FirstTrade(ISeries series, UnixMicros open, UnixMicros now)
    {
        UnixMicros midnight = new(open.Day * UnixMicros.PerDay);
        long before = open > midnight && series.Serves(s_second) ? series.ReadAt(s_second, now).Candle(midnight, open)?.Bar.Trades ?? 0 : 0;
        return open.Day * TradesPerDayMax + before + 1;
    }

    private static void Amount(Utf8JsonWriter json, string name, Int128 units)
    {
        Span<byte> text = stackalloc byte[64];
        json.WriteString(Encoding.ASCII.GetBytes(name), text[..KlineJson.Amount(text, units)]);
    }
}
