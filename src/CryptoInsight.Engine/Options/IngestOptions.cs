using CryptoInsight.Domain.Market;

namespace CryptoInsight.Engine.Options;

/// <summary>What is ingested from where, and how much a commit takes.</summary>
/// <param name="Exchange"><c>paper</c>, <c>binance</c> or a base URL.</param>
/// <param name="Symbols">Empty: all that the paper exchange lists.</param>
/// <param name="IsStreamed">True to follow the exchange's streams, false to poll REST.</param>
/// <param name="Since">How far back the first start goes; null: as far as every timeframe needs.</param>
public sealed record IngestOptions(
    string Exchange, IReadOnlyList<Symbol> Symbols, IReadOnlyList<Interval> Intervals, TimeSpan? Since, TimeSpan BatchDelayMax, int BatchRowsMax, int Parallelism, bool IsStreamed)
{
    /// <summary>Names the address that the exchange sees: nodes that share it share one weight budget.</summary>
    public required string Egress { get; init; }

    /// <summary>How often the exchange's limits are read again.</summary>
    public required TimeSpan LimitsEvery { get; init; }
}
