namespace CryptoInsight.Delta;

/// <summary>When checkpoints, log cleanup and automatic compaction run.</summary>
public enum LogUpkeepMode
{
    /// <summary>On a thread of the pool, beside the commits.</summary>
    Background,

    /// <summary>After the commit, before it returns: for simulations on one thread.</summary>
    Inline,

    /// <summary>Only when asked for.</summary>
    Off,
}
