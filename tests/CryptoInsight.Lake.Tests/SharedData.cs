namespace CryptoInsight.Lake.Tests;

/// <summary>Finds the real data that tests use but the repository does not hold: <c>CRYPTOINSIGHT_SHARED</c>, else a folder <c>shared</c> beside the repository.</summary>
internal static class SharedData
{
    internal const string Absent = "The shared data folder is absent (set CRYPTOINSIGHT_SHARED): this test needs it.";

    internal static string? Root { get; } = Find();

    internal static string? GoldenTables => Root is null ? null : Path.Combine(Root, "delta-golden");

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("CRYPTOINSIGHT_SHARED");
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named) ? named : null;
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CryptoInsight.sln")))
            {
                string beside = Path.Combine(folder.Parent?.FullName ?? "", "shared");
                return Directory.Exists(beside) ? beside : null;
            }
        }

        return null;
    }
}
