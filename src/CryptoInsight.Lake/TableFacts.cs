using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;
using CryptoInsight.Lake.Bronze;
using CryptoInsight.Lake.DeadLetters;
using CryptoInsight.Lake.Gold;
using CryptoInsight.Lake.Operations;
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
