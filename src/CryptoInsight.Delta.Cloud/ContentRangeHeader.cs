using System.Globalization;

namespace CryptoInsight.Delta.Cloud;

/// <summary>The header <c>Content-Range: bytes 0-99/1234</c>.</summary>
internal static class ContentRangeHeader
{
    /// <summary>The length of the whole object (1234); null if the header is missing or does not say.</summary>
    public static long? TotalOf(string? header)
    {
        int slash = header?.LastIndexOf('/') ?? -1;
        return slash >= 0 && long.TryParse(header.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long total) ? total : null;
    }
}
