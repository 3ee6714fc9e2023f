using CryptoInsight.Delta;
using CryptoInsight.Delta.Log;

namespace CryptoInsight.Lake;

/// <summary>What a table holds now, answered from its log alone.</summary>
public sealed record TableFacts(string Name, long Version, long Rows, int Files, long Bytes, DateTimeOffset CommittedAt)
{
    /// <summary>The medallion's tables in the order of the flow.</summary>
    public static IReadOnlyList<TableFacts> Of(LakeTables lake)
    {
        ArgumentNullException.ThrowIfNull(lake);
        return [.. lake.All.Select(t => Of(t.Key, t.Value))];
    }

    public static TableFacts Of(string name, DeltaTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        Snapshot snapshot = table.Snapshot;
        return new TableFacts(name, snapshot.Version, snapshot.RowCount ?? 0, snapshot.Files.Count, snapshot.Files.Sum(f => f.Size), snapshot.CommittedAt);
    }
}
