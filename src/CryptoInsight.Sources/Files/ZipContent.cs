using System.IO.Compression;

namespace CryptoInsight.Sources.Files;

/// <summary>The one file inside a zip archive, as a stream that notices a short entry and closes the archive with itself.</summary>
internal sealed class ZipContent : Stream
{
    private readonly ZipArchive _archive;
    private readonly Stream _entry;
    private readonly long _promised;
    private long _read;

    private ZipContent(ZipArchive archive, Stream entry, long promised)
    {
        _archive = archive;
        _entry = entry;
        _promised = promised;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public static ZipContent Open(FileStream file)
    {
        try
        {
            ZipArchive archive = new(file, ZipArchiveMode.Read);
            List<ZipArchiveEntry> files = [.. archive.Entries.Where(e => e.Name.Length > 0).Take(2)];
            if (files.Count != 1)
            {
                throw new KlineFileRefusedException(
                    KlineFileRefusal.Wrapping,
                    files.Count == 0 ? "The zip archive holds no file." : "The zip archive holds several files: unpack it and name those that are meant.");
            }

            if (files[0].IsEncrypted)
            {
                throw new KlineFileRefusedException(KlineFileRefusal.Wrapping, "The file in the zip archive is encrypted: unpack it first.");
            }

            return new ZipContent(archive, files[0].Open(), files[0].Length);
        }
        catch (InvalidDataException)
        {
            throw new KlineFileRefusedException(
                KlineFileRefusal.Wrapping,
                "The zip archive is cut or damaged: its table of contents, at the end, cannot be read. Download it again.");
        }
    }

    public override int Read(Span<byte> buffer) => Count(_entry.Read(buffer), buffer.Length);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await _entry.ReadAsync(buffer, cancellationToken).ConfigureAwait(false), buffer.Length);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _entry.Dispose();
            _archive.Dispose();
        }

        base.Dispose(disposing);
    }

    private int Count(int got, int wanted)
    {
        _read += got;
        return got == 0 && wanted > 0 && _read < _promised
            ? throw new InvalidDataException($"The zip archive promises {_promised} bytes and gives {_read}.")
            : got;
    }
}
