using Apache.Arrow;

namespace CryptoInsight.Delta.Operations;

/// <summary>What happened to the rows of a change batch.</summary>
public enum ChangeKind
{
    /// <summary>New rows.</summary>
    Insert,

    /// <summary>Rows as they were before an update.</summary>
    UpdatePreimage,

    /// <summary>Rows as an update left them.</summary>
    UpdatePostimage,

    /// <summary>Rows that went.</summary>
    Delete,
}

/// <summary>Rows that one version changed in one way, partition columns included, without the feed's own columns.</summary>
public sealed record ChangeBatch(long Version, ChangeKind Kind, RecordBatch Rows);
