using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace CryptoInsight.Domain.Signals;

/// <summary>Writes little-endian values and a checksum at the end.</summary>
internal sealed class StateWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    public void Int32(int x) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), x);

    public void UInt32(uint x) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), x);

    public void Int64(long x) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), x);

    public void Double(double x) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), x);

    public void Int128(Int128 x) => BinaryPrimitives.WriteInt128LittleEndian(Take(16), x);

    public void Bytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    public void Text(string text)
    {
        Int32(Encoding.UTF8.GetByteCount(text));
        _buffer.Write(Encoding.UTF8.GetBytes(text));
    }

    public byte[] Finish()
    {
        UInt32(Checksum(_buffer.WrittenSpan));
        return _buffer.WrittenSpan.ToArray();
    }

    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }

    private Span<byte> Take(int count)
    {
        Span<byte> span = _buffer.GetSpan(count)[..count];
        _buffer.Advance(count);
        return span;
    }
}
