using System.IO.Compression;
using System.Security.Cryptography;
using CryptoInsight.Sources.Binance;
using CryptoInsight.Sources.Http;

namespace CryptoInsight.Sources.FearGreed;

/// <summary>A recorded answer of the publisher, plain or .gz, read whole: the history of all its years is some 220 KB.</summary>
/// <param name="FileName">Its name, made fit for a message.</param>
/// <param name="ContentSha256">Of the content, unpacked: the same content is the same file.</param>
/// <param name="Rows">Its rows; run and ingest time are the replay's to set.</param>
public sealed record FearGreedFile(string FileName, string ContentSha256, IReadOnlyList<RawFearGreed> Rows)
{
    private const int BytesMax = 64 * 1024 * 1024;

    /// <summary>Reads the file; <see cref="FearGreedFileException"/>'s message says what is wrong with it and what to do.</summary>
    public static FearGreedFile Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = HostileText.Show(Path.GetFileName(path), 120);
        byte[] content;
        try
        {
            content = Content(path);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new FearGreedFileException($"{name} cannot be read: {(File.Exists(path) ? "it is no whole .gz, or may not be opened" : "there is no such file")}.");
        }

        if (content.Length > BytesMax)
        {
            throw new FearGreedFileException($"{name} is longer than {BytesMax / 1024 / 1024} MiB: the index of all its years is some 220 KB.");
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(content));
        JsonDocumentReading<IReadOnlyList<RawFearGreed>> reading = FearGreedWire.Read(content, new FearGreedStamp("replay.alternative.me", name, hash, "", UnixMicros.Earliest));
        return reading.Value is { Count: > 0 } rows
            ? new FearGreedFile(name, hash, rows)
            : throw new FearGreedFileException($"{name} is refused: {reading.Why ?? "it has no values"}. The JSON of https://api.alternative.me/fng/?limit=0 is expected, or its array alone.");
    }

    private static byte[] Content(string path)
    {
        using FileStream file = File.OpenRead(path);
        bool isGzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        using Stream stream = isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var content = new MemoryStream();
        byte[] part = new byte[64 * 1024];
        while (content.Length <= BytesMax && stream.Read(part) is > 0 and int got)
        {
            content.Write(part, 0, got);
        }

        return content.ToArray();
    }
}
