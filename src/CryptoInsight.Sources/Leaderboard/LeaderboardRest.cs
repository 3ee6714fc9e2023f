using System.Security.Cryptography;
using System.Text;
using CryptoInsight.Sources.Http;

namespace CryptoInsight.Sources.Leaderboard;

/// <summary>The leaderboard's gateway: what one account holds now.</summary>
public sealed class LeaderboardRest(JsonFetch http, Uri baseUrl, LeaderboardKeys keys, string source)
{
    /// <summary>The public gateway.</summary>
    public static readonly Uri Gateway = new("https://gateway.apyflux.com");

    private const string Path = "/v1/getOtherPosition";

    /// <summary>The <c>source</c> column of its rows.</summary>
    public string Source => source;

    /// <summary>Asks for the positions of an account.</summary>
    public Task<FetchOutcome<IReadOnlyList<RawPosition>>> GetPositionsAsync(LeaderboardAccount account, string runId, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(account);
        string query = $"?encryptedUid={Uri.EscapeDataString(account.Uid)}";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(query)));
        return http.GetAsync(
            new Uri($"{baseUrl.AbsoluteUri.TrimEnd('/')}{Path}{query}"),
            keys.Headers,
            (body, at) => LeaderboardWire.Read(body, account, new LeaderboardStamp(source, Path, hash, runId, at)),
            ct);
    }

    /// <summary>True if keys may travel there: encrypted, or not leaving this machine.</summary>
    public static bool MayCarryKeys(Uri baseUrl)
    {
        ArgumentNullException.ThrowIfNull(baseUrl);
        return baseUrl.Scheme == Uri.UriSchemeHttps || (baseUrl.Scheme == Uri.UriSchemeHttp && baseUrl.IsLoopback);
    }
}
