using CryptoInsight.Sources.Leaderboard;

namespace CryptoInsight.Engine.Options;

/// <summary>Where the Fear and Greed index and the top traders' positions come from, and how often they are asked for.</summary>
/// <param name="FearGreedUrl"><c>auto</c>, <c>off</c> or a base URL.</param>
/// <param name="LeaderboardUrl"><c>auto</c>, <c>off</c> or a base URL.</param>
/// <param name="LeaderboardAccounts">The accounts to follow.</param>
public sealed record SentimentOptions(
    string FearGreedUrl, TimeSpan FearGreedPollEvery, string LeaderboardUrl, TimeSpan LeaderboardPollEvery, IReadOnlyList<LeaderboardAccount> LeaderboardAccounts)
{
    /// <summary>As the exchange suggests: the paper exchange has its own, the public one has the publisher's.</summary>
    public const string Auto = "auto";

    /// <summary>Not at all.</summary>
    public const string Off = "off";

    internal static SentimentOptions Read(SettingsReader read) => new(
        Address(read, "fear-greed.url"),
        read.Duration("fear-greed.poll-every", TimeSpan.FromHours(24), TimeSpan.FromDays(7)),
        read.Checked("leaderboard.url", Auto, () => Encrypted(Address(read, "leaderboard.url"))),
        read.Duration("leaderboard.poll-every", TimeSpan.FromSeconds(10), TimeSpan.FromDays(1)),
        read.Many("leaderboard.accounts", LeaderboardAccount.Parse));

    private static string Address(SettingsReader read, string key) => read.Checked(key, Auto, () =>
    {
        string text = read.Text(key);
        return text is Auto or Off || (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0)
            ? text
            : throw new FormatException("must be auto, off, or an http(s) URL without a user name");
    });

    private static string Encrypted(string text) =>
        text is Auto or Off || LeaderboardRest.MayCarryKeys(new Uri(text))
            ? text
            : throw new FormatException("must be https, or a loopback address: keys are sent there");
}
