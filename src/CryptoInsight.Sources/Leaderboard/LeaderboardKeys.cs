namespace CryptoInsight.Sources.Leaderboard;

/// <summary>The three keys that the leaderboard's gateway wants. They leave this object only as headers of a request (INV-10).</summary>
/// <remarks>Deliberately no record: nothing may print, compare or serialise it by its content.</remarks>
public sealed class LeaderboardKeys
{
    private const int LengthMax = 4_096;

    private readonly (string Name, string Value)[] _headers;

    /// <exception cref="FormatException">A key is empty or cannot be a header; the key itself is not in the message.</exception>
    public LeaderboardKeys(string appId, string clientId, string apiKey) =>
        _headers = [("x-app-id", Checked(appId, "app id")), ("x-client-id", Checked(clientId, "client id")), ("x-api-key", Checked(apiKey, "API key"))];

    internal IReadOnlyList<(string Name, string Value)> Headers => _headers;

    /// <summary>Says that there are keys, and nothing about them.</summary>
    public override string ToString() => "LeaderboardKeys (not shown)";

    private static string Checked(string value, string what) =>
        value is { Length: > 0 and <= LengthMax } && value.All(c => c is > ' ' and < (char)0x7F)
            ? value
            : throw new FormatException($"The leaderboard's {what} is empty, too long, or holds characters that no HTTP header can carry.");
}
