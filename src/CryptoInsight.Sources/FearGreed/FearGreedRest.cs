using System.Security.Cryptography;
using System.Text;
using CryptoInsight.Sources.Http;

namespace CryptoInsight.Sources.FearGreed;

/// <summary>The publisher's REST side: the whole history in one request, for a day may be missing and an old value may be put right.</summary>
public sealed class FearGreedRest(JsonFetch http, Uri baseUrl, string source)
{
    /// <summary>The publisher of the index.</summary>
    public static readonly Uri Publisher = new("https://api.alternative.me");

    private const string Path = "/fng/";
    private const string Query = "?limit=0&format=json";

    private static readonly string s_paramsHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Query)));

    /// <summary>The <c>source</c> column of its rows.</summary>
    public string Source => source;

    /// <summary>Asks for every value since the first day.</summary>
    public Task<FetchOutcome<IReadOnlyList<RawFearGreed>>> GetAllAsync(string runId, CancellationToken ct) =>
        http.GetAsync(
            new Uri($"{baseUrl.AbsoluteUri.TrimEnd('/')}{Path}{Query}"), [], (body, at) => FearGreedWire.Read(body, new FearGreedStamp(source, Path, s_paramsHash, runId, at)), ct);
}
