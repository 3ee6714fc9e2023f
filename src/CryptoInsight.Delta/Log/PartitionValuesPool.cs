using System.Buffers;
using Apache.Arrow;
using CryptoInsight.Delta.Data;

namespace CryptoInsight.Delta.Log;

/// <summary>Shares one map among all files of a partition: a table has many files and few partitions.</summary>
internal sealed class PartitionValuesPool
{
    private static readonly Dictionary<string, string?> s_none = [];

    private readonly Dictionary<byte[], IReadOnlyDictionary<string, string?>> _maps = new(ByteKeys.Instance);
    private readonly ArrayBufferWriter<byte> _key = new();
    private byte[] _last = [];
    private IReadOnlyDictionary<string, string?> _lastValues = s_none;

    /// <summary>The partition values of all rows of a map column.</summary>
    internal IReadOnlyDictionary<string, string?>[] Get(IArrowArray? array, int length)
    {
        IReadOnlyDictionary<string, string?>[] values = new IReadOnlyDictionary<string, string?>[length];
        System.Array.Fill(values, s_none);
        if (array is not MapArray map)
        {
            return values;
        }

        Validity present = Buffers.ValidityOf(map);
        ReadOnlySpan<int> offsets = Buffers.Offsets(map);
        IArrowArray keys = map.Keys, texts = map.Values;
        for (int row = 0; row < length; row++)
        {
            if (present[row] && offsets[row + 1] > offsets[row])
            {
                values[row] = Get(map, row, keys, texts, offsets[row], offsets[row + 1]);
            }
        }

        return values;
    }

    private IReadOnlyDictionary<string, string?> Get(MapArray map, int row, IArrowArray keys, IArrowArray texts, int from, int to)
    {
        _key.ResetWrittenCount();
        for (int i = from; i < to; i++)
        {
            Append(keys, i);
            Append(texts, i);
        }

        if (_key.WrittenSpan.SequenceEqual(_last))
        {
            return _lastValues;
        }

        Dictionary<byte[], IReadOnlyDictionary<string, string?>>.AlternateLookup<ReadOnlySpan<byte>> lookup = _maps.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(_key.WrittenSpan, out byte[]? key, out IReadOnlyDictionary<string, string?>? values))
        {
            key = _key.WrittenSpan.ToArray();
            values = ArrowCells.Map(map, row)!;
            _maps.Add(key, values);
        }

        (_last, _lastValues) = (key, values);
        return values;
    }

    private void Append(IArrowArray array, int row)
    {
        // Length first, so that ("a", "bc") and ("ab", "c") differ; -1 is null.
        bool isNull = array.IsNull(row);
        ReadOnlySpan<byte> bytes = isNull ? default : ArrowCells.Bytes(array, row);
        BitConverter.TryWriteBytes(_key.GetSpan(4), isNull ? -1 : bytes.Length);
        _key.Advance(4);
        _key.Write(bytes);
    }
}
