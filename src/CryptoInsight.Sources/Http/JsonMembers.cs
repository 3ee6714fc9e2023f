using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CryptoInsight.Sources.Binance;

namespace CryptoInsight.Sources.Http;

/// <summary>One JSON object from outside, looked at without trust: known members as text or number, the others kept together.</summary>
internal readonly struct JsonMembers(JsonElement element)
{
    /// <summary>A longer text is no value of ours; the whole of it stays in the raw JSON.</summary>
    private const int TextMax = 200;

    private static readonly JsonWriterOptions s_relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object's JSON without blanks, so that the same content is the same text however it was laid out.</summary>
    public string RawJson
    {
        get
        {
            var buffer = new ArrayBufferWriter<byte>();
            try
            {
                using var writer = new Utf8JsonWriter(buffer, s_relaxed);
                element.WriteTo(writer);
            }
            catch (InvalidOperationException)
            {
                return KlineRowText.AsJsonText(Encoding.UTF8.GetBytes(element.GetRawText())); // escapes that are no characters: kept as text of text
            }

            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }

    /// <summary>A member's text, or its number as written; null if it is absent, of another type, or too long.</summary>
    public string? Text(string name)
    {
        try
        {
            string? text = Find(name) switch
            {
                { ValueKind: JsonValueKind.String } said => said.GetString(),
                { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
                _ => null,
            };
            return text is null || text.Length > TextMax ? null : text;
        }
        catch (InvalidOperationException)
        {
            return null; // an escape that is no character
        }
    }

    /// <summary>A member's number, or a text that is one; null if it is none, or none that is finite.</summary>
    public double? Number(string name) => Text(name) is { } text && DecimalText.TryRead(Encoding.UTF8.GetBytes(text), out double value) ? value : null;

    /// <summary>A member's whole number, or a text that is one.</summary>
    public long? Whole(string name) => Text(name) is { } text && VenueTimeText.TryReadInteger(Encoding.UTF8.GetBytes(text), out long value) ? value : null;

    public bool? Flag(string name) => Find(name) switch { { ValueKind: JsonValueKind.True } => true, { ValueKind: JsonValueKind.False } => false, _ => null };

    /// <summary>The members that are not known, as a JSON object, or null if there are none.</summary>
    public string? Others(IReadOnlySet<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        try
        {
            List<JsonProperty> others = [.. element.EnumerateObject().Where(p => !known.Contains(p.Name))];
            if (others.Count == 0)
            {
                return null;
            }

            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer, s_relaxed))
            {
                writer.WriteStartObject();
                others.ForEach(o => o.WriteTo(writer));
                writer.WriteEndObject();
            }

            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        catch (InvalidOperationException)
        {
            return null; // names or texts that are no characters: the raw JSON has them
        }
    }

    private JsonElement? Find(string name)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            return null; // another member's name is no text
        }
    }
}
