using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.FearGreed;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Operations;
using CryptoInsight.Lake.Positions;
using CryptoInsight.Lake.Silver;

namespace CryptoInsight.Lake;

/// <summary>What a table holds now, answered from its log alone.</summary>
public sealed record TableFacts(string Name, long Version, long Rows, int Files, long Bytes, DateTimeOffset CommittedAt)
{
    /// <summary>The medallion's tables in the order of the flow.</summary>
    public static IReadOnlyList<TableFacts> Of(LakeTables lake)
    {
        ArgumentNullException.ThrowIfNull(lake);
        return
        [
            Of(BronzeChartsTable.Name, lake.Bronze.Table), Of(DeadLetterTable.Binance, lake.DeadLetters.Table),
            Of(SilverChartsTable.Name, lake.Silver.Table), Of(GoldSignalsTable.Name, lake.Gold.Table),
            Of(BronzeFearGreedTable.Name, lake.FearGreed.Bronze.Table), Of(DeadLetterTable.FearGreed, lake.FearGreed.DeadLetters.Table),
            Of(SilverFearGreedTable.Name, lake.FearGreed.Silver.Table), Of(GoldFearGreedTable.Name, lake.FearGreed.Gold.Table),
            Of(BronzePositionsTable.Name, lake.Positions.Bronze.Table), Of(DeadLetterTable.Leaderboard, lake.Positions.DeadLetters.Table),
            Of(SilverPositionsTable.Name, lake.Positions.Silver.Table), Of(GoldPositionsSummaryTable.Name, lake.Positions.Summary.Table),
            Of(GoldPricePositions4hTable.Name, lake.Positions.PricePositions.Table),
            Of(JobRunsTable.Name, lake.Operations.JobRuns.Table), Of(EventsTable.Name, lake.Operations.Events.Table),
            Of(GapsTable.Name, lake.Operations.Gaps.Table),
        ];
    }

    public static TableFacts Of(string name, DeltaTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        Snapshot snapshot = table.Snapshot;
        return new TableFacts(name, snapshot.Version, snapshot.RowCount ?? 0, snapshot.Files.Count, snapshot.Files.Sum(f => f.Size), snapshot.CommittedAt);
    }
}
