using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;

namespace CryptoInsight.Delta;

public sealed partial class DeltaTable
{
    /// <summary>The rows of a file that its deletion vector deletes; checked against the cardinality in the log.</summary>
    public Task<DeletionVector> DeletedRowsAsync(AddFile file, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        return DeletionVectorFiles.ReadAsync(Store, file.DeletionVector, ct);
    }
}
