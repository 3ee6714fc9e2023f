namespace CryptoInsight.Sources.Files;

/// <summary>What the content of a file is wrapped in.</summary>
public enum KlineFileWrapping
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>gzip, one member or several.</summary>
    Gzip,

    /// <summary>A zip archive with one file in it.</summary>
    Zip,
}
