using Apache.Arrow;
using Apache.Arrow.Ipc;
using ParquetSharp.Arrow;

namespace CryptoInsight.Delta.Log;

/// <summary>Some columns of a Parquet file in memory, batch by batch.</summary>
internal static class CheckpointParquet
{
    /// <summary>Reads the leaf columns (dotted paths) that are wanted; a batch lives until the next is asked for.</summary>
    internal static IEnumerable<RecordBatch> Read(byte[] file, Func<string, bool> isWanted)
    {
        using MemoryStream stream = new(file, writable: false);
        using ArrowReaderProperties properties = ArrowReaderProperties.GetDefault();

        // See Data/ParquetFileReader: native threads may drop the file after its managed side is gone, which ends the process in a finalizer.
        properties.UseThreads = false;
        properties.PreBuffer = false;
        using FileReader reader = new(stream, null, properties, leaveOpen: true);
        using ParquetSharp.ParquetFileReader parquet = reader.ParquetReader;
        using ParquetSharp.FileMetaData metadata = parquet.FileMetaData;
        int[] columns = [.. Enumerable.Range(0, metadata.NumColumns).Where(i => isWanted(metadata.Schema.Column(i).Path.ToDotString()))];
        if (columns.Length == 0)
        {
            yield break;
        }

        using IArrowArrayStream batches = reader.GetRecordBatchReader(null, columns);

        // From memory nothing is awaited: the task has ended when it is returned.
        while (batches.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult() is { } batch)
        {
            using (batch)
            {
                yield return batch;
            }
        }
    }
}
