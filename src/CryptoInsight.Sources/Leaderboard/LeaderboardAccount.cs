namespace CryptoInsight.Sources.Leaderboard;

/// <summary>A top trader's account to follow.</summary>
/// <param name="Uid">1 to 64 ASCII letters and digits: it becomes part of a URL and of keys.</param>
/// <param name="Label">What we call the account.</param>
public sealed record LeaderboardAccount(string Uid, string Label)
{
    private const int LengthMax = 64;

    /// <summary>Reads <c>UID</c> or <c>UID=label</c>; <see cref="FormatException"/> says what is wrong.</summary>
    public static LeaderboardAccount Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.IndexOf('=', StringComparison.Ordinal);
        string uid = (at < 0 ? text : text[..at]).Trim(), label = at < 0 ? uid : text[(at + 1)..].Trim();
        return IsUid(uid) && label.Length is > 0 and <= LengthMax && !label.Any(char.IsControl)
            ? new LeaderboardAccount(uid, label)
            : throw new FormatException($"An account is UID or UID=label: the uid 1 to {LengthMax} letters and digits, the label at most {LengthMax} printable characters.");
    }

    /// <summary>True if the text can be an account's id.</summary>
    public static bool IsUid(string? text) => text is { Length: > 0 and <= LengthMax } && text.All(char.IsAsciiLetterOrDigit);
}
