using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Delta.Log;

public sealed partial class Snapshot
{
    /// <summary>The live files that may hold a row for which the predicate is true (null: all).</summary>
    public IEnumerable<AddFile> FilesFor(Predicate? predicate) => FilePruning.Select(FileSet, Protocol, Metadata, Schema, predicate);

    /// <summary>The rows of the table, counted from the statistics alone; null if a file has none.</summary>
    public long? RowCount
    {
        get
        {
            long rows = 0;
            foreach (AddFile file in FileSet)
            {
                if (FileStats.Of(file).NumRecords is not { } records)
                {
                    return null;
                }

                rows += records - (file.DeletionVector?.Cardinality ?? 0);
            }

            return rows;
        }
    }
}
