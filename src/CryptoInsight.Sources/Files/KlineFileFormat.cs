namespace CryptoInsight.Sources.Files;

/// <summary>What a file of klines is inside, whatever its name says.</summary>
public enum KlineFileFormat
{
    /// <summary>Comma-separated lines, with or without a header.</summary>
    Csv,

    /// <summary>REST rows: JSON arrays.</summary>
    Json,
}
