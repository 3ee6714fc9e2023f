using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CryptoInsight.Sources.Binance;

/// <summary>From an error answer to who must act: by status, the exchange's code, Retry-After, and the end of the ban in its words.</summary>
/// <remarks><b>Source</b>: Binance rest-api.md "IP Limits", errors.md; bodies that people received are among the tests.</remarks>
internal static class RestErrors
{
    private const int TextMax = 300;
    private const int PayloadMax = 4 * 1024;
    private const int TooManyRequests = -1003;
    private const int TooManyConnections = -1034;

    // Longer bans than the documented three days are not believed: a wrong header must not silence us for years.
    private static readonly TimeSpan s_pauseMax = TimeSpan.FromDays(7);
    private static readonly TimeSpan s_pauseUnsaid = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_banUnsaid = TimeSpan.FromMinutes(2);

    // Faults on the exchange's side that come with a 4xx at times: unknown, disconnected, unexpected, time-out, overloaded, shutting down.
    private static readonly HashSet<int> s_theirs = [-1000, -1001, -1006, -1007, -1008, -1016];

    public static RestOutcome<T> Classify<T>(int status, HttpResponseHeaders headers, ReadOnlySpan<byte> body, UnixMicros now, int? used)
    {
        (int? code, string text) = Read(body);
        TimeSpan? retryAfter = RetryAfter(headers, now);
        UnixMicros? bannedUntil = BannedUntil(text);
        if (status == 418 || (bannedUntil is { } end && end > now))
        {
            UnixMicros until = UnixMicros.Max(bannedUntil ?? default, now + (retryAfter ?? (bannedUntil is null ? s_banUnsaid : TimeSpan.Zero)));
            return new RestOutcome<T>.Banned(UnixMicros.Min(until, now + s_pauseMax), text, used);
        }

        if (status == 429 || code is TooManyRequests or TooManyConnections)
        {
            return new RestOutcome<T>.Throttled(retryAfter ?? s_pauseUnsaid, text, used);
        }

        if (status is >= 500 or 408 or 425 || (code is { } c && s_theirs.Contains(c)))
        {
            return new RestOutcome<T>.Transient($"HTTP {status}{(code is null ? "" : $", code {code}")}: {text}", used);
        }

        return new RestOutcome<T>.Refused(status, code, text, Payload(body), used);
    }

    private static (int? Code, string Text) Read(ReadOnlySpan<byte> body)
    {
        int? code = null;
        string? message = null;
        try
        {
            Utf8JsonReader reader = new(body);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    bool isCode = reader.ValueTextEquals("code"u8);
                    bool isMessage = reader.ValueTextEquals("msg"u8);
                    reader.Read();
                    code = isCode && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int number) ? number : code;
                    message = isMessage && reader.TokenType == JsonTokenType.String ? reader.GetString() : message;
                    reader.Skip();
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not the exchange's own words, then: what came is shown as it is.
        }

        return (code, message is null ? HostileText.Show(body, TextMax) : HostileText.Show(message.AsSpan(), TextMax));
    }

    private static TimeSpan? RetryAfter(HttpResponseHeaders headers, UnixMicros now)
    {
        TimeSpan? said = headers.RetryAfter?.Delta
            ?? (headers.RetryAfter?.Date is { } date ? TimeSpan.FromMicroseconds(UnixMicros.From(date) - now) : null);
        return said is not { } pause ? null
            : pause < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1)
            : pause > s_pauseMax ? s_pauseMax
            : pause;
    }

    // "... IP banned until 1660090423228. Please ..."
    private static UnixMicros? BannedUntil(string text)
    {
        const string words = "banned until ";
        int at = text.IndexOf(words, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        byte[] digits = Encoding.ASCII.GetBytes([.. text.Skip(at + words.Length).TakeWhile(char.IsAsciiDigit)]);
        return digits.Length is > 0 and < 19 && Utf8Parser.TryParse(digits, out long number, out _) && UnixMicros.FromVenue(number) is { IsPlausible: true } until ? until : null;
    }

    private static string Payload(ReadOnlySpan<byte> body) => Encoding.UTF8.GetString(body[..Math.Min(body.Length, PayloadMax)]);
}
