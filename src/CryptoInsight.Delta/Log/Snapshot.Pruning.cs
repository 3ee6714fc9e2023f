using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Predicates;

namespace CryptoInsight.Delta.Log;

public sealed partial class Snapshot
{
    /// <summary>The live files that may hold a row for which the predicate is true (null: all).</summary>
    public IEnumerable<AddFile> FilesFor(Predicate? predicate) => FilePruning.Select(FileSet, Protocol, Metadata, Schema, predicate);

    /// <summary>The live files that may hold the <paramref name="rows"/> rows with the greatest (or least) values of a column, nulls aside.</summary>
    /// <param name="column">A top-level column; <see cref="DeltaException"/> if there is none of that name.</param>
    /// <param name="greatest">The greatest, else the least.</param>
    /// <param name="rows">How many rows are wanted.</param>
    public IEnumerable<AddFile> FilesWithExtremes(string column, bool greatest, long rows = 1)
    {
        TableLayout layout = TableLayout.Of(this);
        return ExtremeFiles.Select(FileSet, layout, layout.Field(column), greatest, rows);
    }

    /// <summary>The greatest (or least) value of a column, nulls aside, if the statistics alone tell it for certain; else null.</summary>
    /// <remarks>Never certain: fractions (NaN is not counted), instants that are no partition values (rounded in the log), long text (cut), files with deleted rows at the edge.</remarks>
    /// <param name="column">A top-level column; <see cref="DeltaException"/> if there is none of that name.</param>
    /// <param name="greatest">The greatest, else the least.</param>
    public KnownValue? KnownExtreme(string column, bool greatest)
    {
        TableLayout layout = TableLayout.Of(this);
        return Predicates.KnownExtreme.Of(FileSet, layout, layout.Field(column), greatest);
    }

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
