using System.Globalization;

namespace CryptoInsight.Host.Node;

/// <summary>Names of runs: unique, sortable by time, and telling who made them.</summary>
public static class NodeIdentity
{
    public static string NewRunId(string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{what}-{DateTimeOffset.UtcNow:yyyyMMdd'T'HHmmss}-{Guid.NewGuid().ToString("N")[..8]}");
}
