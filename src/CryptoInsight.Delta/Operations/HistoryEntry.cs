using CryptoInsight.Delta.Actions;

namespace CryptoInsight.Delta.Operations;

/// <summary>One commit of a table's history.</summary>
/// <param name="Version">The version that it made.</param>
/// <param name="CommittedAt">Its in-commit timestamp, else the log file's time.</param>
/// <param name="Info">What the writer said of itself, or null.</param>
public sealed record HistoryEntry(long Version, DateTimeOffset CommittedAt, CommitInfo? Info);
