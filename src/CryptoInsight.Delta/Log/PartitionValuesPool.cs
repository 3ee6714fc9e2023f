using System.Buffers;
using Apache.Arrow;

namespace CryptoInsight.Delta.Log;

/// <summary>Shares one map among all files of a partition: a table has many files and few partitions.</summary>
internal sealed class PartitionValuesPool
{
    private static readonly Dictionary<string, string?> s_none = [];

    private readonly Dictionary<byte[], IReadOnlyDictionary<string, string?>> _maps = new(new ByteKeys());
    private readonly ArrayBufferWriter<byte> _key = new();

    /// <summary>The partition values of a row of a map column.</summary>
    internal IReadOnlyDictionary<string, string?> Get(IArrowArray? array, int row)
    {
        if (array is not MapArray map || map.IsNull(row) || map.GetValueLength(row) == 0)
        {
            return s_none;
        }

        int from = map.ValueOffsets[row];
        _key.ResetWrittenCount();
        for (int i = from; i < from + map.GetValueLength(row); i++)
        {
            Append(map.Keys, i);
            Append(map.Values, i);
        }

        Dictionary<byte[], IReadOnlyDictionary<string, string?>>.AlternateLookup<ReadOnlySpan<byte>> lookup = _maps.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (!lookup.TryGetValue(_key.WrittenSpan, out IReadOnlyDictionary<string, string?>? values))
        {
            values = ArrowCells.Map(map, row)!;
            lookup[_key.WrittenSpan] = values;
        }

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

    private sealed class ByteKeys : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
