using System.Diagnostics;
using System.Globalization;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>Which seeds a campaign runs: <c>SEED=n</c> one, <c>CRYPTOINSIGHT_SEEDS=n</c> the first n, else as many as a build can wait for.</summary>
internal static class CampaignSeeds
{
    /// <summary>Whether one seed is repeated: it may tell all that it did.</summary>
    public static bool IsOne => One is not null;

    private static int? One => Number("SEED");

    private static int? Asked => Number("CRYPTOINSIGHT_SEEDS");

    /// <summary>Seeds 1, 2, ... until the time of a slice is over; all of them where that is asked for.</summary>
    public static IEnumerable<int> Of(int all, TimeSpan slice)
    {
        if (One is int one)
        {
            yield return one;
            yield break;
        }

        int count = Math.Min(Asked ?? all, all);
        Stopwatch watch = Stopwatch.StartNew();
        for (int seed = 1; seed <= count && (Asked is not null || watch.Elapsed < slice); seed++)
        {
            yield return seed;
        }
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : null;
}
