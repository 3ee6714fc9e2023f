using System.Diagnostics;
using System.Globalization;

namespace CryptoInsight.Delta.Tests.Campaigns;

/// <summary>Which seeds a campaign runs: <c>SEED=n</c> one, <c>CRYPTOINSIGHT_SEEDS=n</c> the first n, <c>CRYPTOINSIGHT_SEEDS=a-b</c> those from a to b, else as many as a build can wait for.</summary>
internal static class CampaignSeeds
{
    /// <summary>Whether one seed is repeated: it may tell all that it did.</summary>
    public static bool IsOne => One is not null;

    private static int? One => Number("SEED");

    /// <summary>The seeds that are asked for; else 1, 2, ... until the time of a slice is over.</summary>
    /// <param name="all">The last seed that there is.</param>
    /// <param name="known">The last seed that a build runs unasked: seeds that nobody has seen pass are not a build's business.</param>
    /// <param name="slice">How long a build runs unasked.</param>
    public static IEnumerable<int> Of(int all, int known, TimeSpan slice)
    {
        if (One is int one)
        {
            yield return one;
            yield break;
        }

        if (Asked() is (int first, int last))
        {
            for (int seed = first; seed <= Math.Min(last, all); seed++)
            {
                yield return seed;
            }

            yield break;
        }

        Stopwatch watch = Stopwatch.StartNew();
        for (int seed = 1; seed <= known && watch.Elapsed < slice; seed++)
        {
            yield return seed;
        }
    }

    private static (int First, int Last)? Asked()
    {
        string? asked = Environment.GetEnvironmentVariable("CRYPTOINSIGHT_SEEDS");
        if (string.IsNullOrEmpty(asked))
        {
            return null;
        }

        string[] ends = asked.Split('-');
        int last = int.Parse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture);
        return ends.Length == 1 ? (1, last) : (int.Parse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture), last);
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : null;
}
