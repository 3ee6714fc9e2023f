using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>The live rows of a bin's files, in the same order however often they are read.</summary>
internal sealed class CompactionSource(DeltaTable table, TableLayout layout, CompactionBin bin)
{
    private readonly Dictionary<string, long> _rows = new(StringComparer.Ordinal);

    /// <summary>Bytes of all files.</summary>
    public long Bytes => bin.Files.Sum(static f => f.Size);

    /// <summary>Live rows of a file, once it was read.</summary>
    public long RowsOf(AddFile file) => _rows.GetValueOrDefault(file.Path);

    public async IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<StructField> fields, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (AddFile file in bin.Files)
        {
            long rows = 0;
            DeletionVector deleted = await DeletionVectorFiles.ReadAsync(table.Store, file.DeletionVector, ct).ConfigureAwait(false);
            await foreach (RecordBatch batch in TableScan.ReadRowsAsync(table.Store, layout, file, fields, deleted, inside: false, ct).ConfigureAwait(false))
            {
                rows += batch.Length;
                yield return batch;
            }

            _rows[file.Path] = rows;
        }
    }
}
