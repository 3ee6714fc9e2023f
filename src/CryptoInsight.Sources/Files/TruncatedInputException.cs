namespace CryptoInsight.Sources.Files;

/// <summary>The content ended before its end; every whole row in front of that was delivered.</summary>
public sealed class TruncatedInputException(string message, long contentBytes, long rows, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How much content there was.</summary>
    public long ContentBytes { get; } = contentBytes;

    /// <summary>How many rows were whole.</summary>
    public long Rows { get; } = rows;
}
