namespace CryptoInsight.Engine.Maintenance;

/// <summary>One piece of work on one table: small enough that a pause, or pressure elsewhere, waits for its end.</summary>
/// <param name="Partitions">For merging and laying out: the partitions by their values in the log; empty: the table is not partitioned.</param>
/// <param name="SmallFileBytesMax">For merging: files below this size; 0: as the engine does by itself.</param>
public sealed record CompactionSpec(string Table, UpkeepKind Kind, UpkeepCause Cause, IReadOnlyList<string?> Partitions, long SmallFileBytesMax = 0)
{
    /// <summary>Only says what it would remove.</summary>
    public bool DryRun { get; init; }
}
