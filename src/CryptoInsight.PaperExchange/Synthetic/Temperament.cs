namespace CryptoInsight.PaperExchange.Synthetic;

/// <summary>How a symbol behaves.</summary>
/// <param name="BasePrice">The price around which it moves over the decades.</param>
/// <param name="Beta">How much it follows the market as a whole.</param>
/// <param name="OwnDeviation">Yearly deviation of its own log-price beside the market's.</param>
/// <param name="DailyTurnover">Mean quote volume of a day.</param>
/// <param name="TradeSize">Mean quote volume of a trade.</param>
/// <param name="ListedOn">The day of the first trade.</param>
internal sealed record Temperament(double BasePrice, double Beta, double OwnDeviation, double DailyTurnover, double TradeSize, DateOnly ListedOn);
