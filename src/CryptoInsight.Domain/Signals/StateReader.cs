using System.Buffers.Binary;
using System.Text;

namespace CryptoInsight.Domain.Signals;

/// <summary>Reads what <see cref="StateWriter"/> wrote.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private const int ChecksumBytes = 4;

    private ReadOnlySpan<byte> _left = bytes;

    /// <summary>True if the checksum at the end is right; ask before anything else is read.</summary>
    public readonly bool IsIntact =>
        _left.Length >= ChecksumBytes
        && BinaryPrimitives.ReadUInt32LittleEndian(_left[^ChecksumBytes..]) == StateWriter.Checksum(_left[..^ChecksumBytes]);

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Bytes(8));

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Bytes(8));

    public Int128 Int128() => BinaryPrimitives.ReadInt128LittleEndian(Bytes(16));

    public string Text() => Encoding.UTF8.GetString(Bytes(Int32()));

    public ReadOnlySpan<byte> Bytes(int count)
    {
        ReadOnlySpan<byte> taken = _left[..count];
        _left = _left[count..];
        return taken;
    }
}
