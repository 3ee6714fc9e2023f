namespace CryptoInsight.Sources.Files;

/// <summary>How a file writes its open times.</summary>
public enum KlineTimeUnit
{
    /// <summary>Whole milliseconds.</summary>
    Milliseconds,

    /// <summary>Whole microseconds (spot archives from 2025-01-01 on).</summary>
    Microseconds,

    /// <summary>ISO 8601 text.</summary>
    Text,

    /// <summary>More than one of these; each row is read by its own.</summary>
    Mixed,
}
