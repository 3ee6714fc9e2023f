using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CryptoInsight.Sources.Binance;

/// <summary>From the bytes of one row on the wire to the columns that Bronze keeps: its JSON text, its open time, and what the schema does not know.</summary>
internal static class KlineRowText
{
    private static readonly JavaScriptEncoder s_encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    // What may stand in a row that needs no second look: printable ASCII without blanks and backslashes.
    private static readonly SearchValues<byte> s_plain = SearchValues.Create([.. Enumerable.Range(0x21, 0x7E - 0x20).Where(c => c != '\\').Select(c => (byte)c)]);

    /// <summary>The open time that the row names, or null if none can be read.</summary>
    public static UnixMicros? OpenTimeOf(ReadOnlySpan<byte> row, KlineWireSchema schema)
    {
        if (schema.OpenTimeElement == 0 && row.Length > 2 && row[0] == '[')
        {
            int comma = row.IndexOf((byte)',');
            if (comma > 1 && VenueTimeText.TryRead(row[1..comma].Trim(" \r\n\t\""u8), out UnixMicros time))
            {
                return time;
            }
        }

        return OpenTimeOfSlowly(row, schema);
    }

    /// <summary>The row as JSON text (without blanks; as a JSON string if it is no JSON), and what the schema does not know of it.</summary>
    public static (string RawJson, string? Rescued) Keep(ReadOnlySpan<byte> row, KlineWireSchema schema) =>
        IsPlainRow(row, schema) ? (Encoding.Latin1.GetString(row), null) : KeepSlowly(row, schema);

    /// <summary>Any bytes as a JSON string; bytes that are no UTF-8 are kept one by one, as Latin-1.</summary>
    public static string AsJsonText(ReadOnlySpan<byte> bytes, string suffix = "") =>
        $"\"{s_encoder.Encode(TextOf(bytes) + suffix)}\"";

    private static string TextOf(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);

    // An array of numbers and texts without escapes, no longer than the schema knows: kept byte for byte.
    private static bool IsPlainRow(ReadOnlySpan<byte> row, KlineWireSchema schema)
    {
        if (!schema.IsGapless || row.Length < 2 || row[0] != '[' || row[^1] != ']' || row.ContainsAnyExcept(s_plain))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = row[1..^1];
        int elements = 0;
        while (true)
        {
            int comma = rest.IndexOf((byte)',');
            ReadOnlySpan<byte> element = comma < 0 ? rest : rest[..comma];
            elements++;
            if (elements > schema.ElementCount || !IsPlainElement(element))
            {
                return false;
            }

            if (comma < 0)
            {
                return true;
            }

            rest = rest[(comma + 1)..];
        }
    }

    private static bool IsPlainElement(ReadOnlySpan<byte> element)
    {
        if (element.Length == 0)
        {
            return false;
        }

        if (element[0] == '"')
        {
            return element.Length > 1 && element[1..].IndexOf((byte)'"') == element.Length - 2;
        }

        return VenueTimeText.TryReadInteger(element, out _) || element.SequenceEqual("null"u8);
    }

    private static (string RawJson, string? Rescued) KeepSlowly(ReadOnlySpan<byte> row, KlineWireSchema schema)
    {
        ArrayBufferWriter<byte> rescued = new();
        try
        {
            if (!System.Text.Unicode.Utf8.IsValid(row))
            {
                return (AsJsonText(row), null);
            }

            Rescue(row, schema, rescued);
        }
        catch (JsonException)
        {
            return (AsJsonText(row), null);
        }

        return (Compact(row), rescued.WrittenCount == 0 ? null : Encoding.UTF8.GetString(rescued.WrittenSpan));
    }

    // Walks the whole row, so that it also proves that the row is JSON.
    private static void Rescue(ReadOnlySpan<byte> row, KlineWireSchema schema, ArrayBufferWriter<byte> rescued)
    {
        Utf8JsonReader reader = new(row);
        reader.Read();
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            reader.Skip();
            reader.Read();
            return;
        }

        using Utf8JsonWriter writer = new(rescued, new JsonWriterOptions { Encoder = s_encoder });
        bool isArray = reader.TokenType == JsonTokenType.StartArray;
        bool any = false;
        for (int element = 0; reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject); element++)
        {
            string? unknown = isArray
                ? schema.KnowsElement(element) ? null : element.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : !reader.ValueIsEscaped && schema.ByName(reader.ValueSpan) is not null ? null : TextOf(reader.ValueSpan);
            if (!isArray)
            {
                reader.Read();
            }

            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (unknown is not null)
            {
                if (!any)
                {
                    writer.WriteStartObject();
                    any = true;
                }

                writer.WritePropertyName(unknown);
                writer.WriteRawValue(Compact(row[start..(int)reader.BytesConsumed]), skipInputValidation: true);
            }
        }

        reader.Read(); // bytes behind the row make it throw
        if (any)
        {
            writer.WriteEndObject();
        }
    }

    private static string Compact(ReadOnlySpan<byte> json)
    {
        byte[] kept = ArrayPool<byte>.Shared.Rent(json.Length);
        try
        {
            int length = 0;
            bool inText = false;
            for (int i = 0; i < json.Length; i++)
            {
                byte c = json[i];
                if (!inText && c is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
                {
                    continue;
                }

                kept[length++] = c;
                if (inText && c == '\\')
                {
                    kept[length++] = json[++i];
                }
                else if (c == '"')
                {
                    inText = !inText;
                }
            }

            return Encoding.UTF8.GetString(kept, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(kept);
        }
    }

    private static UnixMicros? OpenTimeOfSlowly(ReadOnlySpan<byte> row, KlineWireSchema schema)
    {
        try
        {
            Utf8JsonReader reader = new(row);
            reader.Read();
            bool isArray = reader.TokenType == JsonTokenType.StartArray;
            if (!isArray && reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            for (int element = 0; reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject); element++)
            {
                KlineField? field = isArray ? schema.ByElement(element) : schema.ByName(reader.ValueSpan);
                if (!isArray)
                {
                    reader.Read();
                }

                if (field?.Slot == KlineSlot.OpenTime)
                {
                    return reader.TokenType is JsonTokenType.String or JsonTokenType.Number && VenueTimeText.TryRead(reader.ValueSpan, out UnixMicros time) ? time : null;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // A row that is no JSON has no key; its text is kept all the same.
        }

        return null;
    }
}
