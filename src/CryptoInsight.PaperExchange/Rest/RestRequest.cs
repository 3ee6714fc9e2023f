using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using CryptoInsight.Domain.Market;
using Microsoft.AspNetCore.Http;

namespace CryptoInsight.PaperExchange.Rest;

/// <summary>The parameters of one request, read one by one; knows which nobody read.</summary>
internal sealed partial class RestRequest(IQueryCollection query, bool inMicroseconds, long turn)
{
    private const string NumberRange = "^[0-9]{1,20}$";
    private const string SymbolRange = @"^[\w\-._&&[^a-z]]{1,50}$";

    // Later bounds than any candle's; keeps sums of times inside the calendar.
    private static readonly UnixMicros s_latest = new(200_000_000_000L * UnixMicros.PerSecond);

    private int _read;

    /// <summary>True if the client wants times in microseconds.</summary>
    public bool InMicroseconds => inMicroseconds;

    /// <summary>The request's place among all: what the draws of a fault script hang on.</summary>
    public long Turn => turn;

    /// <summary>The first thing that is wrong; null while all is well.</summary>
    public ApiError? Error { get; private set; }

    /// <summary>Remembers the first error.</summary>
    public void Fail(ApiError error) => Error ??= error;

    /// <summary>A parameter that must be there.</summary>
    public string? Mandatory(string name)
    {
        if (Optional(name, out string? text) && text.Length > 0)
        {
            return text;
        }

        Fail(ApiError.Missing(name));
        return null;
    }

    /// <summary>A parameter that may be missing.</summary>
    public bool Optional(string name, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!query.TryGetValue(name, out var values))
        {
            return false;
        }

        _read++;
        if (values.Count > 1)
        {
            Fail(ApiError.ParameterTwice);
        }

        text = values[0] ?? "";
        return true;
    }

    /// <summary>A symbol's text if its characters are legal; its case must be upper.</summary>
    public string? Symbol(string name, string? text)
    {
        if (text is null || LegalSymbol().IsMatch(text))
        {
            return text;
        }

        Fail(ApiError.IllegalCharacters(name, SymbolRange));
        return null;
    }

    /// <summary>A time in milliseconds or microseconds, told by its size.</summary>
    public UnixMicros? Time(string name)
    {
        if (Number(name) is not { } number)
        {
            return null;
        }

        return number >= UnixMicros.MicrosecondsFrom
            ? new UnixMicros((long)Math.Min(number, (ulong)s_latest.Value))
            : UnixMicros.FromMilliseconds((long)number);
    }

    /// <summary>How many rows are wanted: more than the most there are is the most.</summary>
    public int Limit(int usual, int most)
    {
        if (Number("limit") is not { } number)
        {
            return usual;
        }

        if (number == 0)
        {
            Fail(ApiError.NotValid("limit"));
        }

        return (int)Math.Min(number, (ulong)most);
    }

    /// <summary>A time zone as microseconds ahead of UTC: hours, or hours and minutes, from -12:00 to +14:00.</summary>
    public long TimeZone()
    {
        if (!Optional("timeZone", out string? text))
        {
            return 0;
        }

        Match match = Zone().Match(text);
        if (match.Success)
        {
            int minutes = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) * 60
                + (match.Groups[3].Success ? int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture) : 0);
            minutes = match.Groups[1].Value == "-" ? -minutes : minutes;
            if (minutes is >= -12 * 60 and <= 14 * 60)
            {
                return minutes * 60 * UnixMicros.PerSecond;
            }
        }

        Fail(ApiError.NotValid("timeZone"));
        return 0;
    }

    /// <summary>Complains if parameters were sent that nobody asked for.</summary>
    public void ExpectAllRead()
    {
        if (query.Count > _read)
        {
            Fail(ApiError.Unread(_read, query.Count));
        }
    }

    private ulong? Number(string name)
    {
        if (!Optional(name, out string? text))
        {
            return null;
        }

        if (text.Length == 0)
        {
            Fail(ApiError.Empty(name));
            return null;
        }

        if (!LegalNumber().IsMatch(text))
        {
            Fail(ApiError.IllegalCharacters(name, NumberRange));
            return null;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : ulong.MaxValue;
    }

    [GeneratedRegex(@"\A[0-9]{1,20}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LegalNumber();

    [GeneratedRegex(@"\A[\w\-.-[a-z]]{1,50}\z", RegexOptions.CultureInvariant)]
    private static partial Regex LegalSymbol();

    [GeneratedRegex(@"\A([+-]?)([0-9]{1,2})(?::([0-5][0-9]))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Zone();
}
