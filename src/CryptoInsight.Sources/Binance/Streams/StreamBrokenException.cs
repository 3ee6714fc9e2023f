namespace CryptoInsight.Sources.Binance.Streams;

/// <summary>A stream connection could not be made, or broke: it is made again later.</summary>
public sealed class StreamBrokenException : IOException
{
    /// <summary>A connection that broke, with what is known of it.</summary>
    public StreamBrokenException(string message)
        : base(message)
    {
    }

    /// <summary>A connection that was refused.</summary>
    public StreamBrokenException(string message, TimeSpan? retryAfter)
        : base(message) => RetryAfter = retryAfter;

    /// <summary>How long the exchange wants no further attempt, if it said so.</summary>
    public TimeSpan? RetryAfter { get; }
}
