using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Predicates;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Log;

/// <summary>The table as of one version: immutable, shared freely between threads.</summary>
public sealed class Snapshot
{
    /// <summary>The version.</summary>
    public long Version => throw new NotImplementedException();

    /// <summary>The commit's time: its in-commit timestamp, else the log file's.</summary>
    public DateTimeOffset CommittedAt => throw new NotImplementedException();

    /// <summary>The protocol action in force.</summary>
    public Protocol Protocol => throw new NotImplementedException();

    /// <summary>The metadata action in force.</summary>
    public Metadata Metadata => throw new NotImplementedException();

    /// <summary>The schema, partition columns included.</summary>
    public StructType Schema => throw new NotImplementedException();

    /// <summary>The live files, in no promised order.</summary>
    public IReadOnlyCollection<AddFile> Files => throw new NotImplementedException();

    /// <summary>The application's position, or null.</summary>
    public long? TransactionVersion(string appId) => throw new NotImplementedException();

    /// <summary>All application positions.</summary>
    public IReadOnlyDictionary<string, AppTransaction> Transactions => throw new NotImplementedException();

    /// <summary>The live files that may hold a row for which the predicate is true (null: all).</summary>
    public IEnumerable<AddFile> FilesFor(Predicate? predicate) => throw new NotImplementedException();
}
