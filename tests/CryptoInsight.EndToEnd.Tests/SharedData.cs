namespace CryptoInsight.EndToEnd.Tests;

/// <summary>The folder of real market data beside the repository; absent in a user's clone.</summary>
internal static class SharedData
{
    private const string Absent = "the shared market data is not here (set CRYPTOINSIGHT_SHARED, or put it at ../shared)";

    private static readonly string? s_root = Find();

    public static string MarketData(string relative)
    {
        Skip.If(s_root is null, Absent);
        return Path.Combine(s_root!, "market-data", relative);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CRYPTOINSIGHT_SHARED") is { Length: > 0 } given)
        {
            return Directory.Exists(given) ? given : null;
        }

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string beside = Path.Combine(at.FullName, "..", "shared", "market-data");
            if (File.Exists(Path.Combine(at.FullName, "CryptoInsight.sln")) && Directory.Exists(beside))
            {
                return Path.GetDirectoryName(Path.GetFullPath(beside));
            }
        }

        return null;
    }
}
