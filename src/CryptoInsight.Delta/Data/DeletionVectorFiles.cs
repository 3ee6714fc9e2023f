using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CryptoInsight.Delta.Actions;
using CryptoInsight.Delta.Store;

namespace CryptoInsight.Delta.Data;

/// <summary>Reads deletion vectors by their descriptors, and writes those of one commit: small ones into the log itself, the others together into one file.</summary>
/// <remarks><b>Source</b>: PROTOCOL.md, "Deletion Vector Descriptor Schema", "Deletion Vector File Storage Format" (big endian: version 1, then size, bytes, CRC-32 per vector).</remarks>
internal static class DeletionVectorFiles
{
    private const byte FormatVersion = 1;
    private const int UuidCharacters = 20;
    private const int InlineBytesMax = 192;
    private const int VectorBytesMax = 1 << 30;

    // Vectors never change; a snapshot's add actions are shared by all its readers.
    private static readonly ConditionalWeakTable<DeletionVectorDescriptor, DeletionVector> Cache = [];

    /// <summary>The rows that the descriptor deletes; no descriptor deletes none.</summary>
    public static async Task<DeletionVector> ReadAsync(IObjectStore store, DeletionVectorDescriptor? descriptor, CancellationToken ct)
    {
        if (descriptor is null)
        {
            return DeletionVector.Empty;
        }

        if (Cache.TryGetValue(descriptor, out DeletionVector? known))
        {
            return known;
        }

        byte[] bytes = descriptor.StorageType == "i"
            ? Z85.Decode(descriptor.PathOrInlineDv, descriptor.SizeInBytes)
            : await ReadFileAsync(store, descriptor, ct).ConfigureAwait(false);
        DeletionVector vector = RoaringFormat.Read(bytes);
        if (vector.Cardinality != descriptor.Cardinality)
        {
            throw RoaringFormat.Corrupt($"it deletes {vector.Cardinality} rows, the log says {descriptor.Cardinality}");
        }

        Cache.AddOrUpdate(descriptor, vector);
        return vector;
    }

    /// <summary>Stores the vectors; returns their descriptors in the same order.</summary>
    /// <param name="store">The table's store.</param>
    /// <param name="vectors">None may be empty.</param>
    /// <param name="fileId">Names the file, if one is needed.</param>
    /// <param name="inline">Whether small vectors may go into the log.</param>
    /// <param name="ct">Ends the writing; nothing is left then.</param>
    public static async Task<IReadOnlyList<DeletionVectorDescriptor>> WriteAsync(IObjectStore store, IReadOnlyList<DeletionVector> vectors, Guid fileId, bool inline, CancellationToken ct)
    {
        DeletionVectorDescriptor[] descriptors = new DeletionVectorDescriptor[vectors.Count];
        using MemoryStream file = new();
        for (int i = 0; i < vectors.Count; i++)
        {
            byte[] bytes = RoaringFormat.Write(vectors[i]);
            if (inline && bytes.Length <= InlineBytesMax)
            {
                descriptors[i] = new DeletionVectorDescriptor("i", Z85.Encode(bytes), null, bytes.Length, vectors[i].Cardinality);
                continue;
            }

            if (file.Length == 0)
            {
                file.WriteByte(FormatVersion);
            }

            descriptors[i] = new DeletionVectorDescriptor("u", Z85.Encode(fileId.ToByteArray(bigEndian: true)), checked((int)file.Length), bytes.Length, vectors[i].Cardinality);
            Append(file, bytes);
        }

        if (file.Length > 0)
        {
            await using IObjectWriter writer = await store.CreateAsync(FileName(fileId), ct).ConfigureAwait(false);
            await writer.Stream.WriteAsync(file.GetBuffer().AsMemory(0, (int)file.Length), ct).ConfigureAwait(false);
            await writer.CompleteAsync(ct).ConfigureAwait(false);
        }

        for (int i = 0; i < descriptors.Length; i++)
        {
            Cache.AddOrUpdate(descriptors[i], vectors[i]);
        }

        return descriptors;
    }

    /// <summary>The key of the file that holds the vector; null for an inline one.</summary>
    public static string? KeyOf(DeletionVectorDescriptor descriptor, Uri root)
    {
        switch (descriptor.StorageType)
        {
            case "i":
                return null;
            case "p":
                return TablePath.ToKey(descriptor.PathOrInlineDv, root);
            case "u" when descriptor.PathOrInlineDv.Length >= UuidCharacters:
                string text = descriptor.PathOrInlineDv;
                Guid id = new(Z85.Decode(text.AsSpan(text.Length - UuidCharacters), 16), bigEndian: true);
                string prefix = text[..^UuidCharacters];
                string key = prefix.Length == 0 ? FileName(id) : $"{prefix}/{FileName(id)}";
                return StoreKey.IsLawful(key) ? key : throw RoaringFormat.Corrupt("its descriptor names a folder that is not below the table");
            default:
                throw RoaringFormat.Corrupt("its descriptor has an unknown storage type");
        }
    }

    private static string FileName(Guid id) => $"deletion_vector_{id:D}.bin";

    private static void Append(MemoryStream file, byte[] bytes)
    {
        Span<byte> number = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(number, bytes.Length);
        file.Write(number);
        file.Write(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(bytes));
        file.Write(number);
    }

    private static async Task<byte[]> ReadFileAsync(IObjectStore store, DeletionVectorDescriptor descriptor, CancellationToken ct)
    {
        string key = KeyOf(descriptor, store.Root)!;
        int offset = descriptor.Offset ?? 0;
        int size = descriptor.SizeInBytes;
        if (offset < 0 || size is < 0 or > VectorBytesMax)
        {
            throw RoaringFormat.Corrupt("its descriptor has an impossible offset or size");
        }

        await using Stream stream = await OpenAsync(store, key, ct).ConfigureAwait(false);
        byte[] block = new byte[size + (2 * sizeof(int))];
        try
        {
            byte[] version = new byte[1];
            await stream.ReadExactlyAsync(version, ct).ConfigureAwait(false);
            if (version[0] != FormatVersion)
            {
                throw RoaringFormat.Corrupt("its file has an unknown format version");
            }

            stream.Seek(Math.Max(offset, 1), SeekOrigin.Begin);
            await stream.ReadExactlyAsync(block, ct).ConfigureAwait(false);
        }
        catch (EndOfStreamException)
        {
            throw RoaringFormat.Corrupt("its file ends too early");
        }

        if (BinaryPrimitives.ReadInt32BigEndian(block) != size)
        {
            throw RoaringFormat.Corrupt("its size in the file is not the one in the log");
        }

        byte[] bytes = block[sizeof(int)..^sizeof(int)];
        return BinaryPrimitives.ReadUInt32BigEndian(block.AsSpan(sizeof(int) + size)) == Crc32.Of(bytes) ? bytes : throw RoaringFormat.Corrupt("its checksum is wrong");
    }

    private static async Task<Stream> OpenAsync(IObjectStore store, string key, CancellationToken ct)
    {
        try
        {
            return await store.OpenReadAsync(key, ct).ConfigureAwait(false);
        }
        catch (ObjectNotFoundException e)
        {
            throw DataFiles.Missing(key, store, e);
        }
    }
}
