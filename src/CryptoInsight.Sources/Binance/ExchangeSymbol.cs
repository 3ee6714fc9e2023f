namespace CryptoInsight.Sources.Binance;

/// <summary>A symbol as the exchange lists it.</summary>
/// <param name="Symbol">Its code.</param>
/// <param name="Status">Its status in the exchange's own word: a list that grows (CANCEL_ONLY came in 2026).</param>
/// <param name="BaseAsset">What is bought.</param>
/// <param name="QuoteAsset">What it is paid in.</param>
/// <param name="Permissions">Every permission named, from the flat list of old and the nested sets of today.</param>
public sealed record ExchangeSymbol(Symbol Symbol, string Status, string BaseAsset, string QuoteAsset, IReadOnlyList<string> Permissions)
{
    /// <summary>True if it is traded now, so that candles may be expected.</summary>
    public bool IsTrading => Status == "TRADING";
}
