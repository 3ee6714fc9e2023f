using System.IO.Compression;

namespace CryptoInsight.Sources.Files;

/// <summary>The content of a gzip file, with the end checked.</summary>
/// <remarks>The framework's GZipStream ends silently where the bytes end, in the middle of a member as well (unless a process-wide switch is set). So one more member is put
/// behind the file: if it is unpacked, the one before it was whole; if not, the file is cut, and what came out after the file's last byte is none of its content.</remarks>
internal sealed class GzipContent : Stream
{
    private static readonly byte[] s_endMark = [.. "cryptoinsight: the end of the file"u8];
    private static readonly byte[] s_endMember = Pack(s_endMark);

    private readonly MarkedFile _file;
    private readonly GZipStream _gzip;
    private bool _isOver;

    public GzipContent(Stream file)
    {
        _file = new MarkedFile(file);
        _gzip = new GZipStream(_file, CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        if (_isOver || buffer.Length == 0)
        {
            return 0;
        }

        int got = 0;
        InvalidDataException? damage = null;
        try
        {
            got = _gzip.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            damage = e;
        }

        return Judge(buffer[..got], damage);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isOver || buffer.Length == 0)
        {
            return 0;
        }

        int got = 0;
        InvalidDataException? damage = null;
        try
        {
            got = await _gzip.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            damage = e;
        }

        return Judge(buffer.Span[..got], damage);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

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
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    // The decompressor asks for more bytes only when it has given everything that it can make of those before.
    private int Judge(ReadOnlySpan<byte> got, InvalidDataException? damage)
    {
        if (!_file.IsEndMemberAsked)
        {
            _isOver = got.Length == 0;
            return damage is null ? got.Length : throw new InvalidDataException("The gzip file is damaged.", damage);
        }

        _isOver = true;
        return damage is null && IsEndMark(got) ? 0 : throw new InvalidDataException("The gzip file ends before its end.", damage);
    }

    private bool IsEndMark(ReadOnlySpan<byte> first)
    {
        // The read that met the end of the file gives bytes from behind it, and they may come in pieces.
        byte[] all = new byte[s_endMark.Length + 1];
        if (first.Length > all.Length)
        {
            return false;
        }

        first.CopyTo(all);
        int length = first.Length;
        try
        {
            length += first.Length == 0 ? 0 : _gzip.ReadAtLeast(all.AsSpan(length), all.Length - length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            return false;
        }

        return all.AsSpan(0, length).SequenceEqual(s_endMark);
    }

    private static byte[] Pack(byte[] content)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>The file's bytes, and then those of the member that marks the end.</summary>
    private sealed class MarkedFile(Stream file) : Stream
    {
        private int _given;

        public bool IsEndMemberAsked { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer) => IsEndMemberAsked || file.Read(buffer) is not (> 0 and int got) ? GiveMember(buffer) : got;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            IsEndMemberAsked || await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is not (> 0 and int got) ? GiveMember(buffer.Span) : got;

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

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
                file.Dispose();
            }

            base.Dispose(disposing);
        }

        private int GiveMember(Span<byte> buffer)
        {
            IsEndMemberAsked = true;
            int length = Math.Min(buffer.Length, s_endMember.Length - _given);
            s_endMember.AsSpan(_given, length).CopyTo(buffer);
            _given += length;
            return length;
        }
    }
}
