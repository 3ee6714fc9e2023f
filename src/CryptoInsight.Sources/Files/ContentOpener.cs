using System.Text;

namespace CryptoInsight.Sources.Files;

/// <summary>Opens a file and takes off what its content is wrapped in, told by its first bytes.</summary>
internal static class ContentOpener
{
    public static (Stream Content, KlineFileWrapping Wrapping) Open(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KlineFileRefusedException(KlineFileRefusal.Unreadable, $"The file cannot be read ({(e is FileNotFoundException or DirectoryNotFoundException ? "it is not there" : "no permission, a folder, or an I/O error")}).");
        }

        try
        {
            byte[] head = new byte[8];
            int got = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            file.Position = 0;
            return Unwrap(file, head.AsSpan(0, got));
        }
        catch (Exception e) when (e is NotSupportedException or IOException)
        {
            file.Dispose();
            throw new KlineFileRefusedException(KlineFileRefusal.Unreadable, "The file cannot be read from its start (a pipe, a folder, or an I/O error): save it to a disk first.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static (Stream Content, KlineFileWrapping Wrapping) Unwrap(FileStream file, ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
        {
            return (TextOf(new GzipContent(file)), KlineFileWrapping.Gzip);
        }

        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
        {
            return (TextOf(ZipContent.Open(file)), KlineFileWrapping.Zip);
        }

        return Foreign(head) is { } foreign
            ? throw new KlineFileRefusedException(KlineFileRefusal.Wrapping, $"The file is {foreign}: only plain files, gzip and zip can be replayed; unpack or convert it first.")
            : (TextOf(file), KlineFileWrapping.None);
    }

    internal static string? Foreign(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) ? "compressed with zstd"
        : head.StartsWith("BZh"u8) ? "compressed with bzip2"
        : head.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A]) ? "compressed with xz"
        : head.StartsWith((ReadOnlySpan<byte>)[0x37, 0x7A, 0xBC, 0xAF]) ? "a 7z archive"
        : head.StartsWith("PAR1"u8) ? "a Parquet file"
        : head.StartsWith("PK\x03\x04"u8) ? "a zip archive inside another wrapping"
        : head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? "gzip inside another wrapping"
        : null;

    // UTF-16 is told by its byte order mark and read as UTF-8 from here on; everything else is taken as UTF-8.
    private static Stream TextOf(Stream content)
    {
        HeadedStream headed = new(content);
        Encoding? wide = headed.Head switch
        {
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            _ => null,
        };
        return wide is null ? headed : Encoding.CreateTranscodingStream(headed, wide, Encoding.UTF8);
    }
}
