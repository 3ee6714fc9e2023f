namespace CryptoInsight.Sources.FearGreed;

/// <summary>A file that is no index, with what is wrong and what to do.</summary>
public sealed class FearGreedFileException(string message) : Exception(message);
