using CryptoInsight.Host.Commands;
using CryptoInsight.Host.Config;
using CryptoInsight.Host.Node;

namespace CryptoInsight.Host.Tests.Node;

public sealed class LeaderboardSecretsSpecs
{
    private const string Secret = "do-not-print-me";

    [Fact]
    public void Keys_come_from_variables_or_from_files_that_variables_name()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, $"{Secret}\n");
        Dictionary<string, string> variables = new()
        {
            ["CRYPTOINSIGHT_LEADERBOARD_APP_ID"] = Secret, ["CRYPTOINSIGHT_LEADERBOARD_CLIENT_ID"] = Secret, ["CRYPTOINSIGHT_LEADERBOARD_API_KEY_FILE"] = file,
        };
        Assert.NotNull(LeaderboardSecrets.Read(variables.GetValueOrDefault));
        Assert.Equal(
            ["CRYPTOINSIGHT_LEADERBOARD_APP_ID", "CRYPTOINSIGHT_LEADERBOARD_CLIENT_ID", "CRYPTOINSIGHT_LEADERBOARD_API_KEY_FILE"],
            LeaderboardSecrets.Described(variables.GetValueOrDefault).Select(d => d.Source));
        Assert.DoesNotContain(Secret, string.Join('\n', LeaderboardSecrets.Described(variables.GetValueOrDefault)), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public void None_is_no_fault_but_some_are_and_no_fault_names_a_key()
    {
        Assert.Null(LeaderboardSecrets.Read(_ => null));
        UsageException missing = Assert.Throws<UsageException>(() => LeaderboardSecrets.Read(v => v.EndsWith("APP_ID", StringComparison.Ordinal) ? Secret : null));
        Assert.Contains("CRYPTOINSIGHT_LEADERBOARD_CLIENT_ID", missing.Message, StringComparison.Ordinal);
        UsageException bad = Assert.Throws<UsageException>(() => LeaderboardSecrets.Read(v => v.EndsWith("_FILE", StringComparison.Ordinal) ? null : $"{Secret} \u0007"));
        UsageException unread = Assert.Throws<UsageException>(() => LeaderboardSecrets.Read(v => v.EndsWith("_FILE", StringComparison.Ordinal) ? $"/nowhere/{Secret}" : null));
        Assert.All([missing, bad, unread], e => Assert.DoesNotContain(Secret, e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_are_no_settings_and_a_setting_that_looks_like_one_is_refused_without_its_value()
    {
        SettingsLayers layers = SettingsLayers.Of([], null, [.. LeaderboardSecrets.Variables.Select(v => KeyValuePair.Create(v, Secret))]);
        Assert.DoesNotContain(layers.Effective(), e => e.Value?.Contains(Secret, StringComparison.Ordinal) == true);
        Exception refused = Assert.ThrowsAny<Exception>(() => SettingsLayers.Of([("--set", "leaderboard.api-key", Secret)], null, []));
        Assert.DoesNotContain(Secret, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("leaderboard.url", "http://gateway.apyflux.com")]
    [InlineData("leaderboard.url", "ftp://x")]
    [InlineData("leaderboard.accounts", "[\"a/b\"]")]
    [InlineData("leaderboard.poll-every", "1s")]
    [InlineData("fear-greed.url", "https://user:pass@host")]
    [InlineData("fear-greed.poll-every", "23h")]
    public async Task A_setting_that_would_break_a_promise_is_refused(string key, string value)
    {
        (int exit, _, string error) = await Cli.RunAsync("config", "show", "--set", $"{key}={value}");
        Assert.Equal(2, exit);
        Assert.Contains(key, error, StringComparison.Ordinal);
        Assert.DoesNotContain("user:pass", error, StringComparison.Ordinal);
    }
}
