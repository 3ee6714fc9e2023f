using System.Text;
using System.Text.Json;

namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>From the bytes of one message to what it says; total: whatever the bytes are, the answer is a frame.</summary>
/// <remarks>Unknown events and fields are lawful: the exchange adds both without notice. <b>Source</b>: Binance web-socket-streams.md.</remarks>
public static class StreamFrameReader
{
    private static readonly JsonReaderOptions s_json = new() { MaxDepth = 32 };

    /// <summary>Reads one message, wrapped with its stream's name or not.</summary>
    public static StreamFrame Read(ReadOnlySpan<byte> message, KlineWireSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        try
        {
            Fields fields = default;
            Utf8JsonReader reader = new(message, s_json);
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Skip();
                return EndsWell(ref reader) ? new StreamFrame.Other("an array of events") : NotJson(message);
            }

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return NotJson(message);
            }

            ReadEvent(ref reader, message, ref fields, isWrapper: true);
            return EndsWell(ref reader) ? fields.ToFrame(schema) : NotJson(message);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NotJson(message); // cut off, no JSON, or half of a surrogate pair where a text should be
        }
    }

    private static StreamFrame.Broken NotJson(ReadOnlySpan<byte> message) => new($"the message is no JSON object: {HostileText.Show(message)}");

    private static bool EndsWell(ref Utf8JsonReader reader) => !reader.Read();

    private static void ReadEvent(ref Utf8JsonReader reader, ReadOnlySpan<byte> message, ref Fields fields, bool isWrapper)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int nameStart = (int)reader.TokenStartIndex;
            bool isData = isWrapper && reader.ValueTextEquals("data"u8);
            Field field = isData ? Field.Data : Fields.Of(ref reader);
            reader.Read();
            int valueStart = (int)reader.TokenStartIndex;
            if (isData && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadEvent(ref reader, message, ref fields, isWrapper: false);
                continue;
            }

            if (field == Field.Kline && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadCandle(ref reader, ref fields);
                fields.Row = message[valueStart..(int)reader.BytesConsumed];
                continue;
            }

            fields.Take(ref reader, field);
            reader.Skip();
            if (field == Field.Unknown)
            {
                fields.Keep(message[nameStart..(int)reader.BytesConsumed]);
            }
        }
    }

    private static void ReadCandle(ref Utf8JsonReader reader, ref Fields fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isClosed = reader.ValueTextEquals("x"u8), isInterval = reader.ValueTextEquals("i"u8);
            bool isOpenTime = reader.ValueTextEquals("t"u8), isClose = reader.ValueTextEquals("c"u8);
            reader.Read();
            if (isClosed)
            {
                fields.IsClosed = reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.TokenType == JsonTokenType.True : null;
            }
            else if (isInterval && reader.TokenType == JsonTokenType.String)
            {
                fields.Interval = reader.GetString();
            }
            else if (isOpenTime && reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
            {
                fields.OpenTime = VenueTimeText.TryRead(reader.ValueSpan, out UnixMicros time) ? time : fields.OpenTime;
            }
            else if (isClose && reader.TokenType is JsonTokenType.Number or JsonTokenType.String)
            {
                fields.Close = DecimalText.TryRead(reader.ValueSpan, out double price) ? price : fields.Close;
            }

            reader.Skip();
        }
    }

    private enum Field
    {
        Unknown,
        Data,
        Event,
        EventTime,
        Symbol,
        Kline,
        Stream,
        Result,
        Id,
        Error,
    }

    /// <summary>What was read of an event so far.</summary>
    private ref struct Fields
    {
        private string? _event;
        private string? _symbol;
        private UnixMicros? _eventTime;
        private string? _stream;
        private bool _isReply;
        private string? _error;
        private StringBuilder? _unknown;

        public ReadOnlySpan<byte> Row;
        public bool? IsClosed;
        public string? Interval;
        public UnixMicros? OpenTime;
        public double? Close;

        public static Field Of(ref Utf8JsonReader reader) =>
            reader.ValueTextEquals("e"u8) ? Field.Event
            : reader.ValueTextEquals("E"u8) ? Field.EventTime
            : reader.ValueTextEquals("s"u8) ? Field.Symbol
            : reader.ValueTextEquals("k"u8) ? Field.Kline
            : reader.ValueTextEquals("stream"u8) ? Field.Stream
            : reader.ValueTextEquals("result"u8) ? Field.Result
            : reader.ValueTextEquals("id"u8) ? Field.Id
            : reader.ValueTextEquals("error"u8) || reader.ValueTextEquals("msg"u8) ? Field.Error
            : Field.Unknown;

        public void Take(ref Utf8JsonReader reader, Field field)
        {
            bool isText = reader.TokenType == JsonTokenType.String;
            switch (field)
            {
                case Field.Event when isText:
                    _event = reader.GetString();
                    break;
                case Field.EventTime when isText || reader.TokenType == JsonTokenType.Number:
                    _eventTime = VenueTimeText.TryRead(reader.ValueSpan, out UnixMicros time) ? time : null;
                    break;
                case Field.Symbol when isText:
                    _symbol = reader.GetString();
                    break;
                case Field.Stream when isText:
                    _stream = reader.GetString();
                    break;
                case Field.Result:
                    _isReply = true;
                    break;
                case Field.Error:
                    _isReply = true;
                    _error = HostileText.Show(reader.ValueSpan, 120);
                    break;
            }
        }

        public void Keep(ReadOnlySpan<byte> property)
        {
            _unknown ??= new StringBuilder();
            _unknown.Append(_unknown.Length > 0 ? "," : "").Append("\"event.").Append(Encoding.UTF8.GetString(property[1..]));
        }

        public readonly StreamFrame ToFrame(KlineWireSchema schema)
        {
            if (_event == "serverShutdown" || _stream == "!serverShutdown")
            {
                return new StreamFrame.Shutdown();
            }

            if (_event != "kline")
            {
                return _event is null && _isReply ? new StreamFrame.Reply(_error) : new StreamFrame.Other(HostileText.Show(_event ?? _stream ?? "without a name"));
            }

            if (_symbol is null || Interval is null || OpenTime is not { } openTime || IsClosed is not { } isClosed || Row.IsEmpty)
            {
                return new StreamFrame.Broken("a kline event lacks its symbol (s), or of k one of t, i, x");
            }

            if (!isClosed)
            {
                return new StreamFrame.Candle(_symbol, Interval, openTime, false, _eventTime, Close, "", null);
            }

            (string raw, string? rescued) = KlineRowText.Keep(Row, schema);
            return new StreamFrame.Candle(_symbol, Interval, openTime, true, _eventTime, Close, raw, Joined(rescued));
        }

        private readonly string? Joined(string? ofCandle) =>
            _unknown is null ? ofCandle
            : ofCandle is null ? $"{{{_unknown}}}"
            : $"{ofCandle[..^1]},{_unknown}}}";
    }
}
