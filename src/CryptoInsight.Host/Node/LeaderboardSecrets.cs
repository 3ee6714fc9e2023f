using CryptoInsight.Host.Commands;
using CryptoInsight.Sources.Leaderboard;

namespace CryptoInsight.Host.Node;

/// <summary>The leaderboard's keys: from variables, or from files that variables name. They are no settings, so no layer, file or command line ever holds them (INV-10).</summary>
public static class LeaderboardSecrets
{
    private const string Prefix = "CRYPTOINSIGHT_LEADERBOARD_";
    private const string FileSuffix = "_FILE";
    private const long FileBytesMax = 64 * 1024;

    private static readonly string[] s_names = ["APP_ID", "CLIENT_ID", "API_KEY"];

    /// <summary>The variables that may hold a key, or name a file that does.</summary>
    public static IReadOnlySet<string> Variables { get; } = s_names.SelectMany(n => new[] { Prefix + n, Prefix + n + FileSuffix }).ToHashSet();

    /// <summary>The keys; null if none is given. Some but not all, or a file that cannot be read: <see cref="UsageException"/> that names the variable and never the key.</summary>
    public static LeaderboardKeys? Read(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        string?[] values = [.. s_names.Select(n => One(n, variable))];
        if (values.All(v => v is null))
        {
            return null;
        }

        int missing = Array.IndexOf(values, null);
        if (missing >= 0)
        {
            throw new UsageException($"The leaderboard wants three keys, and {Prefix}{s_names[missing]} (or {Prefix}{s_names[missing]}{FileSuffix}) is not set.");
        }

        try
        {
            return new LeaderboardKeys(values[0]!, values[1]!, values[2]!);
        }
        catch (FormatException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }

    /// <summary>For <c>config show</c>: which keys are set and where, never what they are.</summary>
    public static IEnumerable<(string Key, string Value, string Source)> Described(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        foreach (string name in s_names)
        {
            string? source = new[] { Prefix + name, Prefix + name + FileSuffix }.FirstOrDefault(v => !string.IsNullOrEmpty(variable(v)));
            string key = $"cryptoinsight.leaderboard.{name.ToLowerInvariant().Replace('_', '-')}";
            yield return (key, source is null ? "(secret, not set)" : "(secret, set)", source ?? "none");
        }
    }

    private static string? One(string name, Func<string, string?> variable)
    {
        string? direct = variable(Prefix + name), file = variable(Prefix + name + FileSuffix);
        if (!string.IsNullOrEmpty(direct))
        {
            return direct.Trim();
        }

        if (string.IsNullOrEmpty(file))
        {
            return null;
        }

        try
        {
            return new FileInfo(file).Length <= FileBytesMax
                ? File.ReadAllText(file).Trim()
                : throw new UsageException($"The file that {Prefix}{name}{FileSuffix} names is too long to be a key.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"The file that {Prefix}{name}{FileSuffix} names cannot be read.");
        }
    }
}
