using System.Runtime.CompilerServices;
using Apache.Arrow;

namespace CryptoInsight.Delta.Operations;

/// <summary>Cuts sorted rows into files of about equal size.</summary>
internal static class ZOrderFiles
{
    /// <summary>The rows of each file, one file after the other; each has to be read to its end before the next.</summary>
    public static async IAsyncEnumerable<IAsyncEnumerable<RecordBatch>> CutAsync(ZOrderSorter sorter, long sourceBytes, CompactionWay way, [EnumeratorCancellation] CancellationToken ct)
    {
        IAsyncEnumerator<RecordBatch> rows = sorter.SortAsync(ct).GetAsyncEnumerator(ct);
        await using (rows.ConfigureAwait(false))
        {
            Cursor cursor = new(rows, way);
            long files = Math.Max(1, (sourceBytes + (way.FileBytesTarget / 2)) / way.FileBytesTarget);
            while (await cursor.HasMoreAsync().ConfigureAwait(false))
            {
                yield return cursor.TakeAsync(Math.Max(1, (sorter.Rows + files - 1) / files), ct);
            }
        }
    }

    /// <summary>A place in the sequence of sorted rows.</summary>
    private sealed class Cursor(IAsyncEnumerator<RecordBatch> rows, CompactionWay way)
    {
        private RecordBatch? _batch;

        public async ValueTask<bool> HasMoreAsync()
        {
            if (_batch is null && await rows.MoveNextAsync().ConfigureAwait(false))
            {
                _batch = rows.Current;
            }

            return _batch is not null;
        }

        public async IAsyncEnumerable<RecordBatch> TakeAsync(long count, [EnumeratorCancellation] CancellationToken ct)
        {
            while (count > 0 && await HasMoreAsync().ConfigureAwait(false))
            {
                RecordBatch batch = _batch!;
                bool isWhole = batch.Length <= count;
                _batch = isWhole ? null : batch.Slice((int)count, batch.Length - (int)count);
                RecordBatch taken = isWhole ? batch : batch.Slice(0, (int)count);
                count -= taken.Length;
                yield return taken;
                await way.RestAsync(ct).ConfigureAwait(false);
            }
        }
    }
}
