using System.Text;
using System.Text.Json;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Http;

namespace CryptoInsight.Sources.FearGreed;

/// <summary>The publisher's JSON to rows of Bronze: <c>{"data":[{value, value_classification, timestamp[, time_until_update]}, …], "metadata":{"error":…}}</c>, or the bare array.</summary>
/// <remarks>Every element becomes a row, however odd it is; the judgement is Silver's. Days that were never published are simply not there.</remarks>
public static class FearGreedWire
{
    /// <summary>More elements than a thousand years have days is no index.</summary>
    private const int ElementsMax = 400_000;

    private const string CsvHeader = "fng_value,fng_classification,date";

    private static readonly HashSet<string> s_known = ["value", "value_classification", "timestamp", "time_until_update"];
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 16 };

    /// <summary>Reads a whole document.</summary>
    public static JsonDocumentReading<IReadOnlyList<RawFearGreed>> Read(ReadOnlyMemory<byte> document, FearGreedStamp stamp)
    {
        ArgumentNullException.ThrowIfNull(stamp);
        if (document.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            document = document[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(document, s_strict);
            return Rows(json.RootElement, stamp);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return No(document.Span.IndexOf(Encoding.ASCII.GetBytes(CsvHeader)) >= 0
                ? "it is the publisher's format=csv: bare CSV inside a JSON envelope, under a header whose order is not that of the rows. Ask for format=json instead"
                : "it is no whole JSON document");
        }
    }

    private static JsonDocumentReading<IReadOnlyList<RawFearGreed>> Rows(JsonElement root, FearGreedStamp stamp)
    {
        JsonElement data = root;
        if (root.ValueKind == JsonValueKind.Object)
        {
            if (root.TryGetProperty("metadata", out JsonElement metadata) && metadata.ValueKind == JsonValueKind.Object
                && metadata.TryGetProperty("error", out JsonElement error) && error.ValueKind != JsonValueKind.Null)
            {
                return No($"the publisher reports an error: {HostileText.Show(error.GetRawText().AsSpan())}");
            }

            if (!root.TryGetProperty("data", out data))
            {
                return No("it has no data");
            }
        }

        if (data.ValueKind != JsonValueKind.Array)
        {
            return No("it is neither an array of index values nor an object with one in data");
        }

        return data.GetArrayLength() > ElementsMax
            ? No($"it has more than {ElementsMax} elements")
            : JsonDocumentReading<IReadOnlyList<RawFearGreed>>.Of([.. data.EnumerateArray().Select(e => Row(e, stamp))]);
    }

    private static RawFearGreed Row(JsonElement element, FearGreedStamp stamp)
    {
        var members = new JsonMembers(element);
        return new RawFearGreed(
            stamp.Source,
            Seconds(members),
            stamp.IngestTime,
            members.RawJson,
            stamp.Endpoint,
            stamp.ParamsHash,
            stamp.RunId,
            members.Text("value"),
            members.Text("value_classification"),
            members.Text("time_until_update"),
            members.Others(s_known));
    }

    // Seconds, not milliseconds; with date_format the publisher writes dates, which are refused like any other text.
    private static long? Seconds(JsonMembers members) =>
        members.Whole("timestamp") is { } seconds and > 0 and < 100_000_000_000 && UnixMicros.FromSeconds(seconds).IsPlausible ? seconds : null;

    private static JsonDocumentReading<IReadOnlyList<RawFearGreed>> No(string why) => JsonDocumentReading<IReadOnlyList<RawFearGreed>>.No(why);
}
