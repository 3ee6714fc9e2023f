using Apache.Arrow;
using CryptoInsight.Delta.Data;
using CryptoInsight.Delta.Schema;

namespace CryptoInsight.Delta.Operations;

/// <summary>Picks the rows of one bucket out of batches.</summary>
internal sealed class KeyHash
{
    private readonly KeyColumn[] _columns;
    private readonly int[] _places;
    private readonly KeyBucket _bucket;

    /// <param name="bucket">Which rows.</param>
    /// <param name="fields">The columns of the batches, the key columns among them.</param>
    public KeyHash(KeyBucket bucket, IReadOnlyList<StructField> fields)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bucket.Count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)bucket.Index, (uint)bucket.Count);
        _bucket = bucket;
        _places = [.. bucket.KeyColumns.Select(k => Enumerable.Range(0, fields.Count).First(i => string.Equals(fields[i].Name, k, StringComparison.OrdinalIgnoreCase)))];
        _columns = [.. _places.Select(p => KeyColumn.For(fields[p]))];
    }

    /// <summary>The rows of the bucket, in order; null if it has none here.</summary>
    public RecordBatch? Pick(RecordBatch batch)
    {
        if (_bucket.Count == 1)
        {
            return batch;
        }

        ulong[] hashes = new ulong[batch.Length];
        for (int c = 0; c < _columns.Length; c++)
        {
            _columns[c].Hash(batch.Column(_places[c]), hashes);
        }

        List<int> rows = [];
        for (int i = 0; i < hashes.Length; i++)
        {
            // The high half: hash tables over one bucket use the low one.
            if ((int)((hashes[i] >> 32) % (ulong)_bucket.Count) == _bucket.Index)
            {
                rows.Add(i);
            }
        }

        return rows.Count == 0 ? null : rows.Count == batch.Length ? batch : ArrayTake.Take(batch, rows.ToArray());
    }
}
