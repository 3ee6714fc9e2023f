using System.Runtime.CompilerServices;
using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Lays the rows of a bin along a Z-curve in files of the target size, without holding them all.</summary>
/// <remarks>First the ordering columns alone are read and every row gets its place; then whole rows are read, as often as it takes, and each pass keeps only the rows of the
/// files that fit in memory. A bin below the budget takes one pass.</remarks>
internal sealed class ZOrderWriter
{
    private const long PassBytesMax = 512L << 20;
    private const int ChunkRows = 122_880;

    // What a compressed byte becomes in memory, about; an error here costs a pass or some memory, nothing else.
    private const int Expansion = 6;

    private readonly CompactionSource _source;
    private readonly TableLayout _layout;
    private readonly long _rowsPerFile;
    private readonly int _filesPerPass;

    private ZOrderWriter(CompactionSource source, TableLayout layout, int[] places, long fileBytesTarget)
    {
        _source = source;
        _layout = layout;
        Places = places;
        long files = Math.Max(1, (source.Bytes + (fileBytesTarget / 2)) / fileBytesTarget);
        _rowsPerFile = Math.Max(1, (places.Length + files - 1) / files);
        long bytesPerFile = Math.Max(1, source.Bytes / files * Expansion);
        _filesPerPass = (int)Math.Max(1, Math.Min(files, PassBytesMax / bytesPerFile));
    }

    /// <summary>For each live row of the bin, in reading order, its place along the curve.</summary>
    public int[] Places { get; }

    public static async Task<ZOrderWriter> PrepareAsync(CompactionSource source, TableLayout layout, IReadOnlyList<StructField> by, long fileBytesTarget, CancellationToken ct)
    {
        List<RecordBatch> keys = await source.ReadAsync(by, ct).ToListAsync(ct).ConfigureAwait(false);
        return new ZOrderWriter(source, layout, ZOrderSort.Places(keys, by), fileBytesTarget);
    }

    /// <summary>The rows of each file, one file after the other.</summary>
    public async IAsyncEnumerable<IAsyncEnumerable<RecordBatch>> FilesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        for (long low = 0; low < Places.Length; low += _rowsPerFile * _filesPerPass)
        {
            long high = Math.Min(Places.Length, low + (_rowsPerFile * _filesPerPass));
            (RecordBatch rows, int[] order) = await PassAsync(low, high, ct).ConfigureAwait(false);
            for (long start = 0; start < order.Length; start += _rowsPerFile)
            {
                int first = (int)start;
                int length = (int)Math.Min(_rowsPerFile, order.Length - start);
                yield return Chunks(rows, order, first, length).ToAsyncEnumerable();
            }
        }
    }

    private static IEnumerable<RecordBatch> Chunks(RecordBatch rows, int[] order, int first, int length)
    {
        for (int done = 0; done < length; done += ChunkRows)
        {
            yield return ArrayTake.Take(rows, order.AsSpan(first + done, Math.Min(ChunkRows, length - done)));
        }
    }

    private async Task<(RecordBatch Rows, int[] Order)> PassAsync(long low, long high, CancellationToken ct)
    {
        List<RecordBatch> held = [];
        int[] order = new int[high - low];
        int seen = 0;
        int kept = 0;
        await foreach (RecordBatch batch in _source.ReadAsync(_layout.WriteFields, ct).ConfigureAwait(false))
        {
            List<int> mine = [];
            for (int row = 0; row < batch.Length; row++)
            {
                int place = Places[seen + row];
                if (place >= low && place < high)
                {
                    order[place - low] = kept++;
                    mine.Add(row);
                }
            }

            seen += batch.Length;
            if (mine.Count > 0)
            {
                held.Add(mine.Count == batch.Length ? batch : ArrayTake.Take(batch, mine.ToArray()));
            }
        }

        return (Concatenated(held), order);
    }

    private static RecordBatch Concatenated(List<RecordBatch> batches) => batches.Count == 1
        ? batches[0]
        : new RecordBatch(batches[0].Schema, Enumerable.Range(0, batches[0].ColumnCount).Select(c => ArrowArrayConcatenator.Concatenate([.. batches.Select(b => b.Column(c))])), batches.Sum(static b => b.Length));
}
