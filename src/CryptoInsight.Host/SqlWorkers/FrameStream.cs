using System.Buffers.Binary;
using System.Text.Json;

namespace CryptoInsight.Host.SqlWorkers;

/// <summary>Frames over a pipe: four bytes of length (little-endian), then so many bytes of JSON. Neither side believes a length beyond its own bound.</summary>
public static class FrameStream
{
    private const int LengthBytes = 4;

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static async Task WriteBytesAsync(Stream to, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(to);
        byte[] length = new byte[LengthBytes];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        await to.WriteAsync(length, ct);
        await to.WriteAsync(content, ct);
        await to.FlushAsync(ct);
    }

    public static Task WriteAsync<T>(Stream to, T frame, CancellationToken ct)
        where T : class =>
        WriteBytesAsync(to, JsonSerializer.SerializeToUtf8Bytes(frame, Json), ct);

    /// <summary>The next frame's bytes; null at the end of the stream. <see cref="InvalidDataException"/> if it claims more than the bound.</summary>
    public static async Task<byte[]?> ReadAsync(Stream from, int bytesMax, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(from);
        byte[] length = new byte[LengthBytes];
        if (await from.ReadAtLeastAsync(length, LengthBytes, throwOnEndOfStream: false, ct) < LengthBytes)
        {
            return null;
        }

        int bytes = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (bytes < 0 || bytes > bytesMax)
        {
            throw new InvalidDataException("A frame of the SQL worker is longer than it may be.");
        }

        byte[] content = new byte[bytes];
        return await from.ReadAtLeastAsync(content, bytes, throwOnEndOfStream: false, ct) < bytes ? null : content;
    }

    public static async Task<T?> ReadAsync<T>(Stream from, int bytesMax, CancellationToken ct)
        where T : class =>
        await ReadAsync(from, bytesMax, ct) is { } content ? JsonSerializer.Deserialize<T>(content, Json) : null;
}
