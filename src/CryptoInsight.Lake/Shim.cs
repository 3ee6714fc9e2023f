using Apache.Arrow;
using CryptoInsight.Delta;
using CryptoInsight.Delta.Commit;
using CryptoInsight.Delta.Log;
using CryptoInsight.Delta.Operations;
namespace CryptoInsight.Lake;
internal static class Shim
{
    extension(DeltaTable t)
    {
        public Task<CommitOutcome> AppendAsync(IReadOnlyList<RecordBatch> rows, CommitSpec spec, CancellationToken ct = default) => throw new NotSupportedException(t + "" + rows + spec + ct);
        public Task<CommitOutcome> UpsertAsync(RowChanges changes, CommitSpec spec, CancellationToken ct = default) => throw new NotSupportedException(t + "" + changes + spec + ct);
    }
    extension(Snapshot s) { public long? RowCount => s.Files.Count; }
}
