namespace CryptoInsight.Delta.Commit;

/// <summary>How much a transaction minds what others commit while it runs.</summary>
public enum IsolationLevel
{
    /// <summary>As if transactions had run one after the other, in the order of their versions.</summary>
    Serializable,

    /// <summary>As Serializable, but blind appends of others may slip in before.</summary>
    WriteSerializable,

    /// <summary>Only the files that it read and rewrites must still be there; rows that others add meanwhile do not matter to it.</summary>
    Snapshot,
}
