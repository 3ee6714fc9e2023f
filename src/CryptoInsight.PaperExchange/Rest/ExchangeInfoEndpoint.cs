using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CryptoInsight.Domain.Market;
using CryptoInsight.PaperExchange.Faults;
using CryptoInsight.PaperExchange.Market;

namespace CryptoInsight.PaperExchange.Rest;

/// <summary>GET /api/v3/exchangeInfo, in the schema of 2026.</summary>
internal sealed class ExchangeInfoEndpoint(Venue venue, PaperExchangeOptions options, FaultInjector faults)
{
    public const int Weight = 20;

    private static readonly string[] s_statuses = ["TRADING", "HALT", "BREAK"];
    private static readonly string[] s_flags =
    [
        "icebergAllowed", "ocoAllowed", "otoAllowed", "opoAllowed", "quoteOrderQtyMarketAllowed", "allowTrailingStop", "cancelReplaceAllowed", "amendAllowed", "pegInstructionsAllowed", "isSpotTradingAllowed",
    ];

    private static readonly string[] s_flagsOf2023 = ["icebergAllowed", "ocoAllowed", "quoteOrderQtyMarketAllowed", "allowTrailingStop", "cancelReplaceAllowed", "isSpotTradingAllowed"];
    private static readonly string[] s_orderTypes = ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"];

    public Reply Get(RestRequest request)
    {
        List<ISeries> chosen = Chosen(request);
        bool showSets = !request.Optional("showPermissionSets", out string? show) || !string.Equals(show, "false", StringComparison.OrdinalIgnoreCase);
        request.ExpectAllRead();
        if (request.Error is { } error)
        {
            return Reply.Error(error);
        }

        ArrayBufferWriter<byte> buffer = new(chosen.Count * 1_800 + 1_000);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, chosen, showSets, request);
        }

        return Reply.Json(buffer.WrittenMemory);
    }

    private List<ISeries> Chosen(RestRequest request)
    {
        bool one = request.Optional("symbol", out string? symbol);
        bool several = request.Optional("symbols", out string? symbols);
        bool byPermission = request.Optional("permissions", out _);
        bool byStatus = request.Optional("symbolStatus", out string? status);
        if ((one ? 1 : 0) + (several ? 1 : 0) + (byPermission || byStatus ? 1 : 0) > 1)
        {
            request.Fail(ApiError.BadCombination);
        }

        if (byStatus && !s_statuses.Contains(status))
        {
            request.Fail(ApiError.InvalidSymbolStatus);
        }

        if (!one && !several)
        {
            return status is null or "TRADING" ? venue.Series : [];
        }

        List<ISeries> chosen = [];
        foreach (string code in one ? [symbol ?? ""] : Names(request, symbols ?? ""))
        {
            if (request.Symbol(one ? "symbol" : "symbols", code) is null)
            {
                break;
            }

            if (!venue.TryFind(code, out ISeries? series))
            {
                request.Fail(ApiError.InvalidSymbol);
            }
            else if (chosen.Contains(series))
            {
                request.Fail(ApiError.SymbolTwice);
            }
            else
            {
                chosen.Add(series);
            }
        }

        return chosen;
    }

    private static string[] Names(RestRequest request, string text)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(text) is { Length: > 0 } names && names.All(n => n is not null) ? names : throw new JsonException();
        }
        catch (JsonException)
        {
            request.Fail(ApiError.IllegalCharacters("symbols", "^\\[(\"[\\w\\-._&&[^a-z]]{1,50}\"(,\"[\\w\\-._&&[^a-z]]{1,50}\"){0,}){0,1}\\]$"));
            return [];
        }
    }

    private void Write(Utf8JsonWriter json, List<ISeries> chosen, bool showSets, RestRequest request)
    {
        UnixMicros now = venue.Clock.Now;
        json.WriteStartObject();
        json.WriteString("timezone", "UTC");
        json.WriteNumber("serverTime", KlineJson.Time(faults.Told(now, request.Turn), request.InMicroseconds));
        json.WriteBoolean("simulated", true);
        if (faults.Hits(FaultKind.DriftFields, now, request.Turn) is not null)
        {
            json.WriteString("venueNote", "drift");
        }

        json.WriteStartArray("rateLimits");
        Limit(json, "REQUEST_WEIGHT", 1, faults.WeightLimit(options.WeightPerMinuteMax, now));
        Limit(json, "RAW_REQUESTS", 5, options.RequestsPerFiveMinutesMax);
        json.WriteEndArray();
        json.WriteStartArray("exchangeFilters");
        json.WriteEndArray();
        json.WriteStartArray("symbols");
        bool isOldForm = faults.Hits(FaultKind.DriftForm, now, request.Turn) is not null;
        foreach (ISeries series in chosen)
        {
            string status = faults.Hits(FaultKind.DriftStates, now, request.Turn, series.Instrument.Code) is null ? "TRADING" : "SLEEPING";
            OneSymbol(json, series.Instrument, status, showSets, isOldForm);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Limit(Utf8JsonWriter json, string type, int minutes, int limit)
    {
        json.WriteStartObject();
        json.WriteString("rateLimitType", type);
        json.WriteString("interval", "MINUTE");
        json.WriteNumber("intervalNum", minutes);
        json.WriteNumber("limit", limit);
        json.WriteEndObject();
    }

    private static void OneSymbol(Utf8JsonWriter json, Instrument i, string status, bool showSets, bool isOldForm)
    {
        json.WriteStartObject();
        json.WriteString("symbol", i.Code);
        json.WriteString("status", status);
        json.WriteString("baseAsset", i.BaseAsset);
        json.WriteNumber("baseAssetPrecision", 8);
        json.WriteString("quoteAsset", i.QuoteAsset);
        json.WriteNumber("quotePrecision", 8);
        json.WriteNumber("quoteAssetPrecision", 8);
        json.WriteNumber("baseCommissionPrecision", 8);
        json.WriteNumber("quoteCommissionPrecision", 8);
        Strings(json, "orderTypes", s_orderTypes);
        foreach (string flag in isOldForm ? s_flagsOf2023 : s_flags)
        {
            json.WriteBoolean(flag, true);
        }

        json.WriteBoolean("isMarginTradingAllowed", false);
        json.WriteStartArray("filters");
        Filter(json, "PRICE_FILTER", ("minPrice", Amount(i.Tick)), ("maxPrice", Amount(i.Tick * 100_000_000L)), ("tickSize", Amount(i.Tick)));
        Filter(json, "LOT_SIZE", ("minQty", Amount(i.Step)), ("maxQty", Amount(i.Step * 900_000_000L)), ("stepSize", Amount(i.Step)));
        Filter(json, "ICEBERG_PARTS", ("limit", 100));
        Filter(json, "MARKET_LOT_SIZE", ("minQty", "0.00000000"), ("maxQty", Amount(i.Step * 9_000_000L)), ("stepSize", "0.00000000"));
        Filter(json, "NOTIONAL", ("minNotional", "5.00000000"), ("applyMinToMarket", true), ("maxNotional", "9000000.00000000"), ("applyMaxToMarket", false), ("avgPriceMins", 5));
        Filter(json, "MAX_NUM_ORDERS", ("maxNumOrders", 200));
        Filter(json, "MAX_NUM_ALGO_ORDERS", ("maxNumAlgoOrders", 5));
        json.WriteEndArray();
        Permissions(json, showSets, isOldForm);
        json.WriteString("defaultSelfTradePreventionMode", "EXPIRE_MAKER");
        Strings(json, "allowedSelfTradePreventionModes", ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"]);
        json.WriteEndObject();
    }

    private static void Permissions(Utf8JsonWriter json, bool showSets, bool isOldForm)
    {
        if (isOldForm)
        {
            Strings(json, "permissions", ["SPOT"]);
            return;
        }

        Strings(json, "permissions", []);
        json.WriteStartArray("permissionSets");
        if (showSets)
        {
            json.WriteStartArray();
            json.WriteStringValue("SPOT");
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void Filter(Utf8JsonWriter json, string type, params ReadOnlySpan<(string Name, object Value)> fields)
    {
        json.WriteStartObject();
        json.WriteString("filterType", type);
        foreach ((string name, object value) in fields)
        {
            switch (value)
            {
                case string text:
                    json.WriteString(name, text);
                    break;
                case bool flag:
                    json.WriteBoolean(name, flag);
                    break;
                default:
                    json.WriteNumber(name, Convert.ToInt32(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter json, string name, ReadOnlySpan<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static string Amount(Int128 units)
    {
        Span<byte> text = stackalloc byte[64];
        return Encoding.ASCII.GetString(text[..KlineJson.Amount(text, units)]);
    }
}
