namespace CryptoInsight.Delta;

/// <summary>A table that this engine must not or cannot read or write; the message says what, where and what to do.</summary>
public class DeltaException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>There is no Delta table at this place.</summary>
public sealed class TableNotFoundException(string message) : DeltaException(message);

/// <summary>The version is not there, or can be built no more.</summary>
public sealed class VersionNotFoundException(string message) : DeltaException(message);

/// <summary>The table needs a protocol version or feature that this engine does not have.</summary>
public sealed class UnsupportedFeatureException(string message, IReadOnlyList<string> features) : DeltaException(message)
{
    /// <summary>The features by their protocol names.</summary>
    public IReadOnlyList<string> Features { get; } = features;
}

/// <summary>The table's bytes contradict the protocol: a gap in the log, no protocol, bad checksums.</summary>
public class CorruptTableException(string message, Exception? inner = null) : DeltaException(message, inner);

/// <summary>One entry of the log is cut off or is no list of actions.</summary>
public sealed class DamagedCommitException(string message, long version, bool isCutOff, Exception? inner = null) : CorruptTableException(message, inner)
{
    /// <summary>The version whose entry is damaged.</summary>
    public long Version { get; } = version;

    /// <summary>Whether the entry simply ends too early: what is there is the beginning of a commit, and a writer or a disk lost the rest.</summary>
    public bool IsCutOff { get; } = isCutOff;
}

/// <summary>The log names a data file, change file or deletion vector that is not in the store.</summary>
public sealed class MissingFileException(string message, Exception? inner = null) : DeltaException(message, inner);

/// <summary>The rows break a rule of the table (NOT NULL, an invariant, append-only, a wrong type).</summary>
public sealed class ConstraintViolationException(string message) : DeltaException(message);

/// <summary>The store failed while a commit was being written, and also when asked what became of it: nobody knows yet whether it landed.</summary>
/// <remarks>Do not commit the same rows again blindly: open the table again and look for the commit's position (txn), or for <see cref="TxnId"/> in the history.</remarks>
public sealed class CommitStateUnknownException(string message, long version, string txnId, Exception inner) : DeltaException(message, inner)
{
    /// <summary>The version that was tried.</summary>
    public long Version { get; } = version;

    /// <summary>What the commit's commitInfo.txnId is, if it landed.</summary>
    public string TxnId { get; } = txnId;
}
