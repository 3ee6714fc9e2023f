using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CryptoInsight.Sources.Binance;

/// <summary>Bronze's bytes to Silver's candle, by the wire schema: every cast explicit, nothing guessed.</summary>
public static class KlineParser
{
    private const int StackBytes = 1024;
    private const long DefaultCloseGap = UnixMicros.PerMillisecond; // a close time is the last millisecond of the bucket

    private static readonly JsonReaderOptions s_json = new() { CommentHandling = JsonCommentHandling.Disallow, AllowTrailingCommas = false, MaxDepth = 32 };

    /// <summary>Reads one row; total: whatever the bytes are, the answer is a candle or a reason.</summary>
    public static KlineReading Read(RawCandle raw, KlineWireSchema schema)
    {
        ArgumentNullException.ThrowIfNull(raw);
        ArgumentNullException.ThrowIfNull(schema);
        int bytesMax = Encoding.UTF8.GetMaxByteCount(raw.RawJson.Length);
        byte[]? rented = null;
        Span<byte> buffer = bytesMax <= StackBytes ? stackalloc byte[StackBytes] : (rented = ArrayPool<byte>.Shared.Rent(bytesMax));
        try
        {
            return Read(raw, schema, buffer[..Encoding.UTF8.GetBytes(raw.RawJson, buffer)]);
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static KlineReading Read(RawCandle raw, KlineWireSchema schema, ReadOnlySpan<byte> json)
    {
        KlineValues values = new(schema);
        try
        {
            Utf8JsonReader reader = new(json, s_json);
            reader.Read();
            KlineReading.Faulty? fault = reader.TokenType switch
            {
                JsonTokenType.StartArray => ReadArray(ref reader, schema, ref values),
                JsonTokenType.StartObject => ReadObject(ref reader, schema, ref values),
                JsonTokenType.String => new(KlineFault.Unsplittable, $"The row came in as text that could not be split into columns: \"{HostileText.Show(reader.ValueSpan)}\"."),
                _ => new(KlineFault.Json, "The row is JSON, but neither an array nor an object."),
            };
            if (fault is not null)
            {
                return fault;
            }

            // A second value behind the first makes the reader throw.
            reader.Read();
        }
        catch (JsonException e)
        {
            return new KlineReading.Faulty(KlineFault.Json, $"The row is no JSON from byte {e.BytePositionInLine ?? 0} on.");
        }

        return values.ToReading(raw);
    }

    private static KlineReading.Faulty? ReadArray(ref Utf8JsonReader reader, KlineWireSchema schema, ref KlineValues values)
    {
        for (int element = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; element++)
        {
            KlineField? field = schema.ByElement(element);
            if (field is null || field.Slot == KlineSlot.Ignored)
            {
                reader.Skip();
            }
            else if (!values.TryTake(ref reader, field))
            {
                return Miscast(ref reader, field, $"Element {element}");
            }
        }

        return null;
    }

    private static KlineReading.Faulty? ReadObject(ref Utf8JsonReader reader, KlineWireSchema schema, ref KlineValues values)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            KlineField? field = reader.ValueIsEscaped ? null : schema.ByName(reader.ValueSpan);
            reader.Read();
            if (field is null || field.Slot == KlineSlot.Ignored)
            {
                reader.Skip();
            }
            else if (values.Has(field))
            {
                return new KlineReading.Faulty(KlineFault.Json, $"The field {field.Column.JsonName} ({field.Column.Name}) is there twice.");
            }
            else if (!values.TryTake(ref reader, field))
            {
                return Miscast(ref reader, field, $"Field {field.Column.JsonName}");
            }
        }

        return null;
    }

    private static KlineReading.Faulty Miscast(ref Utf8JsonReader reader, KlineField field, string place)
    {
        string wanted = field.Column.Type switch
        {
            WireType.VenueTime => "a time (milliseconds, microseconds or ISO 8601 text, between 2009 and 2100)",
            WireType.Decimal => "a decimal number",
            WireType.Integer => "a whole number",
            WireType.Integer32 => "a whole number of 32 bits",
            WireType.Boolean => "true or false",
            _ => "a text",
        };
        string seen = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? "a nested value" : $"\"{HostileText.Show(reader.ValueSpan)}\"";
        return new KlineReading.Faulty(
            field.Column.Type == WireType.VenueTime ? KlineFault.Time : KlineFault.Cast,
            $"{place} ({field.Column.Name}) should be {wanted}, but is {seen}.");
    }

    /// <summary>The row while it is being read: one slot per column, and which of them were there.</summary>
    private ref struct KlineValues(KlineWireSchema schema)
    {
        private const uint AllOfACandle = (1u << (int)KlineSlot.Ignored) - 1;
        private const uint MayBeNull = 1u << (int)KlineSlot.CloseTime | 1u << (int)KlineSlot.QuoteVolume | 1u << (int)KlineSlot.Trades
            | 1u << (int)KlineSlot.TakerBuyBase | 1u << (int)KlineSlot.TakerBuyQuote;

        private readonly object?[]? _extra = schema.ExtraColumns.Count == 0 ? null : new object?[schema.ExtraColumns.Count];
        private uint _present;
        private uint _filled;
        private ulong _extraPresent;
        private UnixMicros _openTime;
        private UnixMicros _closeTime;
        private double _open;
        private double _high;
        private double _low;
        private double _close;
        private double _volume;
        private double _quoteVolume;
        private double _takerBuyBase;
        private double _takerBuyQuote;
        private long _trades;

        public readonly bool Has(KlineField field) => field.Slot == KlineSlot.Extra
            ? (_extraPresent & (1UL << field.ExtraIndex)) != 0
            : (_present & (1u << (int)field.Slot)) != 0;

        public bool TryTake(ref Utf8JsonReader reader, KlineField field)
        {
            uint bit = 1u << (int)field.Slot;
            _present |= bit;
            if (reader.TokenType == JsonTokenType.Null)
            {
                return true;
            }

            _filled |= bit;
            if (field.Slot == KlineSlot.Extra)
            {
                _extraPresent |= 1UL << field.ExtraIndex;
                return TryExtra(ref reader, field, out _extra![field.ExtraIndex]);
            }

            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number) || reader.ValueIsEscaped)
            {
                return false;
            }

            ReadOnlySpan<byte> text = reader.ValueSpan;
            return field.Slot switch
            {
                KlineSlot.OpenTime => VenueTimeText.TryRead(text, out _openTime),
                KlineSlot.Open => DecimalText.TryRead(text, out _open),
                KlineSlot.High => DecimalText.TryRead(text, out _high),
                KlineSlot.Low => DecimalText.TryRead(text, out _low),
                KlineSlot.Close => DecimalText.TryRead(text, out _close),
                KlineSlot.Volume => DecimalText.TryRead(text, out _volume),
                KlineSlot.CloseTime => VenueTimeText.TryRead(text, out _closeTime),
                KlineSlot.QuoteVolume => DecimalText.TryRead(text, out _quoteVolume),
                KlineSlot.Trades => VenueTimeText.TryReadInteger(text, out _trades),
                KlineSlot.TakerBuyBase => DecimalText.TryRead(text, out _takerBuyBase),
                KlineSlot.TakerBuyQuote => DecimalText.TryRead(text, out _takerBuyQuote),
                _ => false,
            };
        }

        public readonly KlineReading ToReading(RawCandle raw)
        {
            uint absent = AllOfACandle & ~_present & ~(1u << (int)KlineSlot.CloseTime);
            uint empty = AllOfACandle & ~_filled & ~MayBeNull;
            if ((absent | empty) != 0)
            {
                return new KlineReading.Faulty(KlineFault.MissingElement, $"The row lacks {NamesOf(absent | empty)}.");
            }

            if (raw.OpenTime is { } keyed && keyed != _openTime)
            {
                return new KlineReading.Faulty(KlineFault.Time, $"The row's open time is {_openTime}, but it was keyed as {keyed} when it came in: the wire schema or the row is another now.");
            }

            UnixMicros close = Filled(KlineSlot.CloseTime)
                ? _closeTime
                : new UnixMicros((raw.Interval.FixedLength is { } length ? _openTime + length : raw.Interval.Next(_openTime)).Value - DefaultCloseGap);
            Candle candle = new(
                _openTime,
                _open,
                _high,
                _low,
                _close,
                _volume,
                close,
                Filled(KlineSlot.QuoteVolume) ? _quoteVolume : null,
                Filled(KlineSlot.Trades) ? _trades : null,
                Filled(KlineSlot.TakerBuyBase) ? _takerBuyBase : null,
                Filled(KlineSlot.TakerBuyQuote) ? _takerBuyQuote : null);
            return new KlineReading.Parsed(new SilverCandle(raw.Symbol, raw.Interval, candle, raw.IngestTime, raw.Source), _extra ?? []);
        }

        private readonly bool Filled(KlineSlot slot) => (_filled & (1u << (int)slot)) != 0;

        private readonly string NamesOf(uint slots)
        {
            List<string> names = [];
            foreach (WireColumn column in schema.Columns)
            {
                if (KlineWireSchema.SlotOf(column.Name) is { } slot && (slots & (1u << (int)slot)) != 0)
                {
                    names.Add(column.Element is { } element ? $"{column.Name} (element {element})" : column.Name);
                }
            }

            return string.Join(", ", names);
        }

        private static string? TextOf(ref Utf8JsonReader reader)
        {
            try
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : Encoding.UTF8.GetString(reader.ValueSpan);
            }
            catch (InvalidOperationException)
            {
                return null; // an escaped half of a surrogate pair is no text
            }
        }

        private static bool TryExtra(ref Utf8JsonReader reader, KlineField field, out object? value)
        {
            value = null;
            if (field.Column.Type == WireType.Boolean)
            {
                value = reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.TokenType == JsonTokenType.True : null;
                return value is not null;
            }

            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Number))
            {
                return false;
            }

            ReadOnlySpan<byte> text = reader.ValueSpan;
            switch (field.Column.Type)
            {
                case WireType.Text:
                    value = TextOf(ref reader);
                    return value is not null;
                case WireType.Decimal when DecimalText.TryRead(text, out double number):
                    value = number;
                    return true;
                case WireType.Integer when VenueTimeText.TryReadInteger(text, out long whole):
                    value = whole;
                    return true;
                case WireType.Integer32 when VenueTimeText.TryReadInteger(text, out long small) && small is >= int.MinValue and <= int.MaxValue:
                    value = (int)small;
                    return true;
                case WireType.VenueTime when VenueTimeText.TryRead(text, out UnixMicros time):
                    value = time;
                    return true;
                default:
                    return false;
            }
        }
    }
}
