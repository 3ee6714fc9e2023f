using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CryptoInsight.PaperExchange.Rest;

/// <summary>A whole answer, ready to be sent (or spoilt on purpose).</summary>
internal sealed record Reply(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    public const string JsonType = "application/json;charset=UTF-8";

    /// <summary>Seconds that the client is told to wait; null without the header.</summary>
    public long? RetryAfterSeconds { get; init; }

    public static Reply Json(ReadOnlyMemory<byte> body) => new(200, JsonType, body);

    public static Reply Error(ApiError error) =>
        new(error.Status, JsonType, Encoding.UTF8.GetBytes($"{{\"code\":{error.Code},\"msg\":\"{JsonEncodedText.Encode(error.Text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"}}"));

    public static Reply Html(int status, string body) =>
        new(status, "text/html", Encoding.UTF8.GetBytes(body));
}
