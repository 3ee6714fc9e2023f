namespace CryptoInsight.PaperExchange.Market;

/// <summary>A symbol's fixed facts: its assets and its grid.</summary>
/// <param name="Code">The exchange's spelling, such as <c>BTCUSDT</c>.</param>
/// <param name="BaseAsset">What is bought and sold.</param>
/// <param name="QuoteAsset">What it is paid with.</param>
/// <param name="Tick">The price grid in units of 1e-8.</param>
/// <param name="Step">The volume grid in units of 1e-8.</param>
internal sealed record Instrument(string Code, string BaseAsset, string QuoteAsset, long Tick, long Step)
{
    private static readonly string[] s_quotes =
        ["USDT", "USDC", "FDUSD", "TUSD", "BUSD", "USD", "BTC", "ETH", "BNB", "EUR", "TRY", "BRL", "JPY", "GBP", "KRW"];

    /// <summary>Splits a symbol's code into its two assets, by the quote assets that venues use.</summary>
    public static (string Base, string Quote) Assets(string code)
    {
        foreach (string quote in s_quotes)
        {
            if (code.Length > quote.Length && code.EndsWith(quote, StringComparison.Ordinal))
            {
                return (code[..^quote.Length], quote);
            }
        }

        return (code, "USDT");
    }
}
