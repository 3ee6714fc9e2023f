using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace CryptoInsight.Delta.Data;

/// <summary>Deletion vectors as bytes: the magic number, then the portable 64-bit roaring bitmap.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Deletion Vector Format"; RoaringFormatSpec. All numbers are little endian.</remarks>
internal static class RoaringFormat
{
    private const int Magic = 1681511377;
    private const int OlderMagic = 1681511376;
    private const uint CookieWithRuns = 12347;
    private const uint CookieWithoutRuns = 12346;
    private const int OffsetsFromContainers = 4;
    private const int BitmapBytes = 8192;

    public static byte[] Write(DeletionVector vector)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(Magic);
        int[] starts = BucketStarts(vector.Keys);
        writer.Write((long)starts.Length);
        for (int b = 0; b < starts.Length; b++)
        {
            int end = b + 1 < starts.Length ? starts[b + 1] : vector.Keys.Count;
            writer.Write((uint)(vector.Keys[starts[b]] >> 16));
            WriteBucket(writer, vector, starts[b], end);
        }

        return stream.ToArray();
    }

    public static DeletionVector Read(ReadOnlySpan<byte> bytes)
    {
        Cursor cursor = new(bytes);
        uint magic = cursor.UInt32();
        if (magic == OlderMagic || BinaryPrimitives.ReverseEndianness(magic) == OlderMagic)
        {
            return ReadOlder(ref cursor, isBigEndian: magic != OlderMagic);
        }

        if (magic != Magic)
        {
            throw Corrupt("its first bytes are not the magic number");
        }

        ulong buckets = cursor.UInt64();
        List<long> keys = [];
        List<RowContainer> containers = [];
        long lastBucket = -1;
        for (ulong b = 0; b < buckets; b++)
        {
            uint bucket = cursor.UInt32();
            if (bucket > int.MaxValue || bucket <= lastBucket)
            {
                throw Corrupt("its buckets do not ascend");
            }

            lastBucket = bucket;
            ReadBucket(ref cursor, bucket, keys, containers);
        }

        return new DeletionVector([.. keys], [.. containers]);
    }

    // The form of the protocol's own example: a count, then each bucket with its size; the bucket's place is its key.
    private static DeletionVector ReadOlder(ref Cursor cursor, bool isBigEndian)
    {
        uint buckets = isBigEndian ? BinaryPrimitives.ReverseEndianness(cursor.UInt32()) : cursor.UInt32();
        List<long> keys = [];
        List<RowContainer> containers = [];
        for (uint b = 0; b < buckets; b++)
        {
            cursor.UInt32();
            ReadBucket(ref cursor, b, keys, containers);
        }

        return new DeletionVector([.. keys], [.. containers]);
    }

    private static int[] BucketStarts(IReadOnlyList<long> keys)
    {
        List<int> starts = [];
        for (int i = 0; i < keys.Count; i++)
        {
            if (i == 0 || keys[i] >> 16 != keys[i - 1] >> 16)
            {
                starts.Add(i);
            }
        }

        return [.. starts];
    }

    private static void WriteBucket(BinaryWriter writer, DeletionVector vector, int start, int end)
    {
        int count = end - start;
        byte[][] bodies = new byte[count][];
        byte[] isRun = new byte[(count + 7) / 8];
        for (int i = 0; i < count; i++)
        {
            RowContainer c = vector.Containers[start + i];
            byte[] runs = Runs(c.ToSorted());
            int plain = c.Count > RowContainer.ListLengthMax ? BitmapBytes : c.Count * sizeof(ushort);
            if (runs.Length < plain)
            {
                bodies[i] = runs;
                isRun[i / 8] |= (byte)(1 << (i % 8));
            }
            else
            {
                bodies[i] = c.Count > RowContainer.ListLengthMax ? MemoryMarshal.AsBytes(c.ToBits().AsSpan()).ToArray() : MemoryMarshal.AsBytes(c.ToSorted().AsSpan()).ToArray();
            }
        }

        bool anyRun = isRun.AsSpan().ContainsAnyExcept((byte)0);
        int header = anyRun ? sizeof(uint) + isRun.Length : 2 * sizeof(uint);
        if (anyRun)
        {
            writer.Write(CookieWithRuns | ((uint)(count - 1) << 16));
            writer.Write(isRun);
        }
        else
        {
            writer.Write(CookieWithoutRuns);
            writer.Write(count);
        }

        for (int i = 0; i < count; i++)
        {
            writer.Write((ushort)vector.Keys[start + i]);
            writer.Write((ushort)(vector.Containers[start + i].Count - 1));
        }

        if (!anyRun || count >= OffsetsFromContainers)
        {
            int offset = header + (count * 2 * sizeof(ushort)) + (count * sizeof(uint));
            foreach (byte[] body in bodies)
            {
                writer.Write(offset);
                offset += body.Length;
            }
        }

        foreach (byte[] body in bodies)
        {
            writer.Write(body);
        }
    }

    private static byte[] Runs(ushort[] ascending)
    {
        List<ushort> pairs = [];
        for (int i = 0; i < ascending.Length;)
        {
            int end = i;
            while (end + 1 < ascending.Length && ascending[end + 1] == ascending[end] + 1)
            {
                end++;
            }

            pairs.Add(ascending[i]);
            pairs.Add((ushort)(end - i));
            i = end + 1;
        }

        byte[] body = new byte[sizeof(ushort) * (1 + pairs.Count)];
        BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)(pairs.Count / 2));
        for (int i = 0; i < pairs.Count; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(sizeof(ushort) * (1 + i)), pairs[i]);
        }

        return body;
    }

    private static void ReadBucket(ref Cursor cursor, long bucket, List<long> keys, List<RowContainer> containers)
    {
        uint cookie = cursor.UInt32();
        bool hasRuns = (cookie & 0xFFFF) == CookieWithRuns;
        if (!hasRuns && cookie != CookieWithoutRuns)
        {
            throw Corrupt("a bucket does not begin with a known cookie");
        }

        int count = hasRuns ? (int)(cookie >> 16) + 1 : checked((int)Math.Min(cursor.UInt32(), 1 << 17));
        if (count > 1 << 16)
        {
            throw Corrupt("a bucket has more containers than there can be");
        }

        ReadOnlySpan<byte> isRun = hasRuns ? cursor.Bytes((count + 7) / 8) : default;
        ReadOnlySpan<byte> descriptions = cursor.Bytes(count * 2 * sizeof(ushort));
        if (!hasRuns || count >= OffsetsFromContainers)
        {
            cursor.Bytes(count * sizeof(uint));
        }

        int last = -1;
        for (int i = 0; i < count; i++)
        {
            int key = BinaryPrimitives.ReadUInt16LittleEndian(descriptions[(i * 4)..]);
            int cardinality = BinaryPrimitives.ReadUInt16LittleEndian(descriptions[((i * 4) + 2)..]) + 1;
            if (key <= last)
            {
                throw Corrupt("its containers do not ascend");
            }

            last = key;
            RowContainer container = hasRuns && (isRun[i / 8] & (1 << (i % 8))) != 0 ? ReadRuns(ref cursor)
                : cardinality > RowContainer.ListLengthMax ? ReadBitmap(ref cursor)
                : ReadList(ref cursor, cardinality);
            if (container.Count != cardinality)
            {
                throw Corrupt("a container does not hold as many rows as it says");
            }

            keys.Add((bucket << 16) | (uint)key);
            containers.Add(container);
        }
    }

    private static RowContainer ReadRuns(ref Cursor cursor)
    {
        int runs = cursor.UInt16();
        ulong[] bits = new ulong[RowContainer.BitmapWords];
        for (int i = 0; i < runs; i++)
        {
            int start = cursor.UInt16();
            int end = start + cursor.UInt16();
            if (end > ushort.MaxValue)
            {
                throw Corrupt("a run leaves its container");
            }

            for (int v = start; v <= end; v++)
            {
                bits[v >> 6] |= 1UL << (v & 63);
            }
        }

        return RowContainer.FromBits(bits);
    }

    private static RowContainer ReadBitmap(ref Cursor cursor) => RowContainer.FromBits(MemoryMarshal.Cast<byte, ulong>(cursor.Bytes(BitmapBytes)).ToArray());

    private static RowContainer ReadList(ref Cursor cursor, int cardinality)
    {
        ushort[] list = MemoryMarshal.Cast<byte, ushort>(cursor.Bytes(cardinality * sizeof(ushort))).ToArray();
        for (int i = 1; i < list.Length; i++)
        {
            if (list[i] <= list[i - 1])
            {
                throw Corrupt("a list of rows does not ascend");
            }
        }

        return RowContainer.FromSorted(list);
    }

    internal static CorruptTableException Corrupt(string why) => new($"A deletion vector cannot be read: {why}. The vector's bytes are damaged: restore the file from a backup, or the table to a version before it.");

    private ref struct Cursor(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public ReadOnlySpan<byte> Bytes(int count)
        {
            if (count > _rest.Length)
            {
                throw Corrupt("it ends too early");
            }

            ReadOnlySpan<byte> head = _rest[..count];
            _rest = _rest[count..];
            return head;
        }

        public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(sizeof(ushort)));

        public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(sizeof(uint)));

        public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(sizeof(ulong)));
    }
}
