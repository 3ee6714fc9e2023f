namespace CryptoInsight.Sources.Binance;

/// <summary>What the exchange says about itself: limits and symbols, and how much of its answer was new to us.</summary>
/// <param name="ServerTime">When it answered, by its own clock, or null.</param>
/// <param name="RateLimits">The limits announced; none is promised.</param>
/// <param name="Symbols">Every symbol that can be named here, by its code.</param>
/// <param name="Unknown">Fields and enum values that this program does not know, and how often each was seen: drift to be told, not an error.</param>
public sealed record ExchangeInfo(
    UnixMicros? ServerTime,
    IReadOnlyList<RateLimit> RateLimits,
    IReadOnlyDictionary<Symbol, ExchangeSymbol> Symbols,
    IReadOnlyDictionary<string, int> Unknown)
{
    /// <summary>The symbols that are traded now, by code.</summary>
    public IEnumerable<Symbol> Trading => Symbols.Values.Where(s => s.IsTrading).Select(s => s.Symbol).Order();

    /// <summary>The request weight that one IP may use in a minute, or null if the exchange does not say.</summary>
    public int? WeightPerMinute => RateLimits.FirstOrDefault(l => l.Type == "REQUEST_WEIGHT" && l.Window == TimeSpan.FromMinutes(1))?.Limit;
}
