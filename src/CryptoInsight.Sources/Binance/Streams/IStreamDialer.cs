namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>Opens connections to the exchange's streams: sockets of the network, or of a test.</summary>
public interface IStreamDialer
{
    /// <summary>Connects, or throws <see cref="StreamBrokenException"/>.</summary>
    Task<IStreamSocket> DialAsync(Uri address, CancellationToken cancellationToken);
}
