using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Lake.FearGreed;

/// <summary>The tables of the Fear and Greed index, in the order of the flow.</summary>
public sealed record FearGreedTables(BronzeFearGreedTable Bronze, SilverFearGreedTable Silver, GoldFearGreedTable Gold, DeadLetterTable DeadLetters);
