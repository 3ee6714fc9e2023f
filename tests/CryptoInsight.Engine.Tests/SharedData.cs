namespace CryptoInsight.Engine.Tests;

/// <summary>Finds the real market data that lies beside the repository, or says that it is absent.</summary>
internal static class SharedData
{
    public static string? Folder { get; } = Find();

    public static string PathOf(string relative) => Path.Combine(Folder ?? throw new InvalidOperationException("No shared data."), relative);

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
                string shared = Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared"));
                return Directory.Exists(shared) ? shared : null;
            }
        }

        return null;
    }
}
