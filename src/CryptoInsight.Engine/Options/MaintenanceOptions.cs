using CryptoInsight.Delta;
using CryptoInsight.Lake;
using Cronos;

namespace CryptoInsight.Engine.Options;

/// <summary>How the lake looks after itself.</summary>
/// <param name="IsOn">Whether anything is done unasked.</param>
/// <param name="DutyPercent">Share of one processor that rewriting may take.</param>
/// <param name="RunBytesMax">Bytes of source files in one piece of work.</param>
/// <param name="RunPartitionsMax">Partitions in one piece of work.</param>
/// <param name="MemoryBytesMax">Rows that laying out may hold.</param>
/// <param name="ClosedAfter">How long after its end a day is closed.</param>
/// <param name="QuietAfter">How long nothing may have been written to a closed day.</param>
/// <param name="Tables">Every table of the lake by name.</param>
public sealed record MaintenanceOptions(
    bool IsOn, TimeSpan LookEvery, TimeSpan FirstAfter, int DutyPercent, long RunBytesMax, int RunPartitionsMax, long MemoryBytesMax, TimeSpan ClosedAfter, TimeSpan QuietAfter,
    IReadOnlyDictionary<string, TableUpkeep> Tables)
{
    private const string Own = "maintenance.tables";

    internal static MaintenanceOptions Read(SettingsReader read)
    {
        foreach (string name in read.Keys(Own).Where(n => !LakeTables.Definitions.ContainsKey(n)))
        {
            read.Report($"{Own}.{name}", $"is no table of the lake; they are {string.Join(", ", LakeTables.Definitions.Keys)}");
        }

        return new MaintenanceOptions(
            read.OneOf("maintenance.run", "on", "off") == "on",
            read.Duration("maintenance.look-every", TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
            read.Duration("maintenance.first-after", TimeSpan.Zero, TimeSpan.FromHours(24)),
            read.Whole("maintenance.duty-percent", 1, 100),
            read.Size("maintenance.run-bytes-max", 1 << 10, 1L << 40),
            read.Whole("maintenance.run-partitions-max", 1, 10_000),
            read.Size("maintenance.memory-bytes-max", 1 << 20, 1L << 40),
            read.Duration("maintenance.closed-after", TimeSpan.Zero, TimeSpan.FromDays(365)),
            read.Duration("maintenance.quiet-after", TimeSpan.Zero, TimeSpan.FromDays(365)),
            LakeTables.Definitions.ToDictionary(t => t.Key, t => Table(read, t.Key, t.Value)));
    }

    private static TableUpkeep Table(SettingsReader read, string name, TableDefinition definition)
    {
        string Key(string key) => read.Has($"{Own}.{name}.{key}") ? $"{Own}.{name}.{key}" : $"maintenance.defaults.{key}";
        return new TableUpkeep(
            Schedule(read, Key("compact-at")),
            Schedule(read, Key("clean-at")),
            read.Whole(Key("small-files-max"), 2, 10_000),
            read.Size(Key("file-bytes-target"), 1 << 10, 1L << 40),
            read.Whole(Key("zstd-level"), 1, 19),
            read.Many(Key("z-order-by"), column => definition.Schema.Find(column) is not null && !definition.PartitionColumns.Contains(column)
                ? column
                : throw new FormatException($"must name columns of {name} that it is not partitioned by")));
    }

    private static CronExpression Schedule(SettingsReader read, string key) => read.Checked(key, CronExpression.Daily, () => CronExpression.Parse(read.Text(key)));
}
