using System.Text;
using System.Text.Json;

namespace CryptoInsight.PaperExchange.Streams;

/// <summary>Answers what a client says on its stream connection.</summary>
/// <remarks><b>Source</b>: Binance web-socket-streams.md, "Live Subscribing/Unsubscribing to streams".</remarks>
internal sealed class ControlMessage(Func<string, bool> subscribe, Action<string> unsubscribe, Func<IEnumerable<string>> subscribed)
{
    private const int IdLengthMax = 36;

    /// <summary>Whether events are wrapped; a client may change it.</summary>
    public bool IsCombined { get; set; }

    /// <summary>The reply to one message.</summary>
    public string Answer(ReadOnlyMemory<byte> message)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(message);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return Error(3, "Invalid JSON: expected an object", "null");
            }

            if (!root.TryGetProperty("id", out JsonElement id) || Id(id) is not { } idText)
            {
                return Error(2, "Invalid request: request ID must be an unsigned integer", "null");
            }

            if (!root.TryGetProperty("method", out JsonElement method) || method.ValueKind != JsonValueKind.String)
            {
                return Error(2, "Invalid request: missing field `method`", idText);
            }

            string[]? names = null;
            bool hasParameters = root.TryGetProperty("params", out JsonElement parameters);
            if (hasParameters && parameters.ValueKind == JsonValueKind.Array && parameters.EnumerateArray().All(p => p.ValueKind == JsonValueKind.String))
            {
                names = [.. parameters.EnumerateArray().Select(p => p.GetString()!)];
            }

            return method.GetString() switch
            {
                "SUBSCRIBE" => names is null ? Error(2, "Invalid request: params must be an array of stream names", idText) : Subscribe(names, idText),
                "UNSUBSCRIBE" => names is null ? Error(2, "Invalid request: params must be an array of stream names", idText) : Unsubscribe(names, idText),
                "LIST_SUBSCRIPTIONS" => Result(JsonSerializer.Serialize(subscribed()), idText),
                "SET_PROPERTY" => SetProperty(parameters, idText),
                "GET_PROPERTY" => names is ["combined"] ? Result(IsCombined ? "true" : "false", idText) : Error(0, "Unknown property", idText),
                _ => Error(2, "Invalid request: unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`", idText),
            };
        }
        catch (JsonException e)
        {
            return Error(3, $"Invalid JSON: expected value at line {e.LineNumber + 1} column {e.BytePositionInLine + 1}", "null");
        }
        catch (InvalidOperationException)
        {
            // The parser checks escapes only when a text is read: half a surrogate pair comes to light here.
            return Error(3, "Invalid JSON: a string is not Unicode", "null");
        }
    }

    private string Subscribe(string[] names, string id)
    {
        foreach (string name in names)
        {
            if (!subscribe(name))
            {
                return Error(2, $"Invalid request: a connection has at most {StreamConnection.StreamsMax} streams", id);
            }
        }

        return Result("null", id);
    }

    private string Unsubscribe(string[] names, string id)
    {
        foreach (string name in names)
        {
            unsubscribe(name);
        }

        return Result("null", id);
    }

    private string SetProperty(JsonElement parameters, string id)
    {
        if (parameters.ValueKind != JsonValueKind.Array || parameters.GetArrayLength() == 0 || parameters[0].ValueKind != JsonValueKind.String)
        {
            return Error(2, "Invalid request: property name must be a string", id);
        }

        if (parameters.GetArrayLength() > 2)
        {
            return Error(2, "Invalid request: too many parameters", id);
        }

        if (parameters[0].GetString() != "combined")
        {
            return Error(0, "Unknown property", id);
        }

        if (parameters.GetArrayLength() < 2 || parameters[1].ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            return Error(1, "Invalid value type: expected Boolean", id);
        }

        IsCombined = parameters[1].GetBoolean();
        return Result("null", id);
    }

    /// <summary>The id as JSON, or null if it may not be one.</summary>
    private static string? Id(JsonElement id) => id.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Number when id.TryGetInt64(out _) => id.GetRawText(),
        JsonValueKind.String when id.GetString() is { Length: <= IdLengthMax } text && text.All(char.IsAsciiLetterOrDigit) => id.GetRawText(),
        _ => null,
    };

    private static string Result(string result, string id) => $"{{\"result\":{result},\"id\":{id}}}";

    private static string Error(int code, string text, string id) =>
        new StringBuilder("{\"code\":").Append(code).Append(",\"msg\":").Append(JsonSerializer.Serialize(text)).Append(",\"id\":").Append(id).Append('}').ToString();
}
