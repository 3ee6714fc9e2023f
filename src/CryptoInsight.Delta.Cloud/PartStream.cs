namespace CryptoInsight.Delta.Cloud;

/// <summary>Sends one part (numbered from 1) of an object that is being written.</summary>
internal delegate Task PartTarget(int number, ReadOnlyMemory<byte> part);

/// <summary>Gathers what is written into parts and sends each full one while the next is filled: at most two are held.</summary>
/// <remarks>A part leaves only when a byte beyond it arrives, so what fits one part is never sent here: the writer puts it whole. A part that failed fails the next write.
/// Closing the stream loses nothing and sends nothing: writers of Parquet close what they are given.</remarks>
internal sealed class PartStream(int partBytes, PartTarget target) : Stream
{
    private const int BufferBytesMin = 1 << 16;

    private byte[] _buffer = [];
    private int _filled;
    private long _written;
    private Task _underWay = Task.CompletedTask;

    /// <summary>How many parts were sent or are under way.</summary>
    public int Parts { get; private set; }

    /// <summary>What was written and belongs to no part yet.</summary>
    public ReadOnlyMemory<byte> Rest => _buffer.AsMemory(0, _filled);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException("An object is written front to back.");
    }

    /// <summary>Ends when the part under way, if any, has arrived; throws what it threw.</summary>
    public Task SettleAsync() => _underWay;

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_filled == partBytes)
            {
                _underWay.GetAwaiter().GetResult();
                Send();
            }

            buffer = buffer[Take(buffer)..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_filled == partBytes)
            {
                await _underWay.WaitAsync(cancellationToken).ConfigureAwait(false);
                Send();
            }

            buffer = buffer[Take(buffer.Span)..];
        }
    }

    public override void Flush()
    {
        // Durable is what CompleteAsync of the writer makes durable.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An object is only written here.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("An object is written front to back.");

    public override void SetLength(long value) => throw new NotSupportedException("An object is written front to back.");

    private int Take(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, partBytes - _filled);
        if (_buffer.Length < _filled + count)
        {
            long grown = Math.Max(_filled + count, Math.Max(BufferBytesMin, 2L * _buffer.Length));
            Array.Resize(ref _buffer, (int)Math.Min(partBytes, grown));
        }

        bytes[..count].CopyTo(_buffer.AsSpan(_filled));
        _filled += count;
        _written += count;
        return count;
    }

    private void Send()
    {
        ReadOnlyMemory<byte> part = Rest;
        int number = ++Parts;
        _buffer = new byte[partBytes];
        _filled = 0;
        _underWay = Task.Run(() => target(number, part));
    }
}
