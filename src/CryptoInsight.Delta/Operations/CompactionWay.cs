using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>How one run of OPTIMIZE rewrites its bins.</summary>
/// <param name="ZOrder">The columns to lay rows out by; empty: rows keep their order.</param>
/// <param name="FileBytesTarget">Size of a new file.</param>
/// <param name="Memory">Counts the rows that all sorts of the run hold.</param>
/// <param name="SortBytesMax">What one sort may hold.</param>
/// <param name="ReadAhead">How many small files are decoded at once; 1: none ahead.</param>
/// <param name="Spec">What was asked for.</param>
internal sealed record CompactionWay(IReadOnlyList<StructField> ZOrder, long FileBytesTarget, SortMemory Memory, long SortBytesMax, int ReadAhead, OptimizeSpec Spec)
{
    /// <summary>Leaves the machine to others between batches, if the caller wants that.</summary>
    public ValueTask RestAsync(CancellationToken ct) => Spec.Rest is { } rest ? rest(ct) : ValueTask.CompletedTask;
}
