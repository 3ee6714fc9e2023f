using System.Buffers;
using System.Security.Cryptography;

namespace CryptoInsight.Sources.Files;

/// <summary>A moving window over a file's content that is never longer than a little more than the longest row, and hashes what passes through it.</summary>
internal sealed class ContentBuffer : IDisposable
{
    /// <summary>A row longer than this is cut.</summary>
    public const int RowBytesMax = 1024 * 1024;

    private const int WindowBytes = 256 * 1024; // fits the second-level cache together with what is made of it

    private const int ReadBytesMin = 64 * 1024; // decompressors give small pieces, and every piece may mean another look at half a row

    private readonly Stream _content;
    private readonly long _contentBytesMax;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(WindowBytes);
    private int _start;
    private int _end;

    public ContentBuffer(Stream content, long contentBytesMax)
    {
        _content = content;
        _contentBytesMax = contentBytesMax;
    }

    /// <summary>What has been read and not yet consumed.</summary>
    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Where the window starts, counted in bytes of content.</summary>
    public long Position { get; private set; }

    /// <summary>How much content has been read.</summary>
    public long ContentBytes { get; private set; }

    /// <summary>True if no more bytes will come.</summary>
    public bool Ended { get; private set; }

    /// <summary>Why no more bytes will come although there should be some.</summary>
    public Exception? Damage { get; private set; }

    /// <summary>True if the window holds a row that is too long.</summary>
    public bool IsFull => _end - _start >= RowBytesMax;

    public void Consume(int bytes)
    {
        _start += bytes;
        Position += bytes;
    }

    public void Fill()
    {
        Memory<byte> room = MakeRoom();
        int filled = 0;
        while (filled < ReadBytesMin && filled < room.Length && !Ended)
        {
            int got = 0;
            try
            {
                got = _content.Read(room.Span[filled..]);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                Damage = e;
            }

            Ended = got == 0;
            filled += got;
        }

        Take(filled);
    }

    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        Memory<byte> room = MakeRoom();
        int filled = 0;
        while (filled < ReadBytesMin && filled < room.Length && !Ended)
        {
            int got = 0;
            try
            {
                got = await _content.ReadAsync(room[filled..], cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                Damage = e;
            }

            Ended = got == 0;
            filled += got;
        }

        Take(filled);
    }

    /// <summary>Lower-case hex of the hash of everything that was read.</summary>
    public string Sha256() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public void Dispose()
    {
        _content.Dispose();
        _hash.Dispose();
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    private Memory<byte> MakeRoom()
    {
        int held = _end - _start;
        if (_start > 0)
        {
            Unread.CopyTo(_bytes);
            _start = 0;
            _end = held;
        }

        if (held > _bytes.Length / 2)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
            _bytes.AsSpan(0, held).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsMemory(_end);
    }

    private void Take(int got)
    {
        _hash.AppendData(_bytes, _end, got);
        _end += got;
        ContentBytes += got;
        if (ContentBytes > _contentBytesMax)
        {
            throw new KlineFileRefusedException(
                KlineFileRefusal.TooLarge,
                $"The unwrapped content is longer than the {_contentBytesMax} bytes that are allowed: split the file, or allow more.");
        }
    }
}
