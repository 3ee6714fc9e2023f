namespace CryptoInsight.PaperExchange.Tests;

/// <summary>Finds the folder of real market data, which is not part of the repository.</summary>
internal static class SharedData
{
    /// <summary>The folder, or null where it is absent.</summary>
    public static string? Folder { get; } = Find();

    public static string MarketFile(string relative)
    {
        Skip.If(Folder is null, "The shared market data is not on this machine (../shared beside the repository, or CRYPTOINSIGHT_SHARED).");
        return Path.Combine(Folder!, "market-data", relative);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("CRYPTOINSIGHT_SHARED") is { Length: > 0 } named && Directory.Exists(named))
        {
            return named;
        }

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string beside = Path.Combine(at.FullName, "..", "shared");
            if (File.Exists(Path.Combine(at.FullName, "CryptoInsight.sln")) && Directory.Exists(beside))
            {
                return Path.GetFullPath(beside);
            }
        }

        return null;
    }
}
