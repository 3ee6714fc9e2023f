namespace CryptoInsight.PaperExchange.Rest;

/// <summary>An error as the exchange words it: HTTP status, code, text.</summary>
/// <remarks><b>Source</b>: Binance errors.md; ranges of characters as clients have received them.</remarks>
internal sealed record ApiError(int Status, int Code, string Text)
{
    public static ApiError InvalidSymbol { get; } = new(400, -1121, "Invalid symbol.");

    public static ApiError InvalidInterval { get; } = new(400, -1120, "Invalid interval.");

    public static ApiError InvalidSymbolStatus { get; } = new(400, -1122, "Invalid symbolStatus.");

    public static ApiError BadCombination { get; } = new(400, -1128, "Combination of optional parameters invalid.");

    public static ApiError SymbolTwice { get; } = new(400, -1151, "Symbol is present multiple times in the list.");

    public static ApiError ParameterTwice { get; } = new(400, -1101, "Duplicate values for a parameter detected.");

    public static ApiError RestrictedLocation { get; } =
        new(451, 0, "Service unavailable from a restricted location according to 'b. Eligibility' in the SIMULATED terms. Please contact nobody.");

    /// <summary>A code that no documentation knows.</summary>
    public static ApiError Unheard { get; } = new(400, -1999, "SIMULATED: the venue has a reason that it never had before.");

    /// <summary>What goes wrong inside, by turns.</summary>
    public static ApiError Internal(int status, long turn) => (turn % 4) switch
    {
        0 => new(status, -1000, "An unknown error occurred while processing the request."),
        1 => new(status, -1001, "Internal error; unable to process your request. Please try again."),
        2 => new(status, -1007, "Timeout waiting for response from backend server. Send status unknown; execution status unknown."),
        _ => new(status, -1008, "Server is currently overloaded with other requests. Please try again in a few minutes."),
    };

    public static ApiError Missing(string parameter) => new(400, -1102, $"Mandatory parameter '{parameter}' was not sent, was empty/null, or malformed.");

    public static ApiError Empty(string parameter) => new(400, -1105, $"Parameter '{parameter}' was empty.");

    public static ApiError IllegalCharacters(string parameter, string legalRange) =>
        new(400, -1100, $"Illegal characters found in parameter '{parameter}'; legal range is '{legalRange}'.");

    public static ApiError NotValid(string parameter) => new(400, -1130, $"Data sent for parameter '{parameter}' is not valid.");

    public static ApiError Unread(int read, int sent) => new(400, -1104, $"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{sent}'.");

    public static ApiError TooMuchWeight(int limit) =>
        new(429, -1003, $"Too much request weight used; current limit is {limit} request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.");

    public static ApiError TooManyRequests(int limit) =>
        new(429, -1003, $"Too many requests; current limit is {limit} requests per 5 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.");

    public static ApiError Banned(long untilMilliseconds) =>
        new(418, -1003, $"Way too much request weight used; IP banned until {untilMilliseconds}. Please use WebSocket Streams for live updates to avoid bans.");
}
