namespace CryptoInsight.Sources.Files;

/// <summary>A stream whose first bytes have been looked at and are given again.</summary>
internal sealed class HeadedStream : Stream
{
    private const int HeadBytes = 8;

    private readonly Stream _inner;
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly int _headLength;
    private readonly InvalidDataException? _damage;
    private int _given;

    public HeadedStream(Stream inner)
    {
        _inner = inner;
        try
        {
            while (_headLength < HeadBytes && inner.Read(_head, _headLength, HeadBytes - _headLength) is > 0 and int got)
            {
                _headLength += got;
            }
        }
        catch (InvalidDataException e)
        {
            _damage = e; // told to whoever reads past the bytes that there are
        }
    }

    public ReadOnlySpan<byte> Head => _head.AsSpan(0, _headLength);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer) => TryHead(buffer, out int given) ? given : _inner.Read(buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        TryHead(buffer.Span, out int given) ? ValueTask.FromResult(given) : _inner.ReadAsync(buffer, cancellationToken);

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
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool TryHead(Span<byte> buffer, out int given)
    {
        given = Math.Min(buffer.Length, _headLength - _given);
        if (given > 0)
        {
            _head.AsSpan(_given, given).CopyTo(buffer);
            _given += given;
            return true;
        }

        return _damage is null ? buffer.Length == 0 : throw new InvalidDataException(_damage.Message, _damage);
    }
}
