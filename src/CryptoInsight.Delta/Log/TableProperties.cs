using System.Globalization;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Commit;

namespace CryptoInsight.Delta.Log;

/// <summary>Reads the table properties that the engine obeys.</summary>
internal static class TableProperties
{
    internal const string AppendOnly = "delta.appendOnly";
    internal const string ChangeDataFeed = "delta.enableChangeDataFeed";
    internal const string DeletionVectors = "delta.enableDeletionVectors";
    internal const string InCommitTimestampsProperty = "delta.enableInCommitTimestamps";
    internal const string RowTracking = "delta.enableRowTracking";
    internal const string ColumnMappingMaxId = "delta.columnMapping.maxColumnId";
    internal const string ColumnMappingMode = "delta.columnMapping.mode";
    internal const string AutoCompact = "delta.autoOptimize.autoCompact";
    internal const string IsolationLevelProperty = "delta.isolationLevel";

    /// <summary>Whether the table forbids deleting and changing rows.</summary>
    internal static bool IsAppendOnly(Metadata metadata) => Flag(metadata, AppendOnly, false);

    /// <summary>Whether commits carry in-commit timestamps.</summary>
    internal static bool InCommitTimestamps(Protocol protocol, Metadata metadata) =>
        Flag(metadata, InCommitTimestampsProperty, false) && protocol.WriterFeatures.Contains("inCommitTimestamp");

    /// <summary>A checkpoint every so many commits (10).</summary>
    internal static long CheckpointInterval(Metadata metadata) =>
        metadata.Configuration.TryGetValue("delta.checkpointInterval", out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long n) && n > 0 ? n : 10;

    /// <summary>How long commits stay (30 days).</summary>
    internal static TimeSpan LogRetention(Metadata metadata) => Interval(metadata, "delta.logRetentionDuration") ?? TimeSpan.FromDays(30);

    /// <summary>How long tombstones stay (7 days).</summary>
    internal static TimeSpan DeletedFileRetention(Metadata metadata) => Interval(metadata, "delta.deletedFileRetentionDuration") ?? TimeSpan.FromDays(7);

    /// <summary>How long an idle application's position stays, or null for ever.</summary>
    internal static TimeSpan? TransactionRetention(Metadata metadata) => Interval(metadata, "delta.setTransactionRetentionDuration");

    /// <summary>Whether expired log files are removed after checkpoints.</summary>
    internal static bool LogCleanup(Metadata metadata) => Flag(metadata, "delta.enableExpiredLogCleanup", true);

    /// <summary>Whether checkpoints hold statistics as JSON.</summary>
    internal static bool StatsAsJson(Metadata metadata) => Flag(metadata, "delta.checkpoint.writeStatsAsJson", true);

    /// <summary>Whether checkpoints hold statistics as columns.</summary>
    internal static bool StatsAsStruct(Metadata metadata) => Flag(metadata, "delta.checkpoint.writeStatsAsStruct", false);

    /// <summary>An isolation level by the names that Delta gives it; null if it is none.</summary>
    internal static IsolationLevel? Isolation(string? text) =>
        string.Equals(text, "SnapshotIsolation", StringComparison.OrdinalIgnoreCase) ? IsolationLevel.Snapshot
        : text is not null && text.All(char.IsAsciiLetter) && Enum.TryParse(text, ignoreCase: true, out IsolationLevel level) ? level
        : null;

    /// <summary>Throws if a property that this engine obeys is set to a value that means nothing.</summary>
    internal static void CheckValue(string name, string value)
    {
        if (name == IsolationLevelProperty && Isolation(value) is null)
        {
            throw new DeltaException($"The property '{name}' takes Serializable, WriteSerializable or Snapshot.");
        }
    }

    /// <summary>The instant a retention ago, however long it is.</summary>
    internal static DateTimeOffset Before(DateTimeOffset now, TimeSpan retention) => retention < now - DateTimeOffset.UnixEpoch ? now - retention : DateTimeOffset.UnixEpoch;

    /// <summary>A boolean property.</summary>
    internal static bool Flag(Metadata metadata, string name, bool otherwise) =>
        metadata.Configuration.TryGetValue(name, out string? text) ? string.Equals(text, "true", StringComparison.OrdinalIgnoreCase) : otherwise;

    /// <summary>Reads "interval 7 days", "7 days" or "interval 1 day 12 hours"; null if it is no such text.</summary>
    internal static TimeSpan? ParseInterval(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int at = words.Length > 0 && words[0].Equals("interval", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        if (at >= words.Length || (words.Length - at) % 2 != 0)
        {
            return null;
        }

        TimeSpan total = TimeSpan.Zero;
        for (; at < words.Length; at += 2)
        {
            if (!double.TryParse(words[at], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double n) || n > 1e6 || Unit(words[at + 1]) is not { } unit)
            {
                return null;
            }

            total += unit * n;
        }

        return total;
    }

    private static TimeSpan? Unit(string word) => word.ToUpperInvariant().TrimEnd('S') switch
    {
        "WEEK" => TimeSpan.FromDays(7),
        "DAY" => TimeSpan.FromDays(1),
        "HOUR" => TimeSpan.FromHours(1),
        "MINUTE" => TimeSpan.FromMinutes(1),
        "SECOND" => TimeSpan.FromSeconds(1),
        "MILLISECOND" => TimeSpan.FromMilliseconds(1),
        "MICROSECOND" => TimeSpan.FromMicroseconds(1),
        _ => null,
    };

    private static TimeSpan? Interval(Metadata metadata, string name) => metadata.Configuration.TryGetValue(name, out string? text) ? ParseInterval(text) : null;
}
