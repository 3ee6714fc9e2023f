using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Delta.Log;

public sealed partial class Snapshot
{
    /// <summary>The live files that may hold a row for which the predicate is true (null: all).</summary>
    public IEnumerable<AddFile> FilesFor(Predicate? predicate) => FilePruning.Select(FileSet, Protocol, Metadata, Schema, predicate);
}
