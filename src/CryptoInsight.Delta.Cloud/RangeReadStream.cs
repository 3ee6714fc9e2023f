using System.Buffers;

namespace CryptoInsight.Delta.Cloud;

/// <summary>Fills a buffer with an object's bytes from an offset on, whole or not at all.</summary>
internal delegate Task RangeSource(long offset, Memory<byte> into, CancellationToken ct);

/// <summary>A seekable stream over an object that is read by ranges: the end is there from the start (Parquet begins there), small reads come from a few kept blocks, large ones straight from the store.</summary>
/// <remarks>Reads fill the buffer unless the object ends. A synchronous read of bytes not at hand blocks its thread for a request; asynchronous reads do not.</remarks>
internal sealed class RangeReadStream(RangeSource source, long length, ReadOnlyMemory<byte> tail, int blockBytes) : Stream
{
    private const int BlocksKeptMax = 4;

    // Most recently used last.
    private readonly List<(long Start, int Length, byte[] Bytes)> _blocks = [];
    private readonly long _tailStart = length - tail.Length;
    private long _position;
    private bool _closed;

    public override bool CanRead => !_closed;

    public override bool CanSeek => !_closed;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        int copied = CopyKept(buffer.AsSpan(offset, count));
        return IsDone(copied, count) ? copied : copied + Blocking(buffer.AsMemory(offset + copied, count - copied));
    }

    public override int Read(Span<byte> buffer)
    {
        int copied = CopyKept(buffer);
        if (IsDone(copied, buffer.Length))
        {
            return copied;
        }

        int rest = (int)Math.Min(buffer.Length - copied, length - _position);
        byte[] rented = ArrayPool<byte>.Shared.Rent(rest);
        try
        {
            int read = Blocking(rented.AsMemory(0, rest));
            rented.AsSpan(0, read).CopyTo(buffer[copied..]);
            return copied + read;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = CopyKept(buffer.Span);
        while (!IsDone(read, buffer.Length))
        {
            int wanted = (int)Math.Min(buffer.Length - read, _tailStart - _position);
            if (wanted >= blockBytes)
            {
                await source(_position, buffer.Slice(read, wanted), cancellationToken).ConfigureAwait(false);
                _position += wanted;
                read += wanted;
            }
            else
            {
                await FetchBlockAsync(_position / blockBytes * blockBytes, cancellationToken).ConfigureAwait(false);
            }

            read += CopyKept(buffer.Span[read..]);
        }

        return read;
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long from = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => _position,
            SeekOrigin.End => length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin)),
        };
        return from + offset >= 0 ? _position = from + offset : throw new IOException("A stream has no bytes before its first.");
    }

    public override void Flush()
    {
        // Nothing is ever written.
    }

    public override void SetLength(long value) => throw new NotSupportedException("An object is only read here.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("An object is only read here.");

    protected override void Dispose(bool disposing)
    {
        if (!_closed)
        {
            _closed = true;
            _blocks.ForEach(static b => ArrayPool<byte>.Shared.Return(b.Bytes));
            _blocks.Clear();
        }

        base.Dispose(disposing);
    }

    private bool IsDone(int read, int wanted) => read == wanted || _position >= length;

    // On the pool: a caller's own scheduler (an actor's dispatcher) must not be needed to finish what blocks one of its threads.
    private int Blocking(Memory<byte> buffer) => Task.Run(() => ReadAsync(buffer).AsTask()).GetAwaiter().GetResult();

    // Copies from here on as far as bytes are at hand, and moves on behind them.
    private int CopyKept(Span<byte> into)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        int copied = 0;
        while (copied < into.Length && Kept() is { Length: > 0 } kept)
        {
            int count = Math.Min(kept.Length, into.Length - copied);
            kept[..count].CopyTo(into[copied..]);
            _position += count;
            copied += count;
        }

        return copied;
    }

    private ReadOnlySpan<byte> Kept()
    {
        if (_position >= _tailStart)
        {
            return _position < length ? tail.Span[(int)(_position - _tailStart)..] : default;
        }

        for (int i = _blocks.Count - 1; i >= 0; i--)
        {
            (long start, int count, byte[] bytes) = _blocks[i];
            if (_position >= start && _position < start + count)
            {
                _blocks.RemoveAt(i);
                _blocks.Add((start, count, bytes));
                return bytes.AsSpan((int)(_position - start), (int)(start + count - _position));
            }
        }

        return default;
    }

    private async Task FetchBlockAsync(long start, CancellationToken ct)
    {
        int count = (int)Math.Min(blockBytes, _tailStart - start);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            await source(start, bytes.AsMemory(0, count), ct).ConfigureAwait(false);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }

        if (_blocks.Count == BlocksKeptMax)
        {
            ArrayPool<byte>.Shared.Return(_blocks[0].Bytes);
            _blocks.RemoveAt(0);
        }

        _blocks.Add((start, count, bytes));
    }
}
