namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>One connection to the exchange's streams. It answers pings by itself while somebody receives.</summary>
public interface IStreamSocket : IAsyncDisposable
{
    /// <summary>The next whole message, valid until the next call; null once the exchange has closed the connection. Throws <see cref="StreamBrokenException"/> if it broke.</summary>
    ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken);
}
