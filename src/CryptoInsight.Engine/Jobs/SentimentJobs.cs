using CryptoInsight.Delta;
using CryptoInsight.Domain.Positions;
using CryptoInsight.Domain.Sentiment;
using CryptoInsight.Engine.Flows;
using CryptoInsight.Lake;

namespace CryptoInsight.Engine.Jobs;

/// <summary>The jobs of the Fear and Greed index and of top-trader positions: which table each follows, and which it writes.</summary>
/// <remarks>
/// <code>
/// bronze_fear_greed ─(tail)─> 02b ─> silver_fear_greed ─(tail)─> 03c ─> gold_fear_greed
/// bronze_futures_leaderboard_positions ─(tail)─> 02c ─> silver_futures_positions ─┬─(tail)─> 03b ─> gold_futures_positions_summary
///                                               gold_signals (timeframe 4h) ──────┴─(tail)─> 03b ─> gold_price_positions_4h
/// </code>
/// </remarks>
public sealed class SentimentJobs(LakeTables lake, TimeProvider clock, string runId, TimeSpan pollEvery, CommitBell goldSignals)
{
    private static readonly TailLimits s_limits = new(1_000, 64L << 20);

    /// <summary>The job that fetches the index.</summary>
    public const string FearGreedIngestId = "01b_ingest_bronze_fear_greed";

    /// <summary>The job that fetches the positions.</summary>
    public const string PositionsIngestId = "01c_ingest_bronze_leaderboard";

    public static IReadOnlyList<string> Ids { get; } =
        [FearGreedIngestId, PositionsIngestId, FearGreedRules.Id, PositionRules.Id, FearGreedDerivation.Id, PositionsSummaryDerivation.Id, PricePositionsDerivation.Id];

    /// <summary>Rings when <c>bronze_fear_greed</c> has a commit.</summary>
    public CommitBell FearGreedBell { get; } = new(clock, pollEvery);

    /// <summary>Rings when <c>bronze_futures_leaderboard_positions</c> has a commit.</summary>
    public CommitBell PositionsBell { get; } = new(clock, pollEvery);

    public ISupervisedJob Follow(PolledSource<RawFearGreed> index) => new PollJob<RawFearGreed>(FearGreedIngestId, index, FearGreedBell);

    public ISupervisedJob Follow(PolledSource<RawPosition> leaderboard) => new PollJob<RawPosition>(PositionsIngestId, leaderboard, PositionsBell);

    public IReadOnlyList<JobSpec> Specs()
    {
        var indexBell = new CommitBell(clock, pollEvery);
        var heldBell = new CommitBell(clock, pollEvery);
        return
        [
            new(FearGreedRules.Id, lake.FearGreed.Bronze.Table, s_limits, FearGreedBell, indexBell,
                (start, ct) => SilverTableJob<RawFearGreed, SilverFearGreed, int>.StartAsync(
                    lake.FearGreed.Bronze, lake.FearGreed.Silver, lake.FearGreed.DeadLetters, new FearGreedRules(), runId, start == JobStart.Beginning, ct)) { Output = lake.FearGreed.Silver.Table },
            new(PositionRules.Id, lake.Positions.Bronze.Table, s_limits, PositionsBell, heldBell,
                (start, ct) => SilverTableJob<RawPosition, SilverPosition, string>.StartAsync(
                    lake.Positions.Bronze, lake.Positions.Silver, lake.Positions.DeadLetters, new PositionRules(), runId, start == JobStart.Beginning, ct)) { Output = lake.Positions.Silver.Table },
            Derived(FearGreedDerivation.Id, new FearGreedDerivation(lake.FearGreed), lake.FearGreed.Silver.Table, indexBell),
            Derived(PositionsSummaryDerivation.Id, new PositionsSummaryDerivation(lake.Positions, clock), lake.Positions.Silver.Table, heldBell),
            Derived(PricePositionsDerivation.Id, new PricePositionsDerivation(lake.Gold, lake.Positions), lake.Gold.Table, goldSignals),
        ];
    }

    private JobSpec Derived<TRow, TKey>(string id, Derivation<TRow, TKey> derivation, DeltaTable followed, CommitBell bell)
        where TRow : class
        where TKey : notnull =>
        new(id, followed, s_limits, bell, new CommitBell(clock, pollEvery), (start, ct) => DerivedTableJob<TRow, TKey>.StartAsync(derivation, start == JobStart.Beginning, ct)) { Output = derivation.Output.Table };
}
