using System.Text.Json;

namespace CryptoInsight.Sources.Binance;

/// <summary>Reads exchangeInfo of any year: what is missing is null, what is new is counted.</summary>
internal static class ExchangeInfoReader
{
    private const int UnknownNamesMax = 200; // a hostile answer may name millions

    private static readonly HashSet<string> s_rootFields = ["timezone", "serverTime", "rateLimits", "exchangeFilters", "symbols", "sors", "assets", "futuresType"];

    private static readonly HashSet<string> s_symbolFields =
    [
        "symbol", "status", "baseAsset", "baseAssetPrecision", "quoteAsset", "quotePrecision", "quoteAssetPrecision", "baseCommissionPrecision",
        "quoteCommissionPrecision", "orderTypes", "icebergAllowed", "ocoAllowed", "otoAllowed", "opoAllowed", "quoteOrderQtyMarketAllowed",
        "allowTrailingStop", "cancelReplaceAllowed", "amendAllowed", "pegInstructionsAllowed", "isSpotTradingAllowed", "isMarginTradingAllowed",
        "filters", "permissions", "permissionSets", "defaultSelfTradePreventionMode", "allowedSelfTradePreventionModes",
    ];

    private static readonly HashSet<string> s_statuses =
        ["TRADING", "BREAK", "HALT", "END_OF_DAY", "PRE_TRADING", "POST_TRADING", "AUCTION_MATCH", "CANCEL_ONLY"];

    /// <summary>The answer, or null and why it is none.</summary>
    public static (ExchangeInfo? Info, string? Why) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("symbols", out JsonElement symbols) || symbols.ValueKind != JsonValueKind.Array)
            {
                return (null, "the answer is no exchangeInfo: it has no list of symbols");
            }

            Dictionary<string, int> unknown = new(StringComparer.Ordinal);
            CountUnknown(root, s_rootFields, "field", unknown);
            Dictionary<Symbol, ExchangeSymbol> known = [];
            foreach (JsonElement element in symbols.EnumerateArray())
            {
                if (ReadSymbol(element, unknown) is { } symbol)
                {
                    known[symbol.Symbol] = symbol;
                }
            }

            UnixMicros? serverTime = root.TryGetProperty("serverTime", out JsonElement time) && time.ValueKind == JsonValueKind.Number && time.TryGetInt64(out long at) && at > 0
                ? UnixMicros.FromVenue(at)
                : null;
            return (new ExchangeInfo(serverTime, ReadLimits(root, unknown), known, unknown), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, "the answer is no JSON from beginning to end");
        }
    }

    private static ExchangeSymbol? ReadSymbol(JsonElement element, Dictionary<string, int> unknown)
    {
        if (element.ValueKind != JsonValueKind.Object || !Symbol.TryParse(Text(element, "symbol"), out Symbol symbol))
        {
            Count(unknown, "symbol that cannot be named here");
            return null;
        }

        CountUnknown(element, s_symbolFields, "symbol field", unknown);
        string status = Text(element, "status") ?? Text(element, "contractStatus") ?? "";
        if (!s_statuses.Contains(status))
        {
            Count(unknown, $"status {HostileText.Show(status)}");
        }

        return new ExchangeSymbol(symbol, status, Text(element, "baseAsset") ?? "", Text(element, "quoteAsset") ?? "", Permissions(element));
    }

    private static List<string> Permissions(JsonElement symbol)
    {
        List<string> named = [];
        foreach (string field in (string[])["permissions", "permissionSets"])
        {
            if (symbol.TryGetProperty(field, out JsonElement list))
            {
                Collect(list, named);
            }
        }

        return [.. named.Distinct()];
    }

    private static void Collect(JsonElement list, List<string> named)
    {
        if (list.ValueKind == JsonValueKind.String)
        {
            named.Add(list.GetString() ?? "");
        }
        else if (list.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement inner in list.EnumerateArray())
            {
                Collect(inner, named);
            }
        }
    }

    private static List<RateLimit> ReadLimits(JsonElement root, Dictionary<string, int> unknown)
    {
        List<RateLimit> limits = [];
        if (!root.TryGetProperty("rateLimits", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            return limits;
        }

        foreach (JsonElement element in list.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Object
                && Text(element, "rateLimitType") is { Length: > 0 } type
                && WindowOf(Text(element, "interval"), Number(element, "intervalNum")) is { } window
                && Number(element, "limit") is { } limit and > 0)
            {
                limits.Add(new RateLimit(HostileText.Show(type), window, limit));
            }
            else
            {
                Count(unknown, "rate limit that cannot be read");
            }
        }

        return limits;
    }

    private static TimeSpan? WindowOf(string? interval, int? count) => count is not > 0 ? null : interval switch
    {
        "SECOND" => TimeSpan.FromSeconds(count.Value),
        "MINUTE" => TimeSpan.FromMinutes(count.Value),
        "HOUR" => TimeSpan.FromHours(count.Value),
        "DAY" => TimeSpan.FromDays(count.Value),
        _ => null,
    };

    private static string? Text(JsonElement element, string field) =>
        element.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Number(JsonElement element, string field) =>
        element.TryGetProperty(field, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : null;

    private static void CountUnknown(JsonElement element, HashSet<string> known, string kind, Dictionary<string, int> unknown)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                Count(unknown, $"{kind} {HostileText.Show(property.Name)}");
            }
        }
    }

    private static void Count(Dictionary<string, int> unknown, string name)
    {
        string kept = unknown.ContainsKey(name) || unknown.Count < UnknownNamesMax ? name : "others";
        unknown[kept] = unknown.GetValueOrDefault(kept) + 1;
    }
}
