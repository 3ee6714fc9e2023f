namespace CryptoInsight.Tests;

/// <summary>Finds the real data that tests use but the repository does not hold: <c>CRYPTOINSIGHT_SHARED</c>, else a folder <c>shared</c> beside the repository. Compiled into every test project.</summary>
internal static class SharedData
{
    public const string Absent = "The shared data is not here (set CRYPTOINSIGHT_SHARED, or put it at ../shared): this test needs it.";

    /// <summary>The folder, or null where it is absent.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>The folder of real Delta tables, or null.</summary>
    public static string? GoldenTables => Folder is null ? null : Path.Combine(Folder, "delta-golden");

    /// <summary>A file or folder in it; where it is absent, the test ends as skipped.</summary>
    public static string PathOf(string relative)
    {
        Skip.If(Folder is null, Absent);
        return Path.Combine(Folder!, relative);
    }

    /// <summary>A file or folder of the recorded market data.</summary>
    public static string MarketData(string relative) => PathOf(Path.Combine("market-data", relative));

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CRYPTOINSIGHT_SHARED") is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? named : null;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CryptoInsight.sln")))
            {
                string beside = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared"));
                return Directory.Exists(beside) ? beside : null;
            }
        }

        return null;
    }
}
