namespace CryptoInsight.PaperExchange.Streams;

/// <summary>How a connection wants its events.</summary>
/// <param name="IsCombined">Wrapped with the stream's name.</param>
/// <param name="InMicroseconds">Times in microseconds rather than milliseconds.</param>
internal readonly record struct StreamFormat(bool IsCombined, bool InMicroseconds);
