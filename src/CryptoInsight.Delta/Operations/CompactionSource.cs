using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>The live rows of a bin's files, in the same order however often they are read.</summary>
internal sealed class CompactionSource(DeltaTable table, TableLayout layout, CompactionBin bin, CompactionWay way)
{
    private readonly Dictionary<string, long> _rows = new(StringComparer.Ordinal);

    /// <summary>Bytes of all files.</summary>
    public long Bytes => bin.Files.Sum(static f => f.Size);

    /// <summary>Live rows of a file, once it was read.</summary>
    public long RowsOf(AddFile file) => _rows.GetValueOrDefault(file.Path);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<StructField> fields, [EnumeratorCancellation] CancellationToken ct)
    {
        int next = 0;
        await foreach (IReadOnlyList<RecordBatch>? whole in ReadAhead.RunAsync(bin.Files, way.ReadAhead, (file, token) => WholeAsync(file, fields, token), ct).ConfigureAwait(false))
        {
            AddFile file = bin.Files[next++];
            long rows = 0;
            await foreach (RecordBatch batch in (whole?.ToAsyncEnumerable() ?? RowsAsync(file, fields, ct)).ConfigureAwait(false))
            {
                rows += batch.Length;
                yield return batch;
                await way.RestAsync(ct).ConfigureAwait(false);
            }

            _rows[file.Path] = rows;
        }
    }

    // A large file is not read ahead: it comes batch by batch when its turn is there.
    private async Task<IReadOnlyList<RecordBatch>?> WholeAsync(AddFile file, IReadOnlyList<StructField> fields, CancellationToken ct) =>
        file.Size <= TableScan.SmallFileBytesMax ? await RowsAsync(file, fields, ct).ToListAsync(ct).ConfigureAwait(false) : null;

    private async IAsyncEnumerable<RecordBatch> RowsAsync(AddFile file, IReadOnlyList<StructField> fields, [EnumeratorCancellation] CancellationToken ct)
    {
        DeletionVector deleted = await DeletionVectorFiles.ReadAsync(table.Store, file.DeletionVector, ct).ConfigureAwait(false);
        await foreach (RecordBatch batch in TableScan.ReadRowsAsync(table.Store, layout, file, fields, deleted, inside: false, ct).ConfigureAwait(false))
        {
            yield return batch;
        }
    }
}
