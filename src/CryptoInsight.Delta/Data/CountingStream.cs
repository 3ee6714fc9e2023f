namespace CryptoInsight.Delta.Data;

/// <summary>Passes writes on and counts them; leaves the stream below open.</summary>
internal sealed class CountingStream(Stream below) : Stream
{
    public long Written { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Written;

    public override long Position
    {
        get => Written;
        set => throw new NotSupportedException("A data file is written front to back.");
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        below.Write(buffer);
        Written += buffer.Length;
    }

    public override void Flush() => below.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => below.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A data file is only written here.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A data file is written front to back.");

    public override void SetLength(long value) => throw new NotSupportedException("A data file is written front to back.");
}
