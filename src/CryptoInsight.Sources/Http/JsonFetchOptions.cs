namespace CryptoInsight.Sources.Http;

/// <summary>How long an answer may take and be.</summary>
public sealed record JsonFetchOptions
{
    /// <summary>How long one request may take, its body included.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest body that is read: the whole history of the index is some 220 KB.</summary>
    public int BytesMax { get; init; } = 8 * 1024 * 1024;

    /// <summary>How we call ourselves.</summary>
    public string UserAgent { get; init; } = "CryptoInsight";
}
