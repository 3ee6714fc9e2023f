using Apache.Arrow;

namespace CryptoInsight.Delta.Data;

/// <summary>How much memory rows take.</summary>
internal static class BatchBytes
{
    /// <summary>Bytes of all buffers of a batch; those that it shares with other batches are counted whole.</summary>
    public static long Of(RecordBatch batch)
    {
        long bytes = 0;
        for (int c = 0; c < batch.ColumnCount; c++)
        {
            bytes += Of(batch.Column(c).Data);
        }

        return bytes;
    }

    private static long Of(ArrayData data)
    {
        long bytes = 0;
        foreach (ArrowBuffer buffer in data.Buffers)
        {
            bytes += buffer.Length;
        }

        foreach (ArrayData child in data.Children ?? [])
        {
            bytes += Of(child);
        }

        return bytes;
    }
}
