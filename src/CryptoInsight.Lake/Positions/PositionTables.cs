using CryptoInsight.Lake.DeadLetters;

namespace CryptoInsight.Lake.Positions;

/// <summary>The tables of top-trader positions, in the order of the flow.</summary>
public sealed record PositionTables(
    BronzePositionsTable Bronze, SilverPositionsTable Silver, GoldPositionsSummaryTable Summary, GoldPricePositions4hTable PricePositions, DeadLetterTable DeadLetters);
