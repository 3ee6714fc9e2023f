namespace CryptoInsight.Benchmarks.Data;

/// <summary>The folder of real market data beside the repository; absent in a user's clone.</summary>
internal static class MarketFiles
{
    public const string Absent = "the shared market data is not here (set CRYPTOINSIGHT_SHARED, or put it at ../shared)";

    private static readonly string? s_root = Find();

    public static bool ArePresent => s_root is not null;

    /// <summary>The USDS-M futures files of one-minute candles, in order of name.</summary>
    public static IReadOnlyList<string> Minutes => Files("klines-1m/um-futures-12col", "*-1m-*.csv.gz");

    /// <summary>The files of four-hour candles, 2021 to 2026: more than 2,000 days each.</summary>
    public static IReadOnlyList<string> FourHours => Files("klines-4h", "*-4h.json.gz");

    private static IReadOnlyList<string> Files(string folder, string pattern) =>
        [.. Directory.GetFiles(Path.Combine(s_root ?? throw new BenchmarkSkippedException(Absent), "market-data", folder), pattern).Order(StringComparer.Ordinal)];

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CRYPTOINSIGHT_SHARED") is { Length: > 0 } given)
        {
            return Directory.Exists(Path.Combine(given, "market-data")) ? given : null;
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
